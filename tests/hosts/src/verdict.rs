//! What came of asking for a token.

use std::fmt;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Token,
    CallDenied,
    FileDenied,
    /// A promise that the way to the endpoint cannot keep.
    Refused(&'static str),
    /// The host does not start the guest.
    NotStarted,
    Other,
}

/// How the client names the promises that some transport cannot keep.
const PROMISES: [&str; 3] = ["that no redirect is followed", "the pinned certificate", "an encrypted connection"];

impl Verdict {
    /// By what the guest or its host said.
    pub(crate) fn of(said: &str) -> Self {
        let refused = PROMISES.into_iter().find(|it| said.contains(&format!("this transport cannot guarantee {it}")));
        if let Some(promise) = refused {
            Self::Refused(promise)
        } else if said.contains("the host denies the call") {
            Self::CallDenied
        } else if said.contains("the host denies access to it") {
            Self::FileDenied
        } else if said.contains("a token of ") || said.contains("28 characters") {
            Self::Token
        } else if said.contains("matching implementation was not found in the linker") {
            Self::NotStarted
        } else {
            Self::Other
        }
    }

    /// Whether the endpoint was asked before.
    pub(crate) const fn is_after_a_request(self) -> bool {
        matches!(self, Self::Token | Self::FileDenied)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token => f.write_str("a token"),
            Self::CallDenied => f.write_str("told: the host denies the call"),
            Self::FileDenied => f.write_str("told: the host denies access to the key file"),
            Self::Refused(promise) => write!(f, "refused before anything is sent: nobody can guarantee {promise}"),
            Self::NotStarted => f.write_str("not started: the host says which interface is missing"),
            Self::Other => f.write_str("something else"),
        }
    }
}
