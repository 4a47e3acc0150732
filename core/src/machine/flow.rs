//! The state machine: the only file that maps a state and an input to the next step.
//!
//! The table in `transitions.md` lists every row; `tests/transitions.rs` checks them one by one.

#[cfg(feature = "chain")]
use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::evidence::{evidence, not_guid};
#[cfg(feature = "chain")]
use super::patience::probe;
use super::patience::{MAX_BODY, limits};
use super::proof::{Proof, arc_key, federated_token};
use super::recipe::Acquire;
use super::retry::{Failed, RetryState};
use crate::credential::{RequestParts, certificates};
use crate::effect::{FileRequest, HttpCall, RetryCause};
#[cfg(feature = "chain")]
use crate::effect::{SignRequest, Signed};
#[cfg(feature = "chain")]
use crate::error::SignError;
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
    #[cfg(feature = "chain")]
    Sign(Box<SignRequest>, Box<Flow>),
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
    /// The agent was asked for a fresh challenge, or gave one; it gets no third chance.
    challenged_again: bool,
    /// Something answered, which proves that there is an endpoint.
    answered: bool,
    /// The certificates of the token proxy, once they were read.
    proxy_ca: Option<Arc<str>>,
    attempts: u32,
    request_id: Option<String>,
    started: UnixTime,
    /// Grows only: by what the wall clock says, and by what is slept whatever the clock says.
    elapsed: Duration,
}

/// What the next answer is expected to be.
#[derive(Debug)]
enum Stage {
    /// Any answer at all: whether there is an endpoint.
    #[cfg(feature = "chain")]
    Probe,
    /// Azure Arc's challenge.
    Challenge,
    /// The token, for this proof of who asks.
    Token(Proof),
}

impl Flow {
    pub(super) fn begin(acquire: Acquire, seed: u64, now: UnixTime) -> Next {
        Self::new(acquire, seed, now).attempt()
    }

    /// Begins with an assertion that somebody else gave.
    #[cfg(feature = "chain")]
    pub(super) fn begin_with(assertion: Secret, acquire: Acquire, seed: u64, now: UnixTime) -> Next {
        let mut flow = Self::new(acquire, seed, now);
        flow.stage = Stage::Token(Proof::Assertion(assertion));
        flow.attempt()
    }

    fn new(acquire: Acquire, seed: u64, now: UnixTime) -> Box<Self> {
        let stage = match acquire.source.kind() {
            #[cfg(feature = "chain")]
            SourceKind::Imds if acquire.probes => Stage::Probe,
            SourceKind::AzureArc => Stage::Challenge,
            _ => Stage::Token(Proof::None),
        };
        Box::new(Self {
            acquire,
            random: SplitMix64::new(seed),
            retries: RetryState::default(),
            stage,
            challenged_again: false,
            answered: false,
            proxy_ca: None,
            attempts: 0,
            request_id: None,
            started: now,
            elapsed: Duration::ZERO,
        })
    }

    /// Begins an attempt. The federated token may have been replaced since the last one, so it is read anew.
    fn attempt(self: Box<Self>) -> Next {
        match self.acquire.source.first_file() {
            Some(file) => self.read(file),
            None => self.send(),
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
        self.answered = true;
        if response.body().len() > MAX_BODY {
            return self.on_transport_error(TransportError::new(TransportErrorKind::BodyTooLarge, ""));
        }
        if let Some(service) = wire::sender(&response, self.acquire.source.kind()) {
            let error = Box::new(wire::error(&response, now, &self.secrets()));
            let evidence = self.evidence(Stopped::Final);
            return Next::Done(Err(Error::ForeignService { service, error, evidence }));
        }
        #[cfg(feature = "chain")]
        if self.is_probing() {
            self.stage = Stage::Token(Proof::None);
            return self.send();
        }
        let is_success = StatusClass::of(response.status) == StatusClass::Success;
        match (&self.stage, self.acquire.source.azure_arc_dialect()) {
            (Stage::Challenge, Some(arc)) if response.status == 401 => {
                let file = arc.answer_challenge(&response.challenges, &self.secrets());
                self.on_challenge(file, &response)
            }
            // The agent replaces its keys; one that came too late is refused with a new challenge.
            (Stage::Token(_), Some(arc))
                if response.status == 401 && !response.challenges.is_empty() && !self.challenged_again =>
            {
                let file = arc.answer_challenge(&response.challenges, &self.secrets());
                self.challenged_again = true;
                self.on_challenge(file, &response)
            }
            (Stage::Challenge, _) if is_success => {
                let found = wire::other_content(&response, &self.secrets());
                self.refuse(ChallengeError::NotChallenged { found })
            }
            _ if is_success => self.on_success(&response, now),
            _ => self.on_failure(&response, now),
        }
    }

    fn on_challenge(self: Box<Self>, file: Result<FileRequest, ChallengeError>, response: &HttpResponse) -> Next {
        match file {
            Ok(file) => self.read(file),
            Err(ChallengeError::Missing { .. }) => {
                let said = wire::words(response, &self.secrets());
                self.refuse(ChallengeError::Missing { said })
            }
            Err(error) => self.refuse(error),
        }
    }

    fn refuse(self: Box<Self>, error: ChallengeError) -> Next {
        let evidence = self.evidence(Stopped::Final);
        Next::Done(Err(Error::Challenge { error, evidence }))
    }

    fn on_success(self: Box<Self>, response: &HttpResponse, now: UnixTime) -> Next {
        #[cfg(feature = "chain")]
        if let Some(member) = self.acquire.source.assertion_member() {
            let outcome = wire::assertion(response, member, &self.secrets());
            let kind = self.acquire.source.kind();
            let resource = self.acquire.request.resource();
            return Next::Done(match outcome {
                // It is used at once, so nobody asks when it ends.
                Ok(assertion) => Ok(AccessToken::new(assertion, resource, UnixTime::default(), kind)),
                Err(error) => Err(Error::InvalidResponse { error, evidence: self.evidence(Stopped::Final) }),
            });
        }
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
        let not_guid = not_guid(&self.acquire);
        self.retry_or_end(cause, retry_after, |mut evidence| {
            evidence.notes.extend(not_guid);
            Error::Endpoint { error, evidence }
        })
    }

    fn on_transport_error(self: Box<Self>, error: TransportError) -> Next {
        let cause = error.is_transient().then_some(RetryCause::Transport(error.kind()));
        // What is looked for is there or is not.
        #[cfg(feature = "chain")]
        let cause = cause.filter(|_| !self.is_probing());
        self.retry_or_end(cause, None, |evidence| Error::Transport { error, evidence })
    }

    pub(super) fn on_file(
        mut self: Box<Self>,
        purpose: FilePurpose,
        path: String,
        content: Result<Vec<u8>, FileError>,
    ) -> Next {
        let content = content.map(SecretBytes::new);
        #[cfg(feature = "chain")]
        let content = match (content, self.acquire.source.client_certificate_dialect()) {
            (Ok(content), Some(certificate)) => {
                let now = self.started + self.elapsed;
                let what = certificate.sign_request(content, self.random.uuid(), now);
                return Next::Sign(Box::new(what), self);
            }
            (content, _) => content,
        };
        let done = content.and_then(|content| match purpose {
            #[cfg(feature = "chain")]
            FilePurpose::ClientCertificate => Ok(()),
            FilePurpose::ArcKey => arc_key(content.expose()).map(|key| self.stage = Stage::Token(Proof::ArcKey(key))),
            FilePurpose::FederatedToken => {
                federated_token(content.expose()).map(|token| self.stage = Stage::Token(Proof::Assertion(token)))
            }
            FilePurpose::TokenProxyCa => certificates(content.expose()).map(|ca| self.proxy_ca = Some(ca)),
        });
        match (done, purpose, self.acquire.source.workload_identity_dialect()) {
            // The certificates are not all that is needed.
            (Ok(()), FilePurpose::TokenProxyCa, Some(workload)) => {
                let file = workload.file_request();
                self.read(file)
            }
            (Ok(()), ..) => self.send(),
            // The agent replaces its keys, and the one it named may be gone by now.
            (Err(error), FilePurpose::ArcKey, _)
                if error.kind() == FileErrorKind::NotFound && !self.challenged_again =>
            {
                self.challenged_again = true;
                self.stage = Stage::Challenge;
                self.send()
            }
            (Err(error), ..) => {
                let evidence = self.evidence(Stopped::Final);
                Next::Done(Err(Error::CredentialFile { error, purpose, path, evidence }))
            }
        }
    }

    #[cfg(feature = "chain")]
    pub(super) fn on_signed(mut self: Box<Self>, signed: Result<Signed, SignError>) -> Next {
        match signed {
            Ok(signed) => {
                self.stage = Stage::Token(Proof::Assertion(signed.assertion()));
                self.send()
            }
            Err(error) => {
                let path = self.acquire.source.client_certificate_file().unwrap_or_default().to_owned();
                let evidence = self.evidence(Stopped::Final);
                Next::Done(Err(Error::ClientCertificate { error, path, evidence }))
            }
        }
    }

    pub(super) fn on_wake(self: Box<Self>) -> Next {
        self.attempt()
    }

    #[cfg(feature = "chain")]
    const fn is_probing(&self) -> bool {
        matches!(self.stage, Stage::Probe)
    }

    const fn proof(&self) -> Option<&Proof> {
        match &self.stage {
            Stage::Token(proof) => Some(proof),
            Stage::Challenge => None,
            #[cfg(feature = "chain")]
            Stage::Probe => None,
        }
    }

    fn read(self: Box<Self>, file: FileRequest) -> Next {
        Next::ReadFile(file, self)
    }

    fn send(mut self: Box<Self>) -> Next {
        let left = self.left();
        if left.is_zero() {
            let error = TransportError::new(TransportErrorKind::Timeout, "no time left for another request");
            let evidence = self.evidence(Stopped::BudgetSpent);
            return Next::Done(Err(Error::Transport { error, evidence }));
        }
        self.attempts += 1;
        #[cfg(feature = "chain")]
        if self.is_probing() {
            return Next::Http(Box::new(probe(&self.acquire.source, left)), self);
        }
        if self.acquire.source.kind() == SourceKind::Imds && self.acquire.client_headers {
            self.request_id = Some(self.random.uuid());
        }
        let parts = RequestParts {
            request: &self.acquire.request,
            request_id: self.request_id.as_deref(),
            arc_key: self.proof().and_then(Proof::arc_key),
            assertion: self.proof().and_then(Proof::assertion),
        };
        let request = match self.acquire.source.request(&parts) {
            Ok(request) => request,
            Err(error) => return Next::Done(Err(error.into())),
        };
        let mut policy = limits(&self.acquire.source, &self.acquire.retry, left);
        let workload = self.acquire.source.workload_identity_dialect();
        if let Some(trust) = workload.and_then(|it| it.proxy_trust(self.proxy_ca.as_ref())) {
            policy.trust = trust;
        }
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
        let failed =
            Failed { cause, retry_after, proven: self.answered || self.acquire.source.is_proven(), left: self.left() };
        let Self { retries, acquire, random, .. } = &mut *self;
        let Some(delay) = retries.next_delay(&acquire.retry, &failed, random) else {
            return Next::Done(Err(error(self.evidence(Stopped::AttemptsSpent))));
        };
        let waited = self.elapsed.saturating_add(delay);
        if waited >= self.acquire.retry.time_budget {
            return Next::Done(Err(error(self.evidence(Stopped::BudgetSpent))));
        }
        self.elapsed = waited;
        Next::Sleep(delay, cause, self)
    }

    /// What is left of the time budget.
    const fn left(&self) -> Duration {
        self.acquire.retry.time_budget.saturating_sub(self.elapsed)
    }

    /// The texts sent to the peer that must not come back from it into anything that is shown.
    fn secrets(&self) -> [&str; 2] {
        let proof = self.proof().and_then(|it| it.arc_key().or(it.assertion())).map(Secret::expose);
        [self.acquire.source.secret().unwrap_or_default(), proof.unwrap_or_default()]
    }

    fn evidence(&self, stopped: Stopped) -> Box<Evidence> {
        evidence(&self.acquire, self.attempts, self.request_id.as_deref(), stopped)
    }
}
