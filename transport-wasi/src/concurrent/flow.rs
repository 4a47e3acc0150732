//! Drives one acquisition.

use alloc::sync::Arc;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use managed_identity_core::{
    AccessToken, Acquire, Error, Lease, RefreshPolicy, RetryPolicy, Source, Step, TokenCache, TokenRequest, UnixTime,
};

use super::effects::ConcurrentEffects;
use crate::options::TokenOptions;

/// What all flows of a client share.
#[derive(Debug)]
pub(super) struct Shared<E> {
    pub(super) source: Arc<Source>,
    pub(super) effects: E,
    // Never borrowed across an await.
    pub(super) cache: RefCell<TokenCache>,
}

impl<E: ConcurrentEffects> Shared<E> {
    pub(super) fn new(source: Source, effects: E) -> Self {
        let cache = RefCell::new(TokenCache::new(RefreshPolicy::default()));
        Self { source: Arc::new(source), effects, cache }
    }

    /// The flow that one caller's options ask for. It serves others too, so it may take longer than this caller's time
    /// allows, but never less than by itself.
    pub(super) fn acquire(&self, request: &TokenRequest, options: &TokenOptions) -> Result<Acquire, Error> {
        let own = match &options.retry {
            Some(policy) => policy.time_budget,
            None => RetryPolicy::of(self.source.kind()).time_budget,
        };
        let time_budget = options.time_budget.map(|wanted| wanted.max(own));
        Ok(TokenOptions { time_budget, ..options.clone() }.acquire(&self.source, request.clone())?)
    }

    /// Fetches a token and puts what comes of it into the cache.
    pub(super) async fn fetch(
        &self,
        lease: Lease,
        acquire: Acquire,
        is_idle: &Cell<bool>,
    ) -> Result<AccessToken, Error> {
        let outcome = self.run(acquire, is_idle).await;
        let (now, seed) = (self.effects.now(), self.effects.seed());
        self.cache.borrow_mut().settle(lease, &outcome, now, seed);
        outcome
    }

    pub(super) async fn run(&self, acquire: Acquire, is_idle: &Cell<bool>) -> Result<AccessToken, Error> {
        let effects = &self.effects;
        let mut step = acquire.start(effects.seed(), effects.now());
        loop {
            step = match step {
                Step::Http { call, then } => {
                    let (answer, came) = self.timed(effects.send(call), is_idle).await;
                    then.resume(answer, came)
                }
                Step::ReadFile { file, then } => then.resume(effects.read_file(&file).await),
                Step::Run { then, .. } => then.refuse(),
                Step::Sign { then, .. } => then.refuse(),
                Step::Sleep { delay, then, .. } => {
                    effects.sleep(delay).await;
                    then.resume()
                }
                Step::Done(outcome) => return outcome,
            };
        }
    }

    /// What comes, and when it came. When nobody waits for a flow, nobody looks after it either, and what is found at the
    /// next look may have been there since the one before: a token that says how long it lives has lived since then.
    async fn timed<T>(&self, future: impl Future<Output = T>, is_idle: &Cell<bool>) -> (T, UnixTime) {
        let mut future = pin!(future);
        let mut unattended_since = None;
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready((output, unattended_since.unwrap_or_else(|| self.effects.now()))),
            Poll::Pending => {
                unattended_since = is_idle.get().then(|| self.effects.now());
                Poll::Pending
            }
        })
        .await
    }
}
