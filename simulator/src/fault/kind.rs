//! One fault, as a program makes it.

use std::time::Duration;

use serde_json::{Map, Value};

use super::header::{legal_header, legal_reason};
use crate::error::InvalidFault;
use crate::source::SimulatedSource;

/// One entry of a [`FaultScript`](crate::FaultScript): what happens to the next request or requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub(super) kind: FaultKind,
    pub(super) delay: Duration,
    pub(super) times: u32,
}

/// What is done instead of normal service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FaultKind {
    Pass,
    Status(Scripted),
    Aadsts { code: u32 },
    Gone,
    Throttled { retry_after: String },
    Cut,
    Truncated,
    Huge { bytes: u64 },
    Endless,
    NotJson,
    WrongIdentity,
    Members { members: Map<String, Value> },
    LostKey,
    RotatedKey,
    Redirect { location: String },
    Challenge { value: String },
}

/// An answer that is given word by word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scripted {
    pub(super) status: u16,
    pub(super) reason: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Fault {
    /// Normal service: keeps a place in the script.
    #[must_use]
    pub fn pass() -> Self {
        FaultKind::Pass.into()
    }

    /// An answer with this status, and no body unless [`Fault::body`], [`Fault::text`] or [`Fault::html`] adds one.
    #[must_use]
    pub fn status(status: u16) -> Self {
        FaultKind::Status(Scripted { status, reason: None, headers: Vec::new(), body: Vec::new() }).into()
    }

    /// The refusal of the Microsoft identity platform with this AADSTS code, such as 700213 while a federated credential
    /// has not spread yet. On sources other than workload identity it has the shape of that source.
    #[must_use]
    pub fn aadsts(code: u32) -> Self {
        FaultKind::Aadsts { code }.into()
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

    /// The normal token document with this member, which may be a new one or take another one's place; null takes the
    /// member away. [`Fault::member`] adds more.
    ///
    /// For dates in the forms that services are known to send, for an answer that names whose token it is, or one for
    /// another resource. An answer without a token stays as it is; on Azure Arc put a [`Fault::pass`] before.
    ///
    /// ```
    /// use managed_identity_simulator::Fault;
    ///
    /// let fault = Fault::with_member("expires_on", "9/14/2028 2:5:9 PM +00:00").member("expires_in", ());
    /// ```
    #[must_use]
    pub fn with_member(name: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::from(FaultKind::Members { members: Map::new() }).member(name, value)
    }

    /// The challenge of Azure Arc, but the key file that it names is gone, as after a rotation of the agent's keys.
    #[must_use]
    pub fn lost_key() -> Self {
        FaultKind::LostKey.into()
    }

    /// On Azure Arc, the refusal of whatever key was sent, together with a new challenge. Put a [`Fault::pass`] before, for
    /// the first challenge.
    #[must_use]
    pub fn rotated_key() -> Self {
        FaultKind::RotatedKey.into()
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
        if let FaultKind::Status(answer) = &mut self.kind {
            answer.headers.push((name.into(), value.into()));
        }
        self
    }

    /// The words beside the status of an answer made by [`Fault::status`], instead of the usual ones.
    #[must_use]
    pub fn reason(mut self, phrase: impl Into<String>) -> Self {
        if let FaultKind::Status(answer) = &mut self.kind {
            answer.reason = Some(phrase.into());
        }
        self
    }

    /// The body of an answer made by [`Fault::status`]; other faults have a body of their own. It is JSON unless a
    /// `Content-Type` says otherwise; it may be any bytes.
    #[must_use]
    pub fn body(mut self, content: impl Into<Vec<u8>>) -> Self {
        if let FaultKind::Status(answer) = &mut self.kind {
            answer.body = content.into();
        }
        self
    }

    /// A body of plain text for an answer made by [`Fault::status`], as hosts send it that know no JSON for an error.
    #[must_use]
    pub fn text(self, sentence: impl Into<String>) -> Self {
        self.header("content-type", "text/plain; charset=utf-8").body(sentence.into())
    }

    /// An HTML page with this title as the body of an answer made by [`Fault::status`], as a gateway sends it.
    #[must_use]
    pub fn html(self, title: &str) -> Self {
        let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let page = format!(
            "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n"
        );
        self.header("content-type", "text/html; charset=utf-8").body(page)
    }

    /// Adds a member to the document of [`Fault::with_member`]; other faults have none to add to.
    #[must_use]
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        if let FaultKind::Members { members } = &mut self.kind {
            members.insert(name.into(), value.into());
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
            FaultKind::Aadsts { .. } => "aadsts",
            FaultKind::Gone => "gone",
            FaultKind::Throttled { .. } => "throttled",
            FaultKind::Cut => "cut",
            FaultKind::Truncated => "truncated",
            FaultKind::Huge { .. } => "huge",
            FaultKind::Endless => "endless",
            FaultKind::NotJson => "not_json",
            FaultKind::WrongIdentity => "wrong_identity",
            FaultKind::Members { .. } => "members",
            FaultKind::LostKey => "lost_key",
            FaultKind::RotatedKey => "rotated_key",
            FaultKind::Redirect { .. } => "redirect",
            FaultKind::Challenge { .. } => "challenge",
        }
    }

    /// Whether the fault can be carried out.
    pub(super) fn check(&self) -> Result<(), InvalidFault> {
        if self.times == 0 {
            return Err(InvalidFault("`times` must be 1 or more".to_owned()));
        }
        match &self.kind {
            FaultKind::Status(Scripted { status, reason, headers, .. }) => {
                if !(200..=599).contains(status) {
                    return Err(InvalidFault(format!("`status` must be between 200 and 599, not {status}")));
                }
                reason.as_deref().map_or(Ok(()), |reason| legal_reason(reason).map(drop))?;
                headers.iter().try_for_each(|(name, value)| legal_header(name, value).map(drop))
            }
            FaultKind::Throttled { retry_after: value } => legal_header("retry-after", value).map(drop),
            FaultKind::Redirect { location: value } => legal_header("location", value).map(drop),
            FaultKind::Challenge { value } => legal_header("www-authenticate", value).map(drop),
            _ => Ok(()),
        }
    }

    /// Whether the fault can happen on `source`.
    pub(super) fn check_for(&self, source: SimulatedSource) -> Result<(), InvalidFault> {
        let of_arc = matches!(self.kind, FaultKind::LostKey | FaultKind::RotatedKey);
        if of_arc && source != SimulatedSource::AzureArc {
            return Err(InvalidFault(format!("`{}` is a fault of azure-arc: {source} has no key files", self.name())));
        }
        Ok(())
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        Self { kind, delay: Duration::ZERO, times: 1 }
    }
}
