//! The effects that a driver performs, and the contract around them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::environment::Platform;
use crate::error::{Error, FileError, TransportError, TransportErrorKind};
use crate::flow::Flow;
use crate::message::{HttpRequest, HttpResponse};
use crate::text::{decimal, put};
use crate::thumbprint::Thumbprint;
use crate::time::UnixTime;
use crate::token::AccessToken;

/// What to do next. Perform the effect, hand its result to `then.resume(..)`, and go on with the step that returns.
///
/// Each effect owns its continuation, so these do not compile: answering twice, answering with the wrong kind, going
/// on after the end. Dropping a step cancels the flow.
///
/// An answer cannot be given twice:
/// ```compile_fail,E0382
/// # use managed_identity_core::{AwaitWake, Step};
/// fn twice(then: AwaitWake) -> (Step, Step) {
///     (then.resume(), then.resume())
/// }
/// ```
/// nor can an answer of the wrong kind:
/// ```compile_fail,E0308
/// # use managed_identity_core::{AwaitFile, HttpResponse, Step};
/// fn wrong_kind(then: AwaitFile, response: HttpResponse) -> Step {
///     then.resume(Ok(response))
/// }
/// ```
/// and what is done has nothing left to resume:
/// ```compile_fail,E0609
/// # use managed_identity_core::{AccessToken, Error, Step};
/// fn after_the_end(step: Step) -> Step {
///     match step {
///         Step::Done(outcome) => outcome.then.resume(),
///         other => other,
///     }
/// }
/// ```
/// A driver that forgets an effect does not compile either, since this enum is exhaustive on purpose:
/// ```compile_fail,E0004
/// # use managed_identity_core::Step;
/// fn forgetful(step: Step) {
///     match step {
///         Step::Http { .. } | Step::Sleep { .. } | Step::Done(_) => {}
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "perform the effect and call `then.resume(..)`; dropping a step cancels the flow"]
pub enum Step {
    /// Send a request and wait for its answer. An answer of any status is an answer, not an error.
    Http {
        /// What to send, and how.
        call: Box<HttpCall>,
        /// Takes the answer.
        then: AwaitResponse,
    },
    /// Read a file.
    ReadFile {
        /// Which file, and under which rules.
        file: FileRequest,
        /// Takes the content.
        then: AwaitFile,
    },
    /// Wait before the next attempt.
    Sleep {
        /// How long.
        delay: Duration,
        /// Why, for progress messages and logs.
        cause: RetryCause,
        /// Goes on.
        then: AwaitWake,
    },
    /// The flow has ended.
    Done(Result<AccessToken, Error>),
}

/// A request with the promises a transport must keep when it sends it.
#[derive(Debug)]
pub struct HttpCall {
    request: HttpRequest,
    policy: HttpPolicy,
}

impl HttpCall {
    pub(crate) fn new(request: HttpRequest, policy: HttpPolicy) -> Self {
        Self { request, policy }
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The promises to keep.
    #[must_use]
    pub const fn policy(&self) -> &HttpPolicy {
        &self.policy
    }

    /// Both parts by value.
    #[must_use]
    pub fn into_parts(self) -> (HttpRequest, HttpPolicy) {
        (self.request, self.policy)
    }
}

/// What a transport must guarantee for a call. One that cannot guarantee a field answers
/// [`TransportErrorKind::Unsupported`](crate::TransportErrorKind::Unsupported) and names it; it never ignores one.
///
/// Two promises hold for every call and are therefore no fields: the call goes out directly, never through a proxy, and
/// a redirect is never followed but handed back as the answer it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpPolicy {
    /// The longest wait for a connection, TLS handshake included.
    pub connect_timeout: Duration,
    /// The longest wait for the first or the next byte of the answer.
    pub read_timeout: Duration,
    /// The longest wait for everything together; what is left of the caller's time budget if that is less.
    pub total_timeout: Duration,
    /// The most bytes of a body to accept.
    pub max_body: usize,
    /// Whom to trust.
    pub trust: Trust,
}

/// How a server proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Not at all: plain HTTP to an address that is local by definition.
    Plain,
    /// HTTPS with a certificate that the machine's trusted roots vouch for, for the address's host name.
    Roots,
    /// HTTPS with exactly this leaf certificate, checked before the first byte of the request is sent; neither its name,
    /// its issuer nor its dates count.
    Leaf(Thumbprint),
}

/// A file to read, and the rules under which it may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileRequest {
    /// The absolute path.
    pub path: String,
    /// What the file is for.
    pub purpose: FilePurpose,
    /// The folder that the opened file must be directly in, and reached without following a symbolic link; `None` where
    /// links are legitimate, as in Kubernetes' projected volumes.
    pub directory: Option<String>,
    /// The most bytes to accept; a larger file is refused, not cut.
    pub max_len: usize,
    /// Whose path rules apply.
    pub platform: Platform,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FilePurpose {
    /// The key that proves to the Azure Arc agent that the caller is a member of the right group.
    ArcKey,
    /// The service account token of AKS workload identity.
    FederatedToken,
}

/// Why the machine waits before it tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryCause {
    /// The endpoint answered this status.
    Status(u16),
    /// There was no answer.
    Transport(TransportErrorKind),
}

impl fmt::Display for RetryCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => put(f, &["the endpoint answered ", &decimal(u64::from(*status))]),
            Self::Transport(kind) => TransportError::new(*kind, "").fmt(f),
        }
    }
}

/// Waits for the answer to a call.
#[derive(Debug)]
#[must_use = "call `resume` with the answer; dropping it cancels the flow"]
pub struct AwaitResponse(pub(crate) Box<Flow>);

impl AwaitResponse {
    /// Takes the answer, and the time at which it came.
    pub fn resume(self, answer: Result<HttpResponse, TransportError>, now: UnixTime) -> Step {
        self.0.on_response(answer, now)
    }
}

/// Waits for the content of a file.
#[derive(Debug)]
#[must_use = "call `resume` with the content; dropping it cancels the flow"]
pub struct AwaitFile {
    pub(crate) flow: Box<Flow>,
    pub(crate) purpose: FilePurpose,
    pub(crate) path: String,
}

impl AwaitFile {
    /// Takes the content, which is wiped after use.
    pub fn resume(self, content: Result<Vec<u8>, FileError>) -> Step {
        self.flow.on_file(self.purpose, self.path, content)
    }
}

/// Waits for a delay to pass.
#[derive(Debug)]
#[must_use = "call `resume` after the delay; dropping it cancels the flow"]
pub struct AwaitWake(pub(crate) Box<Flow>);

impl AwaitWake {
    /// Goes on after the delay.
    pub fn resume(self) -> Step {
        self.0.on_wake()
    }
}
