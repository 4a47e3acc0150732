//! What came of the scripts, in figures.

use std::collections::BTreeMap;
use std::fmt;

use managed_identity_reqwest::Error;

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) scripts: u64,
    pub(crate) requests: u64,
    pub(crate) tokens: u64,
    pub(crate) given_up: u64,
    pub(crate) failures: BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn count_failure(&mut self, error: &Error) {
        let kind = match error {
            Error::Transport { error, .. } => format!("transport: {:?}", error.kind()),
            Error::Endpoint { error, .. } => format!("endpoint: {}xx", error.status / 100),
            Error::InvalidResponse { error, .. } => format!("invalid response: {error:?}"),
            Error::Challenge { error, .. } => format!("challenge: {error:?}"),
            Error::CredentialFile { error, .. } => format!("file: {:?}", error.kind()),
            Error::Chain(error) => format!("chain: {:?}", error.members.last().and_then(|line| line.verdict)),
            other => format!("{other:?}"),
        };
        *self.failures.entry(kind).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.scripts += other.scripts;
        self.requests += other.requests;
        self.tokens += other.tokens;
        self.given_up += other.given_up;
        for (kind, count) in other.failures {
            *self.failures.entry(kind).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scripts, requests, tokens, given_up, failures } = self;
        let failed: u64 = failures.values().sum();
        write!(
            f,
            "{scripts} scripts, {requests} requests, {tokens} tokens, {given_up} calls given up, {failed} failures"
        )?;
        failures.iter().try_for_each(|(kind, count)| write!(f, "\n  {count:>7} {kind}"))
    }
}
