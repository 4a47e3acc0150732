//! The blocking client: the state machine, the cache, and effects to drive them.

use alloc::sync::Arc;

use managed_identity_core::{
    AccessToken, CacheKey, Effects, Error, Lease, Lookup, RefreshPolicy, RetryPolicy, Source, TokenCache, TokenRequest,
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

    /// A token for this request. One with a rejected token ([`TokenRequest::with_rejected_token`]) never gets that one
    /// again.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub fn request(&mut self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let key = CacheKey::new(&self.source, request);
        let wish = options.wish(request, &key, &mut self.cache, self.effects.now());
        let mut is_tried = false;
        loop {
            match self.cache.lookup_for(&key, &wish, self.effects.now()) {
                Lookup::Fresh(token) | Lookup::Stale { token, refresh: None } => return Ok(token),
                Lookup::Stale { token, refresh: Some(lease) } if is_tried => {
                    self.cache.abandon(lease, None);
                    return Ok(token);
                }
                // Whatever comes of it is in the cache, and so is the old token while it is usable.
                Lookup::Stale { refresh: Some(lease), .. } => {
                    let once = TokenOptions { retry: Some(RetryPolicy::none()), ..options.clone() };
                    drop(self.fetch(lease, request, &once));
                    is_tried = true;
                }
                Lookup::Elected(lease) => {
                    let epoch = lease.epoch();
                    let outcome = self.fetch(lease, request, options);
                    if let Some(outcome) = wish.judge(epoch, &outcome) {
                        return outcome;
                    }
                }
                Lookup::Failed { error, .. } => return Err(error),
                // Nobody else can be at it while this client is borrowed, so somebody has lost a lease.
                Lookup::Busy { .. } => return self.run(request, options),
            }
        }
    }

    /// Fetches a token and puts what comes of it into the cache.
    fn fetch(&mut self, lease: Lease, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let outcome = self.run(&lease.request(request), options);
        self.cache.settle(lease, &outcome, self.effects.now(), self.effects.seed());
        outcome
    }

    fn run(&mut self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        options.acquire(&self.source, request.clone())?.run(&mut self.effects)
    }
}
