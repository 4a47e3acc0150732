//! What the simulator saw, with every secret masked.

use std::collections::VecDeque;
use std::fmt;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper::header::HeaderMap;
use serde::Serialize;

use crate::request::Request;

/// What stands in a record for a secret.
const MASK: &str = "***";
/// Headers whose values are secrets, whatever they hold.
const SECRET_HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "secret", "x-identity-header"];
/// Form fields whose values are secrets, whatever they hold.
const SECRET_FIELDS: [&str; 2] = ["client_assertion", "client_secret"];
/// How many records and secrets are kept unless chosen, so that a server left running does not grow without end.
pub(crate) const MOST_KEPT: usize = 20_000;

/// One request and how it was answered. Secrets are replaced by `***`.
///
/// Serialised as one JSON object; the log holds one in each line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Milliseconds from the simulator's start to the request.
    pub elapsed_ms: u64,
    /// The method, such as `GET`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's parameters, decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The form fields of the body, decoded, in the order sent.
    pub form: Vec<(String, String)>,
    /// The status answered; `None` when the connection was cut instead.
    pub status: Option<u16>,
    /// The fault that answered, by its name in a fault script; `None` is normal service.
    pub fault: Option<&'static str>,
    /// Whether the proxy was asked and not the endpoint; `path` then says where the request was meant to go. In the log
    /// this member is there when it is true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub proxied: bool,
}

impl RequestRecord {
    /// The decoded value of the first query parameter of that name.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    /// The value of the first header of that name (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Keeps the records and the secrets, and writes the log.
pub(crate) struct Recorder {
    started: Instant,
    state: Mutex<State>,
}

struct State {
    records: VecDeque<RequestRecord>,
    count: usize,
    secrets: VecDeque<String>,
    most_kept: usize,
    log: Option<Box<dyn Write + Send>>,
}

impl Recorder {
    pub(crate) fn new(most_kept: usize, log: Option<Box<dyn Write + Send>>) -> Self {
        let state = State { records: VecDeque::new(), count: 0, secrets: VecDeque::new(), most_kept, log };
        Self { started: Instant::now(), state: Mutex::new(state) }
    }

    /// Takes note of a text that must never show.
    pub(crate) fn add_secret(&self, secret: impl Into<String>) {
        let mut state = self.state();
        let most = state.most_kept;
        keep(&mut state.secrets, secret.into(), most);
    }

    /// Takes note of a request to the endpoint and its answer.
    pub(crate) fn add(&self, request: &Request, status: Option<u16>, fault: Option<&'static str>) {
        self.record(request, status, fault, false);
    }

    /// Takes note of a request to the proxy and its answer.
    pub(crate) fn add_proxied(&self, request: &Request, status: u16) {
        self.record(request, Some(status), None, true);
    }

    fn record(&self, request: &Request, status: Option<u16>, fault: Option<&'static str>, proxied: bool) {
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.state();
        let secrets = &state.secrets;
        let record = RequestRecord {
            elapsed_ms,
            method: request.method.to_string(),
            path: masked(&request.path, secrets),
            query: masked_pairs(&request.query, &[], secrets),
            headers: masked_headers(&request.headers, secrets),
            form: masked_pairs(&request.form, &SECRET_FIELDS, secrets),
            status,
            fault,
            proxied,
        };
        if let Some(log) = &mut state.log {
            let line = serde_json::to_string(&record).unwrap_or_default();
            // A log that cannot be written must not stop the service that a test is talking to.
            let _ = writeln!(log, "{line}").and_then(|()| log.flush());
        }
        state.count += 1;
        let most = state.most_kept;
        keep(&mut state.records, record, most);
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.state().records.iter().cloned().collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.state().count
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.state().secrets.iter().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recorder").field("count", &self.count()).finish_non_exhaustive()
    }
}

/// The newest, and at least that one.
fn keep<T>(kept: &mut VecDeque<T>, new: T, most: usize) {
    if kept.len() >= most {
        kept.pop_front();
    }
    kept.push_back(new);
}

fn masked(text: &str, secrets: &VecDeque<String>) -> String {
    // The comparison of lengths spares nearly every search: few texts are as long as a token.
    let holds = |secret: &String| text.len() >= secret.len() && text.contains(secret.as_str());
    if secrets.iter().any(holds) { MASK.to_owned() } else { text.to_owned() }
}

fn masked_pairs(pairs: &[(String, String)], hidden: &[&str], secrets: &VecDeque<String>) -> Vec<(String, String)> {
    let mask = |(name, value): &(String, String)| {
        let value = if hidden.contains(&name.as_str()) { MASK.to_owned() } else { masked(value, secrets) };
        (masked(name, secrets), value)
    };
    pairs.iter().map(mask).collect()
}

fn masked_headers(headers: &HeaderMap, secrets: &VecDeque<String>) -> Vec<(String, String)> {
    let mask = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = match value.split_once(' ') {
            Some((scheme @ ("Basic" | "Bearer"), _)) if name == "authorization" => format!("{scheme} {MASK}"),
            _ if SECRET_HEADERS.contains(&name.as_str()) => MASK.to_owned(),
            _ => masked(&value, secrets),
        };
        (name.to_string(), value)
    };
    headers.iter().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_KEPT, Recorder};

    #[test]
    fn what_is_kept_does_not_grow_without_end() {
        let recorder = Recorder::new(MOST_KEPT, None);
        for number in 0..=MOST_KEPT {
            recorder.add_secret(number.to_string());
        }
        let secrets = recorder.secrets();
        assert_eq!((secrets.len(), secrets[0].as_str()), (MOST_KEPT, "1"));
    }
}
