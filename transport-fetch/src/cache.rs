//! The token cache.

use alloc::string::String;
use core::time::Duration;

use managed_identity_core::{Lookup, RefreshPolicy, RetryPolicy, TokenCache as CoreCache, TokenDigest};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::acquisition::Acquisition;
use crate::error::{ManagedIdentityError, thrown};
use crate::object::Object;
use crate::request::TokenRequest;
use crate::step::ended;
use crate::time::time;
use crate::token::{timestamp, token};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What to do now to have a token. Times are in milliseconds since the epoch. */
export type Lookup =
  /** The token is good; use it. */
  | { readonly kind: "fresh"; readonly token: Token }
  /** The token is good, and due for renewal, by the caller if there is a lease; use it and do not wait. */
  | { readonly kind: "stale"; readonly token: Token; readonly lease?: Lease }
  /** The caller is elected to fetch a token. */
  | { readonly kind: "elected"; readonly lease: Lease }
  /** A flow is on its way: wait for its end, and judge it or look again. */
  | { readonly kind: "busy"; readonly until: number }
  /** It has just failed; a caller is elected again from `until` on. */
  | { readonly kind: "failed"; readonly error: ManagedIdentityError; readonly until: number };

/** The token held for a request, and the time in which a lookup answers `fresh`. */
export interface Held {
  readonly token: Token;
  readonly freshFrom: number;
  readonly freshUntil: number;
}
"#;

/// What a lease lasts longer than the flow it is for: time for what no time limit covers, such as the reading of a file.
const GRACE: Duration = Duration::from_secs(30);

/// The right, and the duty, to fetch one token: `start` a flow and hand the lease back with `settle` or `abandon`. One that
/// is lost ends by itself after some time.
#[wasm_bindgen]
pub struct Lease(managed_identity_core::Lease);

#[wasm_bindgen]
impl Lease {
    /// When the flow may begin, if it must not begin now: what the service asked to wait for when an earlier flow was
    /// given up.
    #[wasm_bindgen(getter, js_name = "notBefore")]
    pub fn not_before(&self) -> Option<f64> {
        self.0.not_before().map(timestamp)
    }

    /// Begins the flow for the request that was looked up. If its token was rejected, Service Fabric is told which one.
    ///
    /// # Errors
    /// None that the request's constructor has not thrown already.
    pub fn start(&self, request: &TokenRequest, seed: u64, now: f64) -> Result<Acquisition, ManagedIdentityError> {
        request.begin(self.0.request(&request.request), self.0.epoch(), seed, time(now))
    }
}

/// Which tokens a caller accepts. `new Wish()` accepts any usable one; the others are made by a cache when the wish comes
/// up, and kept while its caller waits.
#[wasm_bindgen]
#[derive(Default)]
pub struct Wish(managed_identity_core::Wish);

#[wasm_bindgen]
impl Wish {
    /// A wish for any usable token.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Wish {
        Self::default()
    }

    /// What the end of a flow that a lease started is to a caller with this wish: its last step, or the error that the
    /// rejected token came again. `undefined` for a flow that was begun before the wish came up: look into the cache again.
    #[wasm_bindgen(unchecked_return_type = "Ended | undefined")]
    pub fn judge(&self, acquisition: &Acquisition) -> Option<Object> {
        let outcome = self.0.judge(acquisition.epoch, acquisition.outcome()?)?;
        Some(ended(&outcome))
    }
}

/// Tokens, leases and verdicts, without a clock: every time is handed in, in milliseconds since the epoch.
#[wasm_bindgen]
pub struct TokenCache(CoreCache);

#[wasm_bindgen]
impl TokenCache {
    /// An empty cache. `timeBudgetMs` is the longest time that its flows take, where that is not the default; leases last
    /// longer.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(js_name = "timeBudgetMs")] time_budget: Option<f64>) -> TokenCache {
        let mut policy = RefreshPolicy::default();
        let budget = time_budget.map_or(RetryPolicy::none().time_budget, |it| time(it).as_duration());
        policy.lease = policy.lease.max(budget.saturating_add(GRACE));
        Self(CoreCache::new(policy))
    }

    /// What to do now to have a token that the wish accepts.
    #[wasm_bindgen(unchecked_return_type = "Lookup")]
    pub fn lookup(&mut self, request: &TokenRequest, wish: &Wish, now: f64) -> Object {
        match self.0.lookup_for(&request.key, &wish.0, time(now)) {
            Lookup::Fresh(it) => Object::of_kind("fresh").value("token", token(&it)),
            Lookup::Stale { token: it, refresh } => {
                let stale = Object::of_kind("stale").value("token", token(&it));
                match refresh {
                    Some(lease) => stale.value("lease", Lease(lease)),
                    None => stale,
                }
            }
            Lookup::Elected(lease) => Object::of_kind("elected").value("lease", Lease(lease)),
            Lookup::Busy { until } => Object::of_kind("busy").number("until", timestamp(until)),
            Lookup::Failed { error, until } => {
                Object::of_kind("failed").value("error", thrown(error)).number("until", timestamp(until))
            }
        }
    }

    /// The wish for a token that is asked for from now on, whatever is at hand.
    pub fn renewed(&self) -> Wish {
        Wish(self.0.renewed())
    }

    /// The wish for a token in place of one that a resource rejected. Of that one only the digest is kept.
    pub fn reject(&mut self, request: &TokenRequest, rejected: String, now: f64) -> Wish {
        Wish(self.0.reject(&request.key, TokenDigest::of_secret(&rejected), time(now)))
    }

    /// Takes what came of a lease. `seed` is drawn at random and spreads the renewal. Answers whether the outcome counts:
    /// it does not when someone else was elected meanwhile, or the acquisition has not ended.
    pub fn settle(&mut self, lease: Lease, acquisition: &Acquisition, now: f64, seed: u64) -> bool {
        match acquisition.outcome() {
            Some(outcome) => {
                #[cfg(feature = "chain")]
                if let Ok(token) = outcome {
                    acquisition.origin.remember(token);
                }
                self.0.settle(lease.0, outcome, time(now), seed)
            }
            None => {
                self.0.abandon(lease.0, None);
                false
            }
        }
    }

    /// Takes a lease back from a flow that was given up. `notBefore` is when it would have gone on, if it was waiting: the
    /// next flow begins then.
    pub fn abandon(&mut self, lease: Lease, #[wasm_bindgen(js_name = "notBefore")] not_before: Option<f64>) {
        self.0.abandon(lease.0, not_before.map(time));
    }

    /// The token held for a request, usable or not.
    #[wasm_bindgen(unchecked_return_type = "Held | undefined")]
    pub fn held(&self, request: &TokenRequest) -> Option<Object> {
        let (held, fresh) = self.0.held(&request.key)?;
        let held = Object::empty().value("token", token(held)).number("freshFrom", timestamp(fresh.start));
        Some(held.number("freshUntil", timestamp(fresh.end)))
    }

    /// Whether the token held for a request is due for renewal: a lookup then elects its caller.
    pub fn due(&self, request: &TokenRequest, now: f64) -> bool {
        self.0.is_due(&request.key, time(now))
    }

    /// When the next token in store is due for renewal.
    #[wasm_bindgen(getter, js_name = "nextRefresh")]
    pub fn next_refresh(&self) -> Option<f64> {
        self.0.next_refresh().map(timestamp)
    }
}
