//! Counts, in the text form of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use managed_identity_reqwest::Metrics;

/// How many requests were answered with which status.
#[derive(Default)]
pub(super) struct Counts(Mutex<BTreeMap<u16, u64>>);

impl Counts {
    pub(super) fn add(&self, status: u16) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(status).or_default() += 1;
    }

    /// All counts, with those of the client that the tokens come from.
    pub(super) fn text(&self, of_client: &Metrics) -> String {
        let mut text = String::new();
        let head = |text: &mut String, name: &str, help: &str| {
            // Writing into a `String` cannot fail.
            let _ = writeln!(text, "# HELP managed_identity_{name} {help}\n# TYPE managed_identity_{name} counter");
        };
        head(&mut text, "answers_total", "Requests for a token that were answered, by status.");
        for (status, count) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "managed_identity_answers_total{{status=\"{status}\"}} {count}");
        }
        for (name, help, count) in [
            ("cache_hits_total", "Tokens handed out from the cache.", of_client.hits),
            ("cache_misses_total", "Calls that found no usable token in the cache.", of_client.misses),
            ("renewals_total", "Renewals begun while a usable token was at hand.", of_client.renewals),
            ("failures_total", "Acquisitions that ended in an error.", of_client.failures),
            ("source_requests_total", "Requests to the source of tokens.", of_client.requests),
        ] {
            head(&mut text, name, help);
            let _ = writeln!(text, "managed_identity_{name} {count}");
        }
        text
    }
}
