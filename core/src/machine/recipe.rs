//! The recipe of one acquisition.

use alloc::sync::Arc;
use core::time::Duration;

use super::options::AcquireOptions;
use super::retry_policy::RetryPolicy;
use crate::credential::Source;
use crate::error::ConfigError;
use crate::values::TokenRequest;

/// How to get one token: a source, a request and a retry policy. Plain data; [`Acquire::start`] begins.
#[derive(Clone, Debug)]
#[must_use = "call `start` to begin"]
pub struct Acquire {
    pub(super) source: Arc<Source>,
    pub(super) request: TokenRequest,
    pub(super) retry: RetryPolicy,
    pub(super) client_headers: bool,
    /// Whether the endpoint is looked for before it is asked.
    #[cfg(feature = "chain")]
    pub(super) probes: bool,
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
        Ok(Self {
            source,
            request,
            retry,
            client_headers: true,
            #[cfg(feature = "chain")]
            probes: false,
        })
    }

    /// Applies these options. A limit on connections that is among them counts also where failing fast has another.
    pub fn with_options(mut self, options: &AcquireOptions) -> Self {
        if let Some(policy) = &options.retry {
            self = self.with_retry(policy.clone());
        }
        if let Some(budget) = options.time_budget {
            self = self.with_time_budget(budget);
        }
        if options.fail_fast {
            self = self.with_fail_fast();
        }
        if let Some(limit) = options.connect_timeout {
            self = self.with_connect_timeout(limit);
        }
        if options.without_client_headers {
            self = self.without_client_headers();
        }
        self
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

    /// Waits no longer than this for a connection, instead of what evidence and the time budget suggest.
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.retry.connect_timeout = Some(limit);
        self
    }

    /// Takes the patience out of the retry policy, as [`RetryPolicy::fail_fast`] says.
    pub fn with_fail_fast(mut self) -> Self {
        self.retry = self.retry.fail_fast();
        self
    }

    /// Leaves out the headers `x-client-sku`, `x-client-ver` and `x-ms-client-request-id` on IMDS.
    pub fn without_client_headers(mut self) -> Self {
        self.client_headers = false;
        self
    }
}
