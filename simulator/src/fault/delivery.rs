//! Carries a fault out: turns the normal answer, or none at all, into what goes over the wire.

use hyper::StatusCode;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use super::{AnswerBody, Fault, FaultKind};
use crate::answer::Answer;
use crate::error::InvalidFault;
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

/// Carries `fault` out. `normal` gives the answer that there would be without it; `refuse` gives a refusal its shape.
pub(crate) fn deliver(
    fault: &Fault,
    normal: impl FnOnce() -> Answer,
    refuse: impl FnOnce(&Refusal) -> Answer,
) -> Result<Delivery, InvalidFault> {
    let answer = match &fault.kind {
        FaultKind::Pass => normal(),
        FaultKind::Status { status, headers, body } => scripted(*status, headers, body)?,
        FaultKind::Gone => refuse(&Refusal::new(StatusCode::GONE, "gone", "the service is being updated")),
        FaultKind::Throttled { retry_after } => {
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests");
            refuse(&refusal).with_header(RETRY_AFTER, legal_value(retry_after)?)
        }
        FaultKind::Cut => return Ok(Delivery::Cut),
        FaultKind::Truncated => return Ok(Delivery::Answer(truncated(normal()), Transfer::BrokenOff)),
        FaultKind::Huge { bytes } => return Ok(Delivery::Answer(json_without_end(), Transfer::Filler(*bytes))),
        FaultKind::Endless => return Ok(Delivery::Answer(json_without_end(), Transfer::Endless)),
        FaultKind::NotJson => Answer::new(StatusCode::OK, "<!DOCTYPE html><title>Sign in</title>")
            .with_header(CONTENT_TYPE, HeaderValue::from_static("text/html")),
        FaultKind::WrongIdentity => other_identity(normal()),
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

/// A header that HTTP can carry.
pub(super) fn legal_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), InvalidFault> {
    let name = HeaderName::try_from(name).map_err(|_| InvalidFault("a header has an illegal name".to_owned()))?;
    if name == CONTENT_LENGTH || name == hyper::header::TRANSFER_ENCODING {
        return Err(InvalidFault(format!("`{name}` follows from the body; `truncated` makes a wrong one")));
    }
    Ok((name, legal_value(value)?))
}

fn legal_value(value: &str) -> Result<HeaderValue, InvalidFault> {
    HeaderValue::try_from(value).map_err(|_| InvalidFault("a header has an illegal value".to_owned()))
}

fn scripted(status: u16, headers: &[(String, String)], body: &str) -> Result<Answer, InvalidFault> {
    let status = StatusCode::try_from(status).map_err(|_| InvalidFault("`status` is no HTTP status".to_owned()))?;
    let mut answer = Answer::new(status, body);
    for (name, value) in headers {
        let (name, value) = legal_header(name, value)?;
        answer = answer.with_header(name, value);
    }
    if !body.is_empty() && !answer.headers.contains_key(CONTENT_TYPE) {
        answer = answer.with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(answer)
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
fn other_identity(mut answer: Answer) -> Answer {
    if let Ok(Value::Object(mut document)) = serde_json::from_slice(&answer.body) {
        for name in IDENTITY_MEMBERS {
            if let Some(value) = document.get_mut(name) {
                *value = json!(WRONG_ID);
            }
        }
        answer.body = Value::Object(document).to_string().into_bytes();
    }
    answer
}
