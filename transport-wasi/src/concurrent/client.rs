//! The asynchronous client.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use managed_identity_core::{AccessToken, CacheKey, Error, Lease, Lookup, Source, TokenRequest, Wish};

use super::effects::ConcurrentEffects;
use super::flight::Flight;
use super::flow::Shared;
use crate::options::TokenOptions;

/// Gets access tokens, and keeps them while they are usable. Calls may overlap; those for one token cause one request.
///
/// A flow belongs to its token and not to the caller that began it: a caller whose future is dropped stops waiting and
/// nothing else. The next one who waits drives the flow on, with its retries and whatever the service asked to wait for.
/// It ends by itself or with the client.
///
/// While a token is usable nobody waits for its renewal: the caller who comes when it is due sends the request, and those
/// who come later find what has become of it.
///
/// Of the options, `time_budget` limits how long its caller waits; the flow goes on for others. `retry` and
/// `without_client_headers` apply to the flow that its caller begins.
pub struct ConcurrentClient<E: ConcurrentEffects> {
    shared: Rc<Shared<E>>,
    flights: RefCell<BTreeMap<CacheKey, Rc<Flight<E::Bell>>>>,
}

impl<E: ConcurrentEffects> ConcurrentClient<E> {
    /// A client of this source. Nothing is sent.
    #[must_use]
    pub fn with_effects(source: Source, effects: E) -> Self {
        Self { shared: Rc::new(Shared::new(source, effects)), flights: RefCell::default() }
    }

    /// Where tokens come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.shared.source
    }

    /// A token of the system-assigned identity for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        self.request(&TokenRequest::for_resource(resource)?, &TokenOptions::default()).await
    }

    /// A token for this request. One with a rejected token ([`TokenRequest::with_rejected_token`]) never gets that one
    /// again.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub async fn request(&self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let answer = self.obtain(request, options);
        let Some(budget) = options.time_budget else { return answer.await };
        match self.within(budget, answer).await {
            Some(outcome) => outcome,
            None => self.out_of_time(request, options).await,
        }
    }

    async fn obtain(&self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let key = CacheKey::new(&self.shared.source, request);
        let wish = options.wish(request, &key, &mut self.shared.cache.borrow_mut(), self.shared.effects.now());
        loop {
            self.visit(&key);
            let flight = match self.look(&key, &wish) {
                Lookup::Fresh(token) | Lookup::Stale { token, refresh: None } => return Ok(token),
                Lookup::Stale { token, refresh: Some(lease) } => {
                    // What is wrong with the options was told when the token was asked for first.
                    if self.launch(lease, request, options).is_ok() {
                        self.visit(&key);
                    }
                    return Ok(token);
                }
                Lookup::Elected(lease) => self.launch(lease, request, options)?,
                Lookup::Busy { .. } => match self.flight(&key) {
                    Some(flight) => flight,
                    // Somebody has lost a lease.
                    None => return self.shared.run(self.shared.acquire(request, options)?, &Cell::new(false)).await,
                },
                Lookup::Failed { error, .. } => return Err(error),
            };
            let outcome = flight.outcome(|| self.shared.effects.bell()).await;
            self.land(&key, &flight);
            if let Some(outcome) = wish.judge(flight.epoch, &outcome) {
                return outcome;
            }
        }
    }

    fn look(&self, key: &CacheKey, wish: &Wish) -> Lookup {
        self.shared.cache.borrow_mut().lookup_for(key, wish, self.shared.effects.now())
    }

    fn flight(&self, key: &CacheKey) -> Option<Rc<Flight<E::Bell>>> {
        self.flights.borrow().get(key).cloned()
    }

    /// Begins a flight. Nothing is sent before somebody drives or visits it.
    fn launch(
        &self,
        lease: Lease,
        request: &TokenRequest,
        options: &TokenOptions,
    ) -> Result<Rc<Flight<E::Bell>>, Error> {
        let (key, epoch) = (lease.key().clone(), lease.epoch());
        let acquire = match self.shared.acquire(&lease.request(request), options) {
            Ok(acquire) => acquire,
            Err(error) => {
                let (now, seed) = (self.shared.effects.now(), self.shared.effects.seed());
                self.shared.cache.borrow_mut().settle(lease, &Err(error.clone()), now, seed);
                return Err(error);
            }
        };
        let shared = Rc::clone(&self.shared);
        let flight = Rc::new(Flight::new(epoch, |is_idle| {
            Box::pin(async move { shared.fetch(lease, acquire, &is_idle).await })
        }));
        // One that was there has outlived its lease; those who wait for it still have it.
        drop(self.flights.borrow_mut().insert(key, Rc::clone(&flight)));
        Ok(flight)
    }

    /// Looks after a flight that nobody waits for.
    fn visit(&self, key: &CacheKey) {
        if let Some(flight) = self.flight(key)
            && flight.visit()
        {
            self.land(key, &flight);
        }
    }

    /// Forgets a flight that has ended.
    fn land(&self, key: &CacheKey, flight: &Rc<Flight<E::Bell>>) {
        let mut flights = self.flights.borrow_mut();
        if flights.get(key).is_some_and(|it| Rc::ptr_eq(it, flight)) {
            flights.remove(key);
        }
    }

    /// What a future brings, unless it takes longer than this.
    async fn within<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut clock = pin!(self.shared.effects.sleep(limit));
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => clock.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    /// The error of a flow that has no time left.
    async fn out_of_time(&self, request: &TokenRequest, options: &TokenOptions) -> Result<AccessToken, Error> {
        let none = TokenOptions { time_budget: Some(Duration::ZERO), ..options.clone() };
        let acquire = none.acquire(&self.shared.source, request.clone())?;
        self.shared.run(acquire, &Cell::new(false)).await
    }
}

impl<E: ConcurrentEffects> core::fmt::Debug for ConcurrentClient<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ConcurrentClient").field("source", &self.shared.source).finish_non_exhaustive()
    }
}
