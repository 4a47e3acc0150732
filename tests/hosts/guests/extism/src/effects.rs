//! The effects by functions of the host, with JSON between them.

use std::time::Duration;

use extism_pdk::{FromBytes, Json, ToBytes, host_fn};
use managed_identity_core::{
    Effects, FileError, FileErrorKind, FileRequest, HttpCall, HttpResponse, PolicyField, TransportError,
    TransportErrorKind, UnixTime,
};
use serde::{Deserialize, Serialize};

/// What the host's function can do: all but TLS.
const ABILITIES: &[PolicyField] =
    &[PolicyField::NoProxy, PolicyField::NoRedirect, PolicyField::MaxBody, PolicyField::TimeLimit];

#[derive(Serialize, ToBytes)]
#[encoding(Json)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    max_body: usize,
    connect_timeout_ms: u64,
    total_timeout_ms: u64,
}

/// An answer, or why there is none.
#[derive(Deserialize, FromBytes)]
#[encoding(Json)]
struct Answer {
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    problem: Option<String>,
}

#[derive(Deserialize, FromBytes)]
#[encoding(Json)]
struct Content {
    #[serde(default)]
    text: String,
    problem: Option<String>,
}

#[host_fn]
extern "ExtismHost" {
    fn send(request: Request) -> Answer;
    fn read_file(path: String) -> Content;
    fn now() -> String;
    fn sleep(milliseconds: String) -> String;
}

/// The host's functions.
pub(crate) struct HostFunctions;

impl Effects for HostFunctions {
    fn now(&mut self) -> UnixTime {
        clock()
    }

    fn seed(&mut self) -> u64 {
        seed()
    }

    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        let (request, policy) = call.into_parts();
        if let Some(field) = policy.unmet(ABILITIES) {
            return Err(TransportError::new(
                TransportErrorKind::Unsupported(field),
                "the host's function cannot do it",
            ));
        }
        let limit = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let wanted = Request {
            method: request.method().as_str().to_owned(),
            url: request.url().as_str().to_owned(),
            headers: request.headers().iter().map(|it| (it.name().to_owned(), it.value().to_owned())).collect(),
            body: String::from_utf8_lossy(request.body().as_bytes()).into_owned(),
            max_body: policy.max_body,
            connect_timeout_ms: limit(policy.connect_timeout),
            total_timeout_ms: limit(policy.total_timeout),
        };
        // SAFETY: the function exists, since the module would not have been instantiated without it.
        let failed = |error: extism_pdk::Error| TransportError::new(TransportErrorKind::Broken, &error.to_string());
        let answer = unsafe { send(wanted) }.map_err(failed)?;
        if let Some(problem) = answer.problem {
            let kind = match problem.as_str() {
                "denied" => TransportErrorKind::Denied,
                "connect" => TransportErrorKind::Connect,
                "timeout" => TransportErrorKind::Timeout,
                _ => TransportErrorKind::Broken,
            };
            return Err(TransportError::new(kind, "by the host's function"));
        }
        let response = HttpResponse::new(answer.status, answer.body.into_bytes());
        Ok(answer.headers.iter().fold(response, |response, (name, value)| response.with_header(name, value.as_bytes())))
    }

    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError> {
        // SAFETY: as above.
        let content = unsafe { read_file(file.path.to_owned()) };
        let content = content.map_err(|error| FileError::new(FileErrorKind::Unreadable, &error.to_string()))?;
        match content.problem {
            None => Ok(content.text.into_bytes()),
            Some(_) => Err(FileError::new(FileErrorKind::Denied, "by the host's function")),
        }
    }

    fn sleep(&mut self, delay: Duration) {
        // SAFETY: as above. A host that cannot wait does not: then the next attempt comes at once.
        let _ = unsafe { sleep(delay.as_millis().to_string()) };
    }
}

pub(crate) fn clock() -> UnixTime {
    UnixTime::from_secs(microseconds() / 1_000_000)
}

/// A number that differs from call to call. It decides jitter and request ids, and need not be secret.
pub(crate) fn seed() -> u64 {
    microseconds()
}

fn microseconds() -> u64 {
    // SAFETY: as above.
    unsafe { now() }.ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}
