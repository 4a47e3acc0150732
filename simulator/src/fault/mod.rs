//! Faults on demand: what to do instead of normal service, request by request.

mod body;
mod delivery;
mod entry;
mod script;

use std::time::Duration;

pub(crate) use self::body::AnswerBody;
pub(crate) use self::delivery::{Delivery, deliver};
pub use self::script::FaultScript;
use crate::error::InvalidFault;

/// One entry of a [`FaultScript`]: what happens to the next request or requests.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "entry::FaultEntry")]
pub struct Fault {
    kind: FaultKind,
    delay: Duration,
    times: u32,
}

/// What is done instead of normal service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Pass,
    Status { status: u16, headers: Vec<(String, String)>, body: String },
    Gone,
    Throttled { retry_after: String },
    Cut,
    Truncated,
    Huge { bytes: u64 },
    Endless,
    NotJson,
    WrongIdentity,
    Redirect { location: String },
    Challenge { value: String },
}

impl Fault {
    /// Normal service: keeps a place in the script.
    #[must_use]
    pub fn pass() -> Self {
        FaultKind::Pass.into()
    }

    /// An answer with this status, and no body unless [`Fault::body`] adds one.
    #[must_use]
    pub fn status(status: u16) -> Self {
        FaultKind::Status { status, headers: Vec::new(), body: String::new() }.into()
    }

    /// 410, which IMDS answers for up to 70 seconds while it is updated.
    #[must_use]
    pub fn gone() -> Self {
        FaultKind::Gone.into()
    }

    /// 429 with this `Retry-After`: a number of seconds or an HTTP date.
    #[must_use]
    pub fn throttled(retry_after: impl Into<String>) -> Self {
        FaultKind::Throttled { retry_after: retry_after.into() }.into()
    }

    /// The connection ends before any answer.
    #[must_use]
    pub fn cut() -> Self {
        FaultKind::Cut.into()
    }

    /// Half of the normal answer's body under a `Content-Length` for all of it, then the connection ends.
    #[must_use]
    pub fn truncated() -> Self {
        FaultKind::Truncated.into()
    }

    /// Status 200 with a body of so many bytes.
    #[must_use]
    pub fn huge(bytes: u64) -> Self {
        FaultKind::Huge { bytes }.into()
    }

    /// Status 200 with a body that goes on until the client hangs up.
    #[must_use]
    pub fn endless() -> Self {
        FaultKind::Endless.into()
    }

    /// Status 200 with an HTML page, as a captive portal answers.
    #[must_use]
    pub fn not_json() -> Self {
        FaultKind::NotJson.into()
    }

    /// The normal answer, but the identity that it names is another one.
    ///
    /// On Azure Arc the first request of a token gets a challenge, which names no identity: put a [`Fault::pass`] before.
    #[must_use]
    pub fn wrong_identity() -> Self {
        FaultKind::WrongIdentity.into()
    }

    /// 307 to this `Location`.
    #[must_use]
    pub fn redirect(location: impl Into<String>) -> Self {
        FaultKind::Redirect { location: location.into() }.into()
    }

    /// 401 with this `WWW-Authenticate`, as a hostile process in the agent's place would send it.
    #[must_use]
    pub fn challenge(value: impl Into<String>) -> Self {
        FaultKind::Challenge { value: value.into() }.into()
    }

    /// Adds a header to an answer made by [`Fault::status`]; other faults have none to add to.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let FaultKind::Status { headers, .. } = &mut self.kind {
            headers.push((name.into(), value.into()));
        }
        self
    }

    /// The body of an answer made by [`Fault::status`]; other faults have a body of their own.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        if let FaultKind::Status { body, .. } = &mut self.kind {
            *body = text.into();
        }
        self
    }

    /// Waits this long before the answer.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Happens to so many requests instead of one.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// How long to wait before the answer.
    pub(crate) fn waiting_time(&self) -> Duration {
        self.delay
    }

    /// The name in a fault script.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            FaultKind::Pass if self.delay.is_zero() => "pass",
            FaultKind::Pass => "delay_ms",
            FaultKind::Status { .. } => "status",
            FaultKind::Gone => "gone",
            FaultKind::Throttled { .. } => "throttled",
            FaultKind::Cut => "cut",
            FaultKind::Truncated => "truncated",
            FaultKind::Huge { .. } => "huge",
            FaultKind::Endless => "endless",
            FaultKind::NotJson => "not_json",
            FaultKind::WrongIdentity => "wrong_identity",
            FaultKind::Redirect { .. } => "redirect",
            FaultKind::Challenge { .. } => "challenge",
        }
    }

    /// Whether HTTP can carry what the fault says.
    pub(crate) fn check(&self) -> Result<(), InvalidFault> {
        if self.times == 0 {
            return Err(InvalidFault("`times` must be 1 or more".to_owned()));
        }
        match &self.kind {
            FaultKind::Status { status, headers, .. } => {
                if !(200..=599).contains(status) {
                    return Err(InvalidFault(format!("`status` must be between 200 and 599, not {status}")));
                }
                headers.iter().try_for_each(|(name, value)| delivery::legal_header(name, value).map(drop))
            }
            FaultKind::Throttled { retry_after: value } => delivery::legal_header("retry-after", value).map(drop),
            FaultKind::Redirect { location: value } => delivery::legal_header("location", value).map(drop),
            FaultKind::Challenge { value } => delivery::legal_header("www-authenticate", value).map(drop),
            _ => Ok(()),
        }
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        Self { kind, delay: Duration::ZERO, times: 1 }
    }
}
