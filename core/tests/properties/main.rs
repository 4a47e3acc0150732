//! What holds whatever the outside world answers: flows end, forbidden headers never go out, and secrets never show.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, Environment, Error, HttpCall, HttpHeader, Identity, RetryPolicy, SourceKind, Step,
    TokenRequest, UnixTime,
};
use proptest::collection::vec;
use proptest::prelude::*;
use secrets::{Secrets, secrets};
use support::source;
use world::{Event, event};

/// More attempts than patience makes in the longest budget here: where an endpoint is proven, a wait is at least 6.4 of 200
/// seconds (8, less the spread), and from the last 16 seconds on four tenths of what is left, until a tenth of a second.
const MOST_ATTEMPTS: usize = 50;

/// An attempt at Azure Arc: a challenge, its key file and the answer, once more with a fresh challenge, and a wait.
const MOST_STEPS: usize = MOST_ATTEMPTS * 6;

/// The next event, and the first again after the last.
fn next<'a>(events: &mut impl Iterator<Item = &'a Event>, now: &mut u64) -> &'a Event {
    let event = events.next().unwrap();
    *now = now.saturating_add_signed(event.clock);
    event
}

/// Drives a flow through the events and returns its end and how long it slept.
fn drive(acquire: Acquire, events: &[Event], secrets: &Secrets) -> (Result<AccessToken, Error>, Duration) {
    let mut events = events.iter().cycle();
    let mut now = 1_700_000_000_u64;
    let mut slept = Duration::ZERO;
    let mut step = acquire.start(7, UnixTime::from_secs(now));
    for _ in 0..MOST_STEPS {
        secrets.assert_hidden(&step);
        step = match step {
            Step::Http { call, then } => {
                assert_clean(&call);
                secrets.assert_hidden(&call.request().headers());
                let event = next(&mut events, &mut now);
                let sent = sent(&call, secrets);
                then.resume(event.response(secrets, &sent), UnixTime::from_secs(now))
            }
            Step::ReadFile { file, then } => {
                let secret = if file.path == "/token" { &secrets.federated } else { &secrets.key };
                then.resume(next(&mut events, &mut now).file(secret))
            }
            Step::Run { then, .. } => then.refuse(),
            Step::Sign { then, .. } => then.refuse(),
            Step::Sleep { delay, then, .. } => {
                slept += delay;
                now = now.saturating_add(delay.as_secs());
                then.resume()
            }
            Step::Done(outcome) => return (outcome, slept),
        };
    }
    panic!("no end after {MOST_STEPS} steps");
}

/// A text with the secrets that a call carries.
fn sent(call: &HttpCall, secrets: &Secrets) -> String {
    let headers = call.request().headers().iter().map(HttpHeader::value);
    let carried = format!("{} {}", headers.collect::<Vec<_>>().join(" "), call.request().body());
    let known: Vec<&str> = secrets.all().into_iter().filter(|secret| carried.contains(secret)).collect();
    format!("Basic {} is wrong", known.join("; "))
}

/// WASI forbids these headers.
fn assert_clean(call: &HttpCall) {
    for name in call.request().headers().iter().map(HttpHeader::name) {
        let forbidden = ["host", "connection", "transfer-encoding", "upgrade", "keep-alive"].contains(&name);
        assert!(!forbidden && !name.starts_with("proxy-"), "forbidden header {name}");
    }
}

// An interpreter is slow.
const CASES: u32 = if cfg!(miri) { 4 } else { 2000 };

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_flow_ends_in_time_and_keeps_its_secrets(
        kind in prop::sample::select(SourceKind::ALL.to_vec()),
        secrets in secrets(),
        as_client in any::<bool>(),
        retries in prop::bool::weighted(0.9),
        budget in prop_oneof![0..20_u64, 0..200_u64],
        events in vec(event(), 1..40),
    ) {
        let source = source(kind, &secrets.header);
        secrets.assert_hidden(&source);
        let identity = if as_client { Identity::ClientId("id".to_owned()) } else { Identity::SystemAssigned };
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap().with_identity(identity);
        let Ok(acquire) = Acquire::new(source, request) else { return Ok(()) };
        let policy = if retries { RetryPolicy::of(kind) } else { RetryPolicy::none() };
        let budget = Duration::from_secs(budget);
        let acquire = acquire.with_retry(policy).with_time_budget(budget);
        secrets.assert_hidden(&acquire);
        let (outcome, slept) = drive(acquire, &events, &secrets);
        prop_assert!(slept <= budget, "slept {slept:?} of {budget:?}");
        secrets.assert_hidden(&outcome);
        if let Err(error) = &outcome {
            secrets.assert_hidden_in(&error.to_string());
        }
    }

    #[test]
    fn an_environment_hides_its_values(secrets in secrets()) {
        let environment = Environment::from_lookup(|_| Some(secrets.header.clone()));
        prop_assert_eq!(environment.names().count(), Environment::NAMES.len());
        secrets.assert_hidden(&environment);
    }

    #[test]
    fn a_rejected_token_hides(secrets in secrets()) {
        let token = AccessToken::new(
            managed_identity_core::Secret::new(secrets.token.clone()),
            "https://vault.azure.net".to_owned(),
            UnixTime::from_secs(1),
            SourceKind::ServiceFabric,
        );
        secrets.assert_hidden(&token);
        #[cfg(feature = "http")]
        secrets.assert_hidden(&token.authorization());
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap().with_rejected_token(&token);
        let acquire = Acquire::new(source(SourceKind::ServiceFabric, &secrets.header), request).unwrap();
        secrets.assert_hidden(&acquire);
        secrets.assert_hidden(&acquire.start(1, UnixTime::from_secs(0)));
    }
}
