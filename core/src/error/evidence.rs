//! What was tried before an error.

use alloc::string::String;
use alloc::vec::Vec;

use super::note::Note;
use super::optional::Optional;
use crate::kind::SourceKind;

/// What was tried before an error, for people and for support requests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The source of tokens.
    pub source: SourceKind,
    /// Why this source was chosen.
    pub reason: &'static str,
    /// The address that was asked, without its query.
    pub endpoint: String,
    /// How many requests were sent or attempted.
    pub attempts: u32,
    /// The `x-ms-client-request-id` of the last request, on sources that know it.
    pub request_id: Option<String>,
    /// Why no further attempt was made.
    pub stopped: Stopped,
    /// What was noticed and not acted upon, and may be the cause.
    pub notes: Vec<Note>,
}

impl Evidence {
    /// What to do about what was noticed, when nothing answers at the endpoint.
    pub(super) fn when_unreachable(&self) -> Option<&'static str> {
        self.notes.iter().find_map(Note::when_unreachable)
    }

    /// What to do about what was noticed, when the endpoint refuses.
    pub(super) fn when_refused(&self) -> Option<&'static str> {
        self.notes.iter().find_map(Note::when_refused)
    }
}

/// Why a flow stopped retrying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// Trying again would not help.
    Final,
    /// The retry policy allows no further attempt.
    AttemptsSpent,
    /// The next wait would pass the caller's time budget.
    BudgetSpent,
}

impl core::fmt::Display for Evidence {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { source, reason, endpoint, attempts, request_id, stopped, notes } = self;
        let plural = if *attempts == 1 { "" } else { "s" };
        let stopped = match stopped {
            Stopped::Final => "",
            Stopped::AttemptsSpent => "all attempts spent; ",
            Stopped::BudgetSpent => "the time budget allows no further attempt; ",
        };
        let request_id = Optional("; request id ", request_id.as_ref(), "");
        write!(
            f,
            "{attempts} request{plural} to {endpoint}; {stopped}{source} was chosen because {reason}{request_id}"
        )?;
        notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}
