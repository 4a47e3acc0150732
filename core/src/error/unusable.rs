//! Tokens that came and are of no use.

use core::time::Duration;

use super::fault::Fault;

/// Why a token that a source gave is of no use to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableToken {
    /// It had expired when it came, a moment ago; asking again at once would bring the same one.
    #[error("had expired on arrival{}", by_clock(*.clock_ahead_by))]
    ExpiredOnArrival {
        /// By how much this machine's clock seems to be ahead of the service's, if that is why.
        clock_ahead_by: Option<Duration>,
    },
    /// A resource rejected a token, and the source gave the same one again.
    #[error("is the one that was rejected: the source gave it again")]
    RejectedAgain,
    /// The token in place of a rejected one was rejected as well, a moment ago.
    #[error("was rejected as well, and the next one is not asked for yet")]
    RejectedTooSoon,
}

fn by_clock(ahead_by: Option<Duration>) -> alloc::string::String {
    match ahead_by {
        Some(by) => alloc::format!(": this machine's clock seems to be {} seconds ahead", by.as_secs()),
        None => alloc::string::String::new(),
    }
}

impl UnusableToken {
    pub(super) const fn fault(&self) -> Fault {
        match self {
            Self::ExpiredOnArrival { clock_ahead_by: Some(_) } => Fault::Host,
            _ => Fault::Service,
        }
    }

    pub(super) const fn next_step(&self) -> &'static str {
        match self {
            Self::ExpiredOnArrival { clock_ahead_by: Some(_) } => "set this machine's clock",
            Self::ExpiredOnArrival { clock_ahead_by: None } => "try again in a moment, and check this machine's clock",
            Self::RejectedAgain | Self::RejectedTooSoon => {
                "look at what the resource says in WWW-Authenticate: a newer token may not be what it wants; \
                 else try again in some minutes, when the source has a new one"
            }
        }
    }
}
