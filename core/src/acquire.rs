//! The recipe of one acquisition.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::time::Duration;

use crate::error::ConfigError;
use crate::flow::Flow;
use crate::request::TokenRequest;
use crate::retry::RetryPolicy;
use crate::source::Source;
use crate::step::Step;
use crate::time::UnixTime;

/// How to get one token: a source, a request and a retry policy. Plain data; [`Acquire::start`] begins.
#[derive(Clone, Debug)]
#[must_use = "call `start` to begin"]
pub struct Acquire {
    pub(crate) source: Arc<Source>,
    pub(crate) request: TokenRequest,
    pub(crate) retry: RetryPolicy,
    pub(crate) client_headers: bool,
}

impl Acquire {
    /// Puts a source and a request together, with the retry policy of the source.
    ///
    /// # Errors
    /// A [`ConfigError`] when the source cannot serve the request, such as an object id on Machine Learning.
    pub fn new(source: impl Into<Arc<Source>>, request: TokenRequest) -> Result<Self, ConfigError> {
        let source = source.into();
        source.check(request.identity())?;
        let retry = RetryPolicy::of(source.kind());
        Ok(Self { source, request, retry, client_headers: true })
    }

    /// Retries by this policy instead.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Limits the time for everything together: no wait is begun that would pass it, and no call gets more than what is
    /// left of it.
    pub fn with_time_budget(mut self, budget: Duration) -> Self {
        self.retry.time_budget = budget;
        self
    }

    /// Leaves out the headers `x-client-sku`, `x-client-ver` and `x-ms-client-request-id` on IMDS.
    pub fn without_client_headers(mut self) -> Self {
        self.client_headers = false;
        self
    }

    /// Begins. `seed` is drawn at random by the driver and decides jitter and request ids; `now` is the current time.
    pub fn start(self, seed: u64, now: UnixTime) -> Step {
        Box::new(Flow::new(self, seed, now)).begin()
    }
}
