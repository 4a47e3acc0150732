//! Flows whose answers are known beforehand, driven by [`Step::run`](managed_identity_core::Step::run).

use std::collections::VecDeque;
use std::time::Duration;

use managed_identity_core::{
    Acquire, Effects, Error, FileError, FileErrorKind, FileRequest, HttpCall, HttpResponse, Identity, RetryPolicy,
    Source, SourceKind, TokenProxy, TokenRequest, TransportError, TransportErrorKind, UnixTime,
};

use crate::support::source;

/// One flow and what it is answered.
pub(crate) struct Script {
    source: Source,
    identity: Identity,
    retry: RetryPolicy,
    budget: Duration,
    responses: VecDeque<Result<HttpResponse, TransportError>>,
    content: Result<Vec<u8>, FileError>,
}

impl Script {
    /// Without retries.
    pub(crate) fn of(kind: SourceKind) -> Self {
        Self::from_source(source(kind, "header"))
    }

    pub(crate) fn from_source(source: Source) -> Self {
        Self {
            source,
            identity: Identity::SystemAssigned,
            retry: RetryPolicy::none(),
            budget: Duration::from_secs(60),
            responses: VecDeque::new(),
            content: Ok(b"content".to_vec()),
        }
    }

    /// Workload identity by a token proxy with certificates of its own.
    pub(crate) fn by_token_proxy() -> Self {
        let script = Self::of(SourceKind::WorkloadIdentity);
        let proxy = TokenProxy::new("https://127.0.0.1:1").unwrap().with_ca_file("/ca.crt").unwrap();
        Self { source: script.source.clone().with_token_proxy(proxy).unwrap(), ..script }
    }

    pub(crate) fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    pub(crate) fn with_retry(mut self, retry: RetryPolicy, budget: Duration) -> Self {
        self.retry = retry;
        self.budget = budget;
        self
    }

    pub(crate) fn then(mut self, response: HttpResponse) -> Self {
        self.responses.push_back(Ok(response));
        self
    }

    pub(crate) fn answered(self, status: u16, body: &str) -> Self {
        self.then(HttpResponse::new(status, body))
    }

    pub(crate) fn challenged(self, challenges: &[&str]) -> Self {
        let add = |response: HttpResponse, it: &&str| response.with_header("www-authenticate", it.as_bytes());
        self.then(challenges.iter().fold(HttpResponse::new(401, Vec::new()), add))
    }

    pub(crate) fn broken(mut self, kind: TransportErrorKind, detail: &str) -> Self {
        self.responses.push_back(Err(TransportError::new(kind, detail)));
        self
    }

    pub(crate) fn unreadable(mut self, kind: FileErrorKind, detail: &str) -> Self {
        self.content = Err(FileError::new(kind, detail));
        self
    }

    pub(crate) fn holding(mut self, content: &str) -> Self {
        self.content = Ok(content.into());
        self
    }

    /// The error that the flow ends with.
    pub(crate) fn error(mut self) -> Error {
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
        let request = request.with_identity(self.identity.clone());
        let acquire = Acquire::new(self.source.clone(), request).unwrap().without_client_headers();
        let acquire = acquire.with_retry(self.retry.clone()).with_time_budget(self.budget);
        let start = self.now();
        acquire.start(1, start).run(&mut self).unwrap_err()
    }
}

impl Effects for Script {
    fn now(&mut self) -> UnixTime {
        UnixTime::from_secs(1_700_000_000)
    }

    fn seed(&mut self) -> u64 {
        1
    }

    fn send(&mut self, _: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        self.responses.pop_front().unwrap_or_else(|| panic!("an answer to every request"))
    }

    fn read_file(&mut self, _: &FileRequest) -> Result<Vec<u8>, FileError> {
        self.content.clone()
    }

    fn sleep(&mut self, _: Duration) {}
}
