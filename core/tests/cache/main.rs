//! The cache, scenario by scenario, with times in plain seconds.

// Helpers outside of `#[test]` functions panic as well when a test is wrong.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod answers;
mod election;
mod keys;
mod limits;
mod rejection;
mod renewal;
mod room;
mod wish;

use answers::{outcome, token};
use managed_identity_core::{
    CacheKey, Lease, Lookup, RefreshPolicy, Source, TokenCache, TokenDigest, TokenRequest, UnixTime, Wish,
};

/// When the tests begin.
const START: u64 = 1_700_000_000;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// How many ask at once; fewer in an interpreter, which is slow.
const CALLERS: u32 = if cfg!(miri) { 20 } else { 10_000 };

/// Seconds after the beginning.
fn t(seconds: u64) -> UnixTime {
    UnixTime::from_secs(START + seconds)
}

fn key(resource: &str) -> CacheKey {
    CacheKey::new(&imds(), &TokenRequest::for_resource(resource).unwrap())
}

fn imds() -> Source {
    Source::imds("http://127.0.0.1").unwrap()
}

/// A cache that renews on the dot.
fn cache() -> TokenCache {
    TokenCache::new(policy(|policy| policy.spread_percent = 0))
}

/// The default policy with some fields changed.
fn policy(change: impl FnOnce(&mut RefreshPolicy)) -> RefreshPolicy {
    let mut policy = RefreshPolicy::default();
    change(&mut policy);
    policy
}

fn elected(lookup: Lookup) -> Lease {
    match lookup {
        Lookup::Elected(lease) | Lookup::Stale { refresh: Some(lease), .. } => lease,
        other => panic!("nobody was elected: {other:?}"),
    }
}

/// The secret and what it comes with: `fresh one`, `stale one`, `renew one`, `elected`, `busy 180`, `failed 5`.
fn shown(lookup: Lookup) -> String {
    let after = |time: UnixTime| time.as_secs() - START;
    match lookup {
        Lookup::Fresh(token) => format!("fresh {}", token.secret()),
        Lookup::Stale { token, refresh: None } => format!("stale {}", token.secret()),
        Lookup::Stale { token, refresh: Some(_) } => format!("renew {}", token.secret()),
        Lookup::Elected(_) => "elected".to_owned(),
        Lookup::Busy { until } => format!("busy {}", after(until)),
        Lookup::Failed { until, .. } => format!("failed {}", after(until)),
    }
}

fn ask(cache: &mut TokenCache, seconds: u64) -> String {
    shown(cache.lookup(&key("R"), t(seconds)))
}

fn ask_for(cache: &mut TokenCache, wish: &Wish, seconds: u64) -> String {
    shown(cache.lookup_for(&key("R"), wish, t(seconds)))
}

fn digest(secret: &str) -> TokenDigest {
    TokenDigest::of_secret(secret)
}

/// A cache that got a token of this life at the beginning.
fn holding(secret: &str, expires_in: u64, refresh_in: Option<u64>) -> TokenCache {
    let mut cache = cache();
    let lease = elected(cache.lookup(&key("R"), t(0)));
    cache.settle(lease, &token(t(0), secret, expires_in, refresh_in), t(0), 1);
    cache
}

fn fail(cache: &mut TokenCache, seconds: u64, status: u16, retry_after: Option<u64>) {
    let lease = elected(cache.lookup(&key("R"), t(seconds)));
    cache.settle(lease, &outcome(t(seconds), status, retry_after, ""), t(seconds), 1);
}

fn held(cache: &TokenCache) -> Option<&str> {
    cache.held(&key("R")).map(|(token, _)| token.secret())
}
