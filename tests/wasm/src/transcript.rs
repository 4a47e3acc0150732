//! A vector's transcript as the outside world in memory: which effect is due, and what is answered.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use managed_identity_tests::expect::{self, SeenRequest, Verdict, same};
use managed_identity_tests::transcript::{Cause, Effect, Exchange, FileEffect, HttpEffect, TrustName};
use managed_identity_tests::vector::{AgentName, PlatformName, Vector};

use crate::answer::{self, FileAnswer, HttpAnswer};
use crate::bindings::host::types;
use crate::judge;

/// Why a vector with reason phrases does not apply.
pub(crate) const NO_REASON_PHRASES: &str = "the interface has no reason phrases, as WASI has none";

/// What became of a vector.
#[derive(Debug)]
pub enum Played {
    /// It is met.
    Met,
    /// It does not apply, for this reason.
    Skipped(&'static str),
}

/// Plays the transcript. Each effect is compared with the one that is due, and answered; its time passes at once.
pub(crate) struct Transcript {
    vector: Vector,
    next: usize,
    clock: Duration,
    request_ids: BTreeSet<String>,
}

impl Transcript {
    pub(crate) fn new(vector: Vector) -> Self {
        let clock = Duration::from_secs(vector.now);
        Self { vector, next: 0, clock, request_ids: BTreeSet::new() }
    }

    pub(crate) fn vector(&self) -> &Vector {
        &self.vector
    }

    pub(crate) fn facts(&self) -> types::HostFacts {
        let platform = match self.vector.host.platform {
            PlatformName::Linux => types::Platform::Linux,
            PlatformName::Windows => types::Platform::Windows,
            PlatformName::Other => types::Platform::Other,
        };
        let arc_agent = match self.vector.host.arc_agent {
            AgentName::Present => types::AgentFile::Present,
            AgentName::Absent => types::AgentFile::Absent,
            AgentName::NotPermitted => types::AgentFile::NotPermitted,
        };
        types::HostFacts { platform, arc_agent }
    }

    /// The vector's time: milliseconds since the epoch.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.clock.as_millis()).unwrap_or(u64::MAX)
    }

    /// The answer to a request.
    pub(crate) fn http(&mut self, found: &types::HttpRequest) -> wasmtime::Result<HttpAnswer> {
        let id = found.headers.iter().find(|header| header.name.eq_ignore_ascii_case("x-ms-client-request-id"));
        let is_new = id.is_none_or(|id| self.request_ids.insert(id.value.clone()));
        self.exchange(Duration::ZERO, |exchange| match (&exchange.expect, &exchange.answer) {
            (Effect::Http(_), Some(_)) if !is_new => Err("the request id was used before".to_owned()),
            (Effect::Http(expected), Some(answer)) => call(found, expected).and_then(|()| answer::http(answer)),
            (expected, _) => Err(format!("expected {expected:?}, found a request to {}", found.url)),
        })
    }

    /// The answer to the reading of a file.
    pub(crate) fn read_file(&mut self, found: &types::FileRequest) -> wasmtime::Result<FileAnswer> {
        self.exchange(Duration::ZERO, |exchange| match (&exchange.expect, &exchange.answer) {
            (Effect::ReadFile(expected), Some(answer)) => file(found, expected).and_then(|()| answer::file(answer)),
            (expected, _) => Err(format!("expected {expected:?}, found the reading of {}", found.path)),
        })
    }

    /// A wait of so many milliseconds, with its cause in the words of the component if it told one.
    pub(crate) fn sleep(&mut self, delay: u64, cause: Option<&str>) -> wasmtime::Result<()> {
        let delay = Duration::from_millis(delay);
        self.exchange(delay, |exchange| match (&exchange.expect, &exchange.answer) {
            (Effect::Sleep(expected), None) => match (&expected.cause, cause) {
                (Cause::Status(status), Some(cause)) if !cause.contains(&status.to_string()) => {
                    Err(format!("cause: expected {status}, found {cause}"))
                }
                _ => expect::delay(delay, expected),
            },
            (expected, _) => Err(format!("expected {expected:?}, found a wait of {delay:?}")),
        })
    }

    /// Compares the end of the flow, which must be the end of the transcript too.
    pub(crate) fn verdict(&self, outcome: &Result<types::Token, types::Error>) -> Verdict {
        judge::outcome(outcome, &self.vector)?;
        match self.vector.transcript.len() - self.next {
            0 => Ok(()),
            left => Err(format!("the flow ended with {left} steps of the transcript left")),
        }
    }

    /// Has the exchange that is due answered; then its time has passed, which is `delay` and what it takes besides.
    fn exchange<T>(
        &mut self,
        delay: Duration,
        answer: impl FnOnce(&Exchange) -> Result<T, String>,
    ) -> wasmtime::Result<T> {
        let exchange = self.vector.transcript.get(self.next);
        let answered = exchange.ok_or_else(|| "the transcript is over".to_owned()).and_then(answer);
        let answered =
            answered.map_err(|difference| wasmtime::Error::msg(format!("step {}: {difference}", self.next)))?;
        self.clock += delay + Duration::from_secs(exchange.map_or(0, |exchange| exchange.takes_seconds));
        self.next += 1;
        Ok(answered)
    }
}

fn call(found: &types::HttpRequest, expected: &HttpEffect) -> Verdict {
    expect::no_header_of_transports(found.headers.iter().map(|header| header.name.as_str()))?;
    let trust = match &found.trust {
        types::Trust::Plain => TrustName::Plain,
        types::Trust::Roots => TrustName::Roots,
        types::Trust::Leaf(thumbprint) => TrustName::Leaf(thumbprint.clone()),
        types::Trust::Other(other) => return Err(format!("unknown trust {other}")),
    };
    same("trust", &trust, &expected.trust)?;
    let uri: Uri = found.url.parse().map_err(|error| format!("{}: {error}", found.url))?;
    same("url", &found.url.split('?').next().unwrap_or_default(), &expected.url.as_str())?;
    let mut headers = HeaderMap::new();
    for header in &found.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|error| error.to_string())?;
        headers.append(name, HeaderValue::from_str(&header.value).map_err(|error| error.to_string())?);
    }
    expect::seen_request(
        &SeenRequest { method: &found.method, uri: &uri, headers: &headers, body: &found.body },
        expected,
    )
}

fn file(found: &types::FileRequest, expected: &FileEffect) -> Verdict {
    same("path", &found.path, &expected.path)?;
    same("directory", &found.directory, &expected.directory)?;
    same("max_len", &u64::from(found.max_length), &u64::try_from(expected.max_len).unwrap_or(u64::MAX))
}
