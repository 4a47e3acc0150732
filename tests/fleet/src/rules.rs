//! The rules of other libraries for the metadata service, as their sources have them.

use crate::library::Library;
use crate::time::{HOUR, MINUTE, Millis, SECOND};

/// A token with less than this left is renewed. So say all of them.
pub(crate) const RENEWAL_MARGIN: Millis = 5 * MINUTE;

/// Those of one library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// A token with less than this left is not handed out.
    pub(crate) margin: Millis,
    /// Tokens that live this long are renewed from half of their life on.
    pub(crate) half_life_from: Option<Millis>,
    /// The renewal is this much earlier or later, at random.
    pub(crate) spread: Millis,
    /// Callers get the token they have while it is renewed.
    pub(crate) in_background: bool,
    /// No renewal begins before that, counted from the begin of the last.
    pub(crate) renewal_pause: Millis,
    /// The answer's `expires_on` counts, by the program's own clock, and not its `expires_in`.
    pub(crate) by_expires_on: bool,
    pub(crate) retries: Retries,
    /// An answer of 429, of 500 and above, or with a `Retry-After`, stands for as long as that says, or for this.
    pub(crate) verdict: Option<Millis>,
}

/// When a request is repeated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retries {
    /// The delay before each.
    pub(crate) delays: &'static [Millis],
    /// A `Retry-After` takes the place of the delay.
    pub(crate) obeys_retry_after: bool,
    /// A connection that cannot be made is tried again.
    pub(crate) of_connections: bool,
}

const NONE: Retries = Retries { delays: &[], obeys_retry_after: false, of_connections: false };

impl Rules {
    /// Those of a library, unless it is this project's.
    pub(crate) const fn of(library: Library) -> Option<Self> {
        let plain = Self {
            margin: RENEWAL_MARGIN,
            half_life_from: Some(2 * HOUR),
            spread: 0,
            in_background: false,
            renewal_pause: 0,
            by_expires_on: false,
            retries: NONE,
            verdict: None,
        };
        Some(match library {
            Library::ThisProject => return None,
            Library::MsalNet => Self {
                spread: 5 * MINUTE,
                in_background: true,
                by_expires_on: true,
                retries: Retries { delays: &[SECOND, 2 * SECOND, 4 * SECOND], ..NONE },
                ..plain
            },
            Library::MsalPython => Self { verdict: Some(5 * SECOND), ..plain },
            Library::AzureIdentityPython => Self {
                margin: 0,
                renewal_pause: 30 * SECOND,
                retries: Retries {
                    delays: &[0, 1600, 3200, 6400, 12_800],
                    obeys_retry_after: true,
                    of_connections: true,
                },
                verdict: Some(5 * SECOND),
                ..plain
            },
            Library::AzureIdentityRust => Self {
                half_life_from: None,
                by_expires_on: true,
                retries: Retries {
                    delays: &[1340, 2680, 5360, 10_720, 21_440],
                    obeys_retry_after: false,
                    of_connections: false,
                },
                ..plain
            },
        })
    }
}
