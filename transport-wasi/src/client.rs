//! The blocking client: the state machine, the cache, and effects to drive them.

use alloc::sync::Arc;

use managed_identity_core::{
    AccessToken, CacheKey, Effects, Epoch, Error, Lease, Lookup, RefreshPolicy, RetryPolicy, Source, TokenCache,
    TokenRequest,
};

use crate::options::TokenOptions;

/// Gets access tokens, one call at a time, and keeps them while they are usable.
///
/// There is nobody to renew a token in the background. A caller who comes when the token is due for renewal makes one
/// attempt at it, without retries, and has the old token if that fails.
#[derive(Debug)]
pub struct ManagedIdentityClient<E> {
    source: Arc<Source>,
    cache: TokenCache,
    effects: E,
}

impl<E: Effects> ManagedIdentityClient<E> {
    /// A client of this source. Nothing is sent.
    #[must_use]
    pub fn new(source: Source, effects: E) -> Self {
        Self { source: Arc::new(source), cache: TokenCache::new(RefreshPolicy::default()), effects }
    }

    /// Where tokens come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// A token of the system-assigned identity for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub fn get_token(&mut self, resource: &str) -> Result<AccessToken, Error> {
        self.request(&TokenRequest::for_resource(resource)?, &TokenOptions::default())
    }

    /// A token for this request.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub fn request(&mut self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let key = CacheKey::new(&self.source, request);
        if let Some(rejected) = &options.rejected {
            self.cache.invalidate(&key, rejected);
        }
        let since = if options.force_refresh { self.cache.epoch() } else { Epoch::default() };
        match self.lookup(&key, since) {
            Lookup::Fresh(token) | Lookup::Stale { token, refresh: None } => Ok(token),
            Lookup::Stale { token, refresh: Some(lease) } => {
                let once = TokenOptions { retry: Some(RetryPolicy::none()), ..options.clone() };
                Ok(self.fetch(lease, request, &once).unwrap_or(token))
            }
            Lookup::Elected(lease) => self.fetch(lease, request, options).or_else(|error| {
                // The old token may be good for some minutes yet.
                match self.lookup(&key, since) {
                    Lookup::Fresh(token) | Lookup::Stale { token, .. } => Ok(token),
                    Lookup::Elected(lease) => {
                        self.cache.abandon(lease);
                        Err(error)
                    }
                    Lookup::Busy { .. } | Lookup::Failed { .. } => Err(error),
                }
            }),
            Lookup::Failed { error, .. } => Err(error),
            // Nobody else can be at it while this client is borrowed, so somebody has lost a lease.
            Lookup::Busy { .. } => self.run(request, options),
        }
    }

    fn lookup(&mut self, key: &CacheKey, since: Epoch) -> Lookup {
        self.cache.lookup_since(key, since, self.effects.now())
    }

    /// Fetches a token and puts what comes of it into the cache.
    fn fetch(&mut self, lease: Lease, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let outcome = self.run(request, options);
        self.cache.settle(lease, &outcome, self.effects.now(), self.effects.seed());
        outcome
    }

    fn run(&mut self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        options.acquire(&self.source, request.clone())?.run(&mut self.effects)
    }
}
