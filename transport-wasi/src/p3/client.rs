//! The asynchronous client.

use alloc::sync::Arc;
use core::cell::RefCell;
use core::time::Duration;

use managed_identity_core::{
    AccessToken, CacheKey, DetectionOptions, Epoch, Error, Lease, Lookup, RefreshPolicy, RetryPolicy, Source, Step,
    TokenCache, TokenRequest, UnixTime,
};
use wasip3::clocks::{monotonic_clock, system_clock};
use wasip3::random::random;

use super::http;
use super::race::nanoseconds;
use crate::options::TokenOptions;

/// How long a caller waits before it looks whether another one has brought the token.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Gets access tokens, and keeps them while they are usable. Calls may overlap; those for one token cause one request.
///
/// Dropping a future cancels what it was doing.
#[derive(Debug)]
pub struct ManagedIdentityClient {
    source: Arc<Source>,
    // Never borrowed across an await.
    cache: RefCell<TokenCache>,
}

impl ManagedIdentityClient {
    /// A client of the source that environment and grants of this component name. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the source that applies is not usable as configured.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self::new(managed_identity_fs::detect(DetectionOptions::default())?.source))
    }

    /// A client of this source. Nothing is sent.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source: Arc::new(source), cache: RefCell::new(TokenCache::new(RefreshPolicy::default())) }
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
    pub async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        self.request(&TokenRequest::for_resource(resource)?, &TokenOptions::default()).await
    }

    /// A token for this request.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub async fn request(&self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let key = CacheKey::new(&self.source, request);
        if let Some(rejected) = &options.rejected {
            self.cache.borrow_mut().invalidate(&key, rejected);
        }
        let since = if options.force_refresh { self.cache.borrow().epoch() } else { Epoch::default() };
        // What this caller's own attempt came to, if it made one.
        let mut failure = None;
        loop {
            // A statement of its own, so that the borrow ends before the first await.
            let lookup = self.cache.borrow_mut().lookup_since(&key, since, now());
            match (lookup, failure.take()) {
                (Lookup::Fresh(token) | Lookup::Stale { token, refresh: None }, _) => return Ok(token),
                (Lookup::Stale { token, refresh: Some(lease) }, _) => {
                    let once = TokenOptions { retry: Some(RetryPolicy::none()), ..options.clone() };
                    return Ok(self.fetch(lease, request, &once).await.unwrap_or(token));
                }
                (Lookup::Elected(lease), None) => match self.fetch(lease, request, options).await {
                    Ok(token) => return Ok(token),
                    Err(error) => failure = Some(error),
                },
                (Lookup::Elected(lease), Some(error)) => {
                    self.cache.borrow_mut().abandon(lease);
                    return Err(error);
                }
                (Lookup::Failed { .. } | Lookup::Busy { .. }, Some(error)) => return Err(error),
                (Lookup::Failed { error, .. }, None) => return Err(error),
                (Lookup::Busy { .. }, None) => monotonic_clock::wait_for(nanoseconds(LOOK_AGAIN)).await,
            }
        }
    }

    /// Fetches a token and puts what comes of it into the cache.
    async fn fetch(&self, lease: Lease, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let mut held = Held { cache: &self.cache, lease: Some(lease) };
        let outcome = self.run(request, options).await;
        if let Some(lease) = held.lease.take() {
            self.cache.borrow_mut().settle(lease, &outcome, now(), random::get_random_u64());
        }
        outcome
    }

    async fn run(&self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let acquire = options.acquire(&self.source, request.clone())?;
        let mut step = acquire.start(random::get_random_u64(), now());
        loop {
            step = match step {
                Step::Http { call, then } => {
                    let answer = http::send(*call).await;
                    then.resume(answer, now())
                }
                Step::ReadFile { file, then } => then.resume(managed_identity_fs::read(&file)),
                Step::Sleep { delay, then, .. } => {
                    monotonic_clock::wait_for(nanoseconds(delay)).await;
                    then.resume()
                }
                Step::Done(outcome) => return outcome,
            };
        }
    }
}

/// Gives the lease back when the future that has it is dropped, so that the next caller need not wait for its end.
struct Held<'a> {
    cache: &'a RefCell<TokenCache>,
    lease: Option<Lease>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.cache.borrow_mut().abandon(lease);
        }
    }
}

fn now() -> UnixTime {
    let now = system_clock::now();
    // A clock before 1970 is as wrong as one at 1970.
    UnixTime::from_duration(Duration::new(u64::try_from(now.seconds).unwrap_or(0), now.nanoseconds))
}
