//! Plays a vector against the state machine in memory: the transcript is the outside world.

use std::collections::BTreeSet;
use std::slice;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, FileError, FileErrorKind, HttpResponse, PolicyField, Source, Step, TransportError, TransportErrorKind,
    UnixTime,
};

use crate::expect::{self, Verdict};
use crate::setup::{self, Failure};
use crate::transcript::{Answer, Effect, Exchange, ResponseAnswer};
use crate::vector::Vector;

/// Plays the vector and compares every step and the end.
///
/// # Errors
/// The first difference, with the step it was found at.
pub fn run(vector: &Vector) -> Verdict {
    let mut exchanges = vector.transcript.iter();
    let outcome = match setup::detection(vector) {
        Ok(detection) => {
            let kind = Some(detection.source.kind());
            if kind != vector.detected {
                return Err(format!("detected: expected {:?}, found {kind:?}", vector.detected));
            }
            play(vector, detection.source, &mut exchanges)?
        }
        Err(error) if vector.detected.is_none() => Err(error.into()),
        Err(error) => return Err(format!("detection failed: {error}")),
    };
    expect::outcome(&outcome, &vector.outcome, vector.now)?;
    match exchanges.len() {
        0 => Ok(()),
        left => Err(format!("the flow ended with {left} steps of the transcript left")),
    }
}

fn play(
    vector: &Vector,
    source: Source,
    exchanges: &mut slice::Iter<'_, Exchange>,
) -> Result<Result<AccessToken, Failure>, String> {
    let acquire = match setup::acquire(vector, source) {
        Ok(acquire) => acquire,
        Err(failure) => return Ok(Err(failure)),
    };
    let mut clock = Clock(Duration::from_secs(vector.now));
    let mut request_ids = BTreeSet::new();
    let mut step = acquire.start(vector.seed, clock.now());
    for index in 0.. {
        let at = |difference| format!("step {index}: {difference}");
        if let Step::Done(outcome) = step {
            return Ok(outcome.map_err(Failure::Flow));
        }
        let exchange = exchanges.next().ok_or_else(|| at(format!("not in the transcript: {step:?}")))?;
        if let Step::Http { call, .. } = &step
            && let Some(id) = call.request().header("x-ms-client-request-id")
            && !request_ids.insert(id.to_owned())
        {
            return Err(at("the request id was used before".to_owned()));
        }
        step = exchanged(step, exchange, &mut clock).map_err(at)?;
    }
    Err("a flow without end".to_owned())
}

/// Compares a step and hands it the answer of the transcript.
fn exchanged(step: Step, exchange: &Exchange, clock: &mut Clock) -> Result<Step, String> {
    match (step, &exchange.expect, &exchange.answer) {
        (Step::Http { call, then }, Effect::Http(expected), Some(answer)) => {
            expect::call(&call, expected)?;
            clock.advance(exchange.takes_seconds);
            let answer = match answer {
                Answer::Response(response) => Ok(self::response(response)?),
                Answer::TransportError(kind) => Err(transport_error(kind)?),
                Answer::File(_) | Answer::FileError(_) => return Err("a file answers no request".to_owned()),
            };
            Ok(then.resume(answer, clock.now()))
        }
        (Step::ReadFile { file, then }, Effect::ReadFile(expected), Some(answer)) => {
            expect::file(&file, expected)?;
            clock.advance(exchange.takes_seconds);
            let content = match answer {
                Answer::File(content) => Ok(content.bytes()?),
                Answer::FileError(kind) => Err(file_error(kind)?),
                Answer::Response(_) | Answer::TransportError(_) => return Err("only a file is a file".to_owned()),
            };
            Ok(then.resume(content))
        }
        (Step::Run { .. } | Step::Sign { .. }, ..) => Err("a managed identity runs and signs nothing".to_owned()),
        (Step::Sleep { delay, cause, then }, Effect::Sleep(expected), None) => {
            expect::sleep(delay, cause, expected)?;
            clock.0 += delay;
            clock.advance(exchange.takes_seconds);
            Ok(then.resume())
        }
        (step, expected, answer) => Err(format!("expected {expected:?} with {answer:?}, found {step:?}")),
    }
}

/// The time of the vector's world.
struct Clock(Duration);

impl Clock {
    fn now(&self) -> UnixTime {
        UnixTime::from_duration(self.0)
    }

    fn advance(&mut self, seconds: u64) {
        self.0 += Duration::from_secs(seconds);
    }
}

fn response(answer: &ResponseAnswer) -> Result<HttpResponse, String> {
    let response = HttpResponse::new(answer.status, answer.body.bytes()?);
    let response = response.with_reason(answer.reason.as_deref().unwrap_or_default());
    Ok(answer.headers.iter().fold(response, |response, (name, value)| response.with_header(name, value.as_bytes())))
}

fn transport_error(name: &str) -> Result<TransportError, String> {
    const KINDS: [TransportErrorKind; 14] = [
        TransportErrorKind::BodyTooLarge,
        TransportErrorKind::Broken,
        TransportErrorKind::Certificate,
        TransportErrorKind::Connect,
        TransportErrorKind::Denied,
        TransportErrorKind::Protocol,
        TransportErrorKind::Timeout,
        TransportErrorKind::Unsupported(PolicyField::CertificatePin),
        TransportErrorKind::Unsupported(PolicyField::TrustAnchors),
        TransportErrorKind::Unsupported(PolicyField::Tls),
        TransportErrorKind::Unsupported(PolicyField::NoProxy),
        TransportErrorKind::Unsupported(PolicyField::NoRedirect),
        TransportErrorKind::Unsupported(PolicyField::MaxBody),
        TransportErrorKind::Unsupported(PolicyField::TimeLimit),
    ];
    let kind = KINDS.into_iter().find(|kind| expect::transport_kind(*kind) == name);
    kind.map(|kind| TransportError::new(kind, "")).ok_or_else(|| format!("no kind of transport error: {name}"))
}

fn file_error(name: &str) -> Result<FileError, String> {
    let kind = match name {
        "denied" => FileErrorKind::Denied,
        "folder-is-link" => FileErrorKind::FolderIsLink,
        "not-found" => FileErrorKind::NotFound,
        "not-regular" => FileErrorKind::NotRegular,
        "outside-directory" => FileErrorKind::OutsideDirectory,
        "permission-denied" => FileErrorKind::PermissionDenied,
        "too-large" => FileErrorKind::TooLarge,
        "unreadable" => FileErrorKind::Unreadable,
        _ => return Err(format!("no kind of file error: {name}")),
    };
    Ok(FileError::new(kind, ""))
}
