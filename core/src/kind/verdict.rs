//! What a chain says of a member that gave no token.

use core::fmt;

/// Why a member of a chain gave no token, in one of three words. `Display` gives it for people, [`Verdict::as_str`] for
/// programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Exhaustive on purpose: there is nothing between these.
pub enum Verdict {
    /// Nobody configured it. The chain goes on.
    NotConfigured,
    /// What it needs is not on this machine. The chain goes on.
    NotHere,
    /// It was configured, it asked, and it was refused; or it must not be trusted. The chain ends: another member would
    /// give a token of somebody who is not meant.
    Refused,
}

impl Verdict {
    /// The name for programs, such as `not-here`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::NotHere => "not-here",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotConfigured => "not configured",
            Self::NotHere => "not here",
            Self::Refused => "refused",
        })
    }
}
