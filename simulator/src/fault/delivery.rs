//! Carries a fault out: turns the normal answer, or none at all, into what goes over the wire.

use hyper::StatusCode;
use hyper::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde_json::{Map, Value, json};

use super::body::AnswerBody;
use super::header::{legal_header, legal_reason, legal_value};
use super::kind::{Fault, FaultKind, Scripted};
use crate::answer::Answer;
use crate::error::InvalidFault;
use crate::request::Request;
use crate::source::Refusal;

/// Members of a token document by which a source names the identity it acted for.
const IDENTITY_MEMBERS: [&str; 4] = ["client_id", "object_id", "msi_res_id", "mi_res_id"];
/// An id that no assigned identity has.
const WRONG_ID: &str = "00000000-0000-4000-8000-000000000000";

/// What goes over the wire.
pub(crate) enum Delivery {
    /// An answer.
    Answer(Answer, Transfer),
    /// The end of the connection, and no answer.
    Cut,
}

/// How the body of an answer goes over the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Transfer {
    Whole,
    BrokenOff,
    Filler(u64),
    Endless,
}

impl Transfer {
    /// The body as it is sent.
    pub(crate) fn body(self, bytes: Vec<u8>) -> AnswerBody {
        match self {
            Self::Whole => AnswerBody::whole(bytes),
            Self::BrokenOff => AnswerBody::BrokenOff { start: Some(bytes.into()), flushed: false },
            Self::Filler(left) => AnswerBody::Filler { left },
            Self::Endless => AnswerBody::endless(),
        }
    }
}

/// Carries `fault` out on `request`. `normal` gives the answer that a request would get without it; `refuse` gives a
/// refusal its shape.
pub(crate) fn deliver(
    fault: &Fault,
    request: &Request,
    normal: impl FnOnce(&Request) -> Answer,
    refuse: impl FnOnce(&Refusal) -> Answer,
) -> Result<Delivery, InvalidFault> {
    let answer = match &fault.kind {
        FaultKind::Pass => normal(request),
        FaultKind::Status(answer) => scripted(answer)?,
        FaultKind::Aadsts { code } => refuse(&aadsts(*code)),
        FaultKind::Gone => refuse(&Refusal::new(StatusCode::GONE, "gone", "the service is being updated")),
        FaultKind::Throttled { retry_after } => {
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests");
            refuse(&refusal).with_header(RETRY_AFTER, legal_value(retry_after)?)
        }
        FaultKind::Cut => return Ok(Delivery::Cut),
        FaultKind::Truncated => return Ok(Delivery::Answer(truncated(normal(request)), Transfer::BrokenOff)),
        FaultKind::Huge { bytes } => return Ok(Delivery::Answer(json_without_end(), Transfer::Filler(*bytes))),
        FaultKind::Endless => return Ok(Delivery::Answer(json_without_end(), Transfer::Endless)),
        FaultKind::NotJson => Answer::new(StatusCode::OK, "<!DOCTYPE html><title>Sign in</title>")
            .with_header(CONTENT_TYPE, HeaderValue::from_static("text/html")),
        FaultKind::WrongIdentity => other_identity(normal(request)),
        FaultKind::Members { members } => with_members(normal(request), members),
        FaultKind::LostKey => without_key_file(normal(request)),
        // Without a key there is nothing to accept, so the normal answer is a new challenge.
        FaultKind::RotatedKey => normal(&request.without_header(AUTHORIZATION)),
        FaultKind::Redirect { location } => {
            Answer::new(StatusCode::TEMPORARY_REDIRECT, "").with_header(LOCATION, legal_value(location)?)
        }
        FaultKind::Challenge { value } => {
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "the challenge must be met");
            refuse(&refusal).with_header(WWW_AUTHENTICATE, legal_value(value)?)
        }
    };
    Ok(Delivery::Answer(answer, Transfer::Whole))
}

fn scripted(scripted: &Scripted) -> Result<Answer, InvalidFault> {
    let status =
        StatusCode::try_from(scripted.status).map_err(|_| InvalidFault("`status` is no HTTP status".to_owned()))?;
    let mut answer = Answer::new(status, scripted.body.clone());
    answer.reason = scripted.reason.as_deref().map(legal_reason).transpose()?;
    for (name, value) in &scripted.headers {
        let (name, value) = legal_header(name, value)?;
        answer = answer.with_header(name, value);
    }
    if !scripted.body.is_empty() && !answer.headers.contains_key(CONTENT_TYPE) {
        answer = answer.with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(answer)
}

/// A refusal of the authority by its number.
fn aadsts(code: u32) -> Refusal {
    let (status, error, text) = match code {
        70_021 | 700_211 | 700_212 | 700_213 => {
            (401, "invalid_client", "no federated identity record matches the presented assertion")
        }
        90_033 => (503, "temporarily_unavailable", "the service is temporarily unavailable"),
        90_002 => (400, "invalid_request", "the tenant is not known"),
        500_011 => (400, "invalid_resource", "the resource is not known in the tenant"),
        700_016 => (400, "unauthorized_client", "no such application in the directory"),
        _ => (401, "invalid_client", "the simulator was told to answer so"),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
    Refusal::new(status, error, format!("AADSTS{code}: {text}"))
}

fn truncated(mut answer: Answer) -> Answer {
    let announced = answer.body.len().max(2);
    answer.body.truncate(announced / 2);
    answer.with_header(CONTENT_LENGTH, announced.into())
}

fn json_without_end() -> Answer {
    Answer::new(StatusCode::OK, "").with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

/// `answer` with another identity in it; one that names none is not changed.
fn other_identity(answer: Answer) -> Answer {
    changed(answer, |document| {
        for name in IDENTITY_MEMBERS {
            if let Some(value) = document.get_mut(name) {
                *value = json!(WRONG_ID);
            }
        }
    })
}

/// `answer` with these members in its token document; one without a token is not changed.
fn with_members(answer: Answer, members: &Map<String, Value>) -> Answer {
    if answer.status != StatusCode::OK {
        return answer;
    }
    changed(answer, |document| {
        document.extend(members.clone());
        document.retain(|_, value| !value.is_null());
    })
}

fn changed(mut answer: Answer, change: impl FnOnce(&mut Map<String, Value>)) -> Answer {
    if let Ok(Value::Object(mut document)) = serde_json::from_slice(&answer.body) {
        change(&mut document);
        answer.body = Value::Object(document).to_string().into_bytes();
    }
    answer
}

/// `answer`, but the key file that it names is gone.
fn without_key_file(answer: Answer) -> Answer {
    let challenge = answer.headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    if let Some(path) = challenge.and_then(|challenge| challenge.strip_prefix("Basic realm=")) {
        // A test may have removed it already.
        let _ = std::fs::remove_file(path);
    }
    answer
}
