//! What a single request may change.

use core::time::Duration;

use managed_identity_core::{
    Acquire, CacheKey, ConfigError, RetryPolicy, Source, TokenCache, TokenRequest, UnixTime, Wish,
};

use alloc::sync::Arc;

/// The options of one request; the default suits nearly everyone.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// Asks the source even when there is a usable token in the cache.
    pub force_refresh: bool,
    /// Retries by this policy instead of the source's own.
    pub retry: Option<RetryPolicy>,
    /// Limits the time of everything together; the policy's own limit unless set.
    pub time_budget: Option<Duration>,
    /// Leaves out the headers by which IMDS is told who asks.
    pub without_client_headers: bool,
}

impl TokenOptions {
    /// The acquisition of a token under these options.
    ///
    /// # Errors
    /// A [`ConfigError`] when the source cannot serve the request.
    pub fn acquire(&self, source: &Arc<Source>, request: TokenRequest) -> Result<Acquire, ConfigError> {
        let mut acquire = Acquire::new(Arc::clone(source), request)?;
        if let Some(policy) = &self.retry {
            acquire = acquire.with_retry(policy.clone());
        }
        if let Some(budget) = self.time_budget {
            acquire = acquire.with_time_budget(budget);
        }
        Ok(if self.without_client_headers { acquire.without_client_headers() } else { acquire })
    }

    /// What a request under these options wants of the cache.
    pub(crate) fn wish(&self, request: &TokenRequest, key: &CacheKey, cache: &mut TokenCache, now: UnixTime) -> Wish {
        let wish = request.rejected().map(|digest| cache.reject(key, digest, now)).unwrap_or_default();
        if self.force_refresh { wish.and(cache.renewed()) } else { wish }
    }
}
