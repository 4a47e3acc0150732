//! The token cache.

use alloc::string::String;

use managed_identity_core::{Lookup, RefreshPolicy, TokenCache as CoreCache};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::acquisition::Acquisition;
use crate::error::thrown;
use crate::object::Object;
use crate::request::{TokenRequest, just_the_secret};
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
  /** The caller is elected to fetch a token. If that fails, another lookup may still find an old one to use. */
  | { readonly kind: "elected"; readonly lease: Lease }
  /** Another caller is fetching: wait until it is done, then look again. */
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

/// The right, and the duty, to fetch one token: hand it back with `settle` or `abandon`. A lease that is lost ends by
/// itself after some time.
#[wasm_bindgen]
pub struct Lease(managed_identity_core::Lease);

/// A point in the order in which a cache hands out leases.
#[wasm_bindgen]
pub struct Epoch(managed_identity_core::Epoch);

/// Tokens, leases and verdicts, without a clock: every time is handed in, in milliseconds since the epoch.
#[wasm_bindgen]
pub struct TokenCache(CoreCache);

#[wasm_bindgen]
impl TokenCache {
    /// An empty cache. `leaseMs` is how long an elected caller may take; it must be longer than a flow.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(js_name = "leaseMs")] lease: Option<f64>) -> TokenCache {
        let mut policy = RefreshPolicy::default();
        if let Some(lease) = lease {
            policy.lease = time(lease).as_duration();
        }
        Self(CoreCache::new(policy))
    }

    /// What to do now to have a token.
    #[wasm_bindgen(unchecked_return_type = "Lookup")]
    pub fn lookup(&mut self, request: &TokenRequest, now: f64) -> Object {
        shown(self.0.lookup(&request.key, time(now)))
    }

    /// The same for a caller who wants a token that was asked for after `since`.
    #[wasm_bindgen(js_name = "lookupSince", unchecked_return_type = "Lookup")]
    pub fn lookup_since(&mut self, request: &TokenRequest, since: &Epoch, now: f64) -> Object {
        shown(self.0.lookup_since(&request.key, since.0, time(now)))
    }

    /// Takes what came of a lease. `seed` is drawn at random and spreads the renewal. Answers whether the outcome counts:
    /// it does not when someone else was elected meanwhile, or the acquisition has not ended.
    pub fn settle(&mut self, lease: Lease, acquisition: &Acquisition, now: f64, seed: u64) -> bool {
        match acquisition.outcome() {
            Some(outcome) => self.0.settle(lease.0, outcome, time(now), seed),
            None => {
                self.0.abandon(lease.0);
                false
            }
        }
    }

    /// Takes a lease back from a caller that gave up, so that another one is elected at once.
    pub fn abandon(&mut self, lease: Lease) {
        self.0.abandon(lease.0);
    }

    /// Forgets a token that a resource rejected. Answers whether it was the one held; any other one stays.
    pub fn invalidate(&mut self, request: &TokenRequest, rejected: String) -> bool {
        self.0.invalidate(&request.key, &just_the_secret(rejected))
    }

    /// The token held for a request, usable or not.
    #[wasm_bindgen(unchecked_return_type = "Held | undefined")]
    pub fn held(&self, request: &TokenRequest) -> Option<Object> {
        let (held, fresh) = self.0.held(&request.key)?;
        let held = Object::empty().value("token", token(held)).number("freshFrom", timestamp(fresh.start));
        Some(held.number("freshUntil", timestamp(fresh.end)))
    }

    /// The present point in the order of leases.
    #[wasm_bindgen(getter)]
    pub fn epoch(&self) -> Epoch {
        Epoch(self.0.epoch())
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

fn shown(lookup: Lookup) -> Object {
    match lookup {
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
