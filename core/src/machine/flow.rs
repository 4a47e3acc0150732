//! The state machine: the only file that maps a state and an input to the next step.
//!
//! The table in `transitions.md` lists every row; `tests/transitions.rs` checks them one by one.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;

use super::recipe::Acquire;
use super::retry::RetryState;
use crate::credential::{MAX_ARC_KEY, MAX_FEDERATED_TOKEN, RequestParts};
use crate::effect::{FileRequest, HttpCall, RetryCause};
use crate::error::{
    ChallengeError, Error, Evidence, FileError, FileErrorKind, Stopped, TransportError, TransportErrorKind,
};
use crate::kind::{FilePurpose, SourceKind, StatusClass};
use crate::values::{AccessToken, Secret, SecretBytes, SplitMix64, UnixTime};
use crate::wire::{self, Asked, HttpResponse};

/// What has to be done next, and the flow that goes on with its result.
pub(super) enum Next {
    Http(Box<HttpCall>, Box<Flow>),
    ReadFile(FileRequest, Box<Flow>),
    Sleep(Duration, RetryCause, Box<Flow>),
    Done(Result<AccessToken, Error>),
}

/// One acquisition on its way.
#[derive(Debug)]
pub(super) struct Flow {
    acquire: Acquire,
    random: SplitMix64,
    retries: RetryState,
    stage: Stage,
    attempts: u32,
    request_id: Option<String>,
    started: UnixTime,
    /// Grows only: by what the wall clock says, and by what is slept whatever the clock says.
    elapsed: Duration,
}

/// What the next answer is expected to be.
#[derive(Debug)]
enum Stage {
    /// Azure Arc's challenge.
    Challenge,
    /// The token, for this proof of who asks.
    Token(Proof),
}

/// What a request proves its sender with, beyond what the source itself holds.
#[derive(Debug)]
enum Proof {
    None,
    ArcKey(Secret),
    Assertion(Secret),
}

impl Flow {
    pub(super) fn begin(acquire: Acquire, seed: u64, now: UnixTime) -> Next {
        let stage = match acquire.source.kind() {
            SourceKind::AzureArc => Stage::Challenge,
            _ => Stage::Token(Proof::None),
        };
        let flow = Box::new(Self {
            acquire,
            random: SplitMix64::new(seed),
            retries: RetryState::default(),
            stage,
            attempts: 0,
            request_id: None,
            started: now,
            elapsed: Duration::ZERO,
        });
        match flow.acquire.source.workload_identity_dialect() {
            Some(workload) => {
                let file = workload.file_request();
                flow.read(file)
            }
            None => flow.send(),
        }
    }

    pub(super) fn on_response(
        mut self: Box<Self>,
        answer: Result<HttpResponse, TransportError>,
        now: UnixTime,
    ) -> Next {
        self.elapsed = self.elapsed.max(now.saturating_since(self.started));
        let response = match answer {
            Ok(response) => response,
            Err(error) => return self.on_transport_error(error),
        };
        if !(100..1000).contains(&response.status) {
            return self.on_transport_error(TransportError::new(TransportErrorKind::Protocol, "the status is none"));
        }
        if response.body().len() > self.acquire.source.policy().max_body {
            return self.on_transport_error(TransportError::new(TransportErrorKind::BodyTooLarge, ""));
        }
        if let Some(service) = wire::sender(&response, self.acquire.source.kind()) {
            let error = Box::new(wire::error(&response, now, &self.secrets()));
            let evidence = self.evidence(Stopped::Final);
            return Next::Done(Err(Error::ForeignService { service, error, evidence }));
        }
        let is_success = StatusClass::of(response.status) == StatusClass::Success;
        match (&self.stage, self.acquire.source.azure_arc_dialect()) {
            (Stage::Challenge, Some(arc)) if response.status == 401 => {
                match arc.answer_challenge(&response.challenges) {
                    Ok(file) => self.read(file),
                    Err(ChallengeError::Missing { .. }) => {
                        let said = wire::words(&response, &self.secrets());
                        self.refuse(ChallengeError::Missing { said })
                    }
                    Err(error) => self.refuse(error),
                }
            }
            (Stage::Challenge, _) if is_success => {
                let found = wire::other_content(&response, &self.secrets());
                self.refuse(ChallengeError::NotChallenged { found })
            }
            _ if is_success => self.on_success(&response, now),
            _ => self.on_failure(&response, now),
        }
    }

    fn refuse(self: Box<Self>, error: ChallengeError) -> Next {
        let evidence = self.evidence(Stopped::Final);
        Next::Done(Err(Error::Challenge { error, evidence }))
    }

    fn on_success(self: Box<Self>, response: &HttpResponse, now: UnixTime) -> Next {
        let (source, request) = (&self.acquire.source, &self.acquire.request);
        let (kind, default_client_id) = (source.kind(), source.default_client_id());
        let asked = Asked { request, source: kind, default_client_id, secrets: self.secrets() };
        let outcome = wire::token(response, now, &asked);
        Next::Done(outcome.map_err(|error| Error::InvalidResponse { error, evidence: self.evidence(Stopped::Final) }))
    }

    fn on_failure(self: Box<Self>, response: &HttpResponse, now: UnixTime) -> Next {
        let error = Box::new(wire::error(response, now, &self.secrets()));
        let retry_after = error.retry_after;
        let retried = self.acquire.retry.retries(error.status) && !error.missing_identity || error.awaits_federation();
        let cause = retried.then_some(RetryCause::Status(error.status));
        self.retry_or_end(cause, retry_after, |evidence| Error::Endpoint { error, evidence })
    }

    fn on_transport_error(self: Box<Self>, error: TransportError) -> Next {
        let cause = error.is_transient().then_some(RetryCause::Transport(error.kind()));
        self.retry_or_end(cause, None, |evidence| Error::Transport { error, evidence })
    }

    pub(super) fn on_file(
        mut self: Box<Self>,
        purpose: FilePurpose,
        path: String,
        content: Result<Vec<u8>, FileError>,
    ) -> Next {
        let proof = content.map(SecretBytes::new).and_then(|content| match purpose {
            FilePurpose::ArcKey => arc_key(content.expose()).map(Proof::ArcKey),
            FilePurpose::FederatedToken => federated_token(content.expose()).map(Proof::Assertion),
        });
        match proof {
            Ok(proof) => {
                self.stage = Stage::Token(proof);
                self.send()
            }
            Err(error) => {
                let evidence = self.evidence(Stopped::Final);
                Next::Done(Err(Error::CredentialFile { error, purpose, path, evidence }))
            }
        }
    }

    pub(super) fn on_wake(self: Box<Self>) -> Next {
        self.send()
    }

    fn read(self: Box<Self>, file: FileRequest) -> Next {
        Next::ReadFile(file, self)
    }

    fn send(mut self: Box<Self>) -> Next {
        let left = self.acquire.retry.time_budget.saturating_sub(self.elapsed);
        if left.is_zero() {
            let error = TransportError::new(TransportErrorKind::Timeout, "no time left for another request");
            let evidence = self.evidence(Stopped::BudgetSpent);
            return Next::Done(Err(Error::Transport { error, evidence }));
        }
        self.attempts += 1;
        if self.acquire.source.kind() == SourceKind::Imds && self.acquire.client_headers {
            self.request_id = Some(self.random.uuid());
        }
        let (arc_key, assertion) = match &self.stage {
            Stage::Token(Proof::ArcKey(key)) => (Some(key), None),
            Stage::Token(Proof::Assertion(assertion)) => (None, Some(assertion)),
            Stage::Token(Proof::None) | Stage::Challenge => (None, None),
        };
        let parts =
            RequestParts { request: &self.acquire.request, request_id: self.request_id.as_deref(), arc_key, assertion };
        let request = match self.acquire.source.request(&parts) {
            Ok(request) => request,
            Err(error) => return Next::Done(Err(error.into())),
        };
        let mut policy = self.acquire.source.policy();
        policy.total_timeout = policy.total_timeout.min(left);
        Next::Http(Box::new(HttpCall::new(request, policy)), self)
    }

    /// Waits before the next attempt, or ends with this error. Without a `cause`, a retry would not help.
    fn retry_or_end(
        mut self: Box<Self>,
        cause: Option<RetryCause>,
        retry_after: Option<Duration>,
        error: impl FnOnce(Box<Evidence>) -> Error,
    ) -> Next {
        let Some(cause) = cause else { return Next::Done(Err(error(self.evidence(Stopped::Final)))) };
        let Self { retries, acquire, random, .. } = &mut *self;
        let Some(delay) = retries.next_delay(&acquire.retry, cause, retry_after, random) else {
            return Next::Done(Err(error(self.evidence(Stopped::AttemptsSpent))));
        };
        let waited = self.elapsed.saturating_add(delay);
        if waited >= self.acquire.retry.time_budget {
            return Next::Done(Err(error(self.evidence(Stopped::BudgetSpent))));
        }
        self.elapsed = waited;
        Next::Sleep(delay, cause, self)
    }

    /// The texts sent to the peer that must not come back from it into anything that is shown.
    fn secrets(&self) -> [&str; 2] {
        let proof = match &self.stage {
            Stage::Token(Proof::ArcKey(secret) | Proof::Assertion(secret)) => secret.expose(),
            Stage::Token(Proof::None) | Stage::Challenge => "",
        };
        [self.acquire.source.secret().unwrap_or_default(), proof]
    }

    fn evidence(&self, stopped: Stopped) -> Box<Evidence> {
        let source = &self.acquire.source;
        Box::new(Evidence {
            source: source.kind(),
            reason: source.reason(),
            endpoint: source.endpoint().without_query().to_string(),
            attempts: self.attempts,
            request_id: self.request_id.clone(),
            stopped,
        })
    }
}

/// The key, without the one line end that an editor may have left, as text that a header may carry.
fn arc_key(content: &[u8]) -> Result<Secret, FileError> {
    let key = content.strip_suffix(b"\n").map_or(content, |rest| rest.strip_suffix(b"\r").unwrap_or(rest));
    legal_text("key", content.len(), key, MAX_ARC_KEY, |byte| byte == b' ')
}

/// The token without blanks around it.
fn federated_token(content: &[u8]) -> Result<Secret, FileError> {
    legal_text("token", content.len(), content.trim_ascii(), MAX_FEDERATED_TOKEN, |_| false)
}

fn legal_text(
    what: &str,
    len: usize,
    text: &[u8],
    max_len: usize,
    also_legal: fn(u8) -> bool,
) -> Result<Secret, FileError> {
    if len > max_len {
        return Err(FileError::too_large(max_len));
    }
    if text.is_empty() {
        return Err(FileError::new(FileErrorKind::Empty, ""));
    }
    let illegal = |byte: &u8| !byte.is_ascii_graphic() && !also_legal(*byte);
    match (core::str::from_utf8(text), text.iter().copied().find(illegal)) {
        (Ok(legal), None) => Ok(Secret::new(legal.into())),
        (_, found) => {
            let found = found.map_or("", wire::illegal);
            Err(FileError::new(FileErrorKind::IllegalContent, &format!("the {what} has {found} in it")))
        }
    }
}
