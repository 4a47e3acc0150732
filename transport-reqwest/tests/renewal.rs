//! Renewal ahead of time, standing failures, forced and rejected tokens.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use managed_identity_reqwest::core::UnusableToken;
use managed_identity_reqwest::testing::{HeldCall, HeldEffects};
use managed_identity_reqwest::{AccessToken, Error, ResourceClient, Source};
use support::held::{at, client_over};
use tokio::task::JoinHandle;

const RESOURCE: &str = "https://vault.azure.net";
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

type Outcome = Result<AccessToken, Error>;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A client with a token in its cache that lives a day.
async fn warm(held: &Arc<HeldEffects>) -> ResourceClient {
    let resource = client_over(held).build().unwrap().resource(RESOURCE).unwrap();
    let caller = spawn(&resource, |it| async move { it.get_token().await });
    held.next_call().await.answer_token("old", at(DAY));
    caller.await.unwrap().unwrap();
    resource
}

fn spawn<F>(resource: &ResourceClient, ask: impl FnOnce(ResourceClient) -> F) -> JoinHandle<Outcome>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    tokio::spawn(ask(resource.clone()))
}

fn parameter(call: &HeldCall, name: &str) -> Option<String> {
    let pairs = call.request().url().query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

#[tokio::test]
async fn while_a_usable_token_exists_nobody_waits_for_the_network() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    // Past half of its life and the largest spread.
    held.advance(secs(15 * HOUR));
    assert!(resource.fresh_token().is_none());
    for _ in 0..10 {
        assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    }
    // The ten of them began one renewal.
    held.next_call().await.answer_token("new", at(2 * DAY));
    held.assert_no_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "new");
    assert_eq!(resource.fresh_token().unwrap().secret(), "new");
}

#[tokio::test]
async fn a_failed_renewal_serves_the_old_token_until_it_really_expires() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    held.advance(secs(15 * HOUR));
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.next_call().await.answer_status(500, &[]);
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.assert_no_call().await;
    // There is no hurry: five minutes or a bit more later the next call tries again, and still does not wait.
    held.advance(secs(299));
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.assert_no_call().await;
    held.advance(secs(31));
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.next_call().await.answer_status(500, &[]);
    held.assert_no_call().await;

    // In the last five minutes too, until half a minute before the end.
    held.advance(secs(9 * HOUR - 330 - 60));
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.next_call().await.answer_status(500, &[]);
    held.settle().await;
    held.advance(secs(29));
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.next_call().await.answer_status(500, &[]);
    held.settle().await;
    held.advance(secs(60));
    let late = spawn(&resource, |it| async move { it.get_token().await });
    held.next_call().await.answer_status(500, &[]);
    assert!(late.await.unwrap().is_err());
}

#[tokio::test]
async fn a_short_token_is_renewed_in_the_background_and_nobody_waits_beside_it() {
    let held = HeldEffects::new();
    let resource = client_over(&held).build().unwrap().resource(RESOURCE).unwrap();
    let first = spawn(&resource, |it| async move { it.get_token().await });
    held.next_call().await.answer_token("short", at(199));
    first.await.unwrap().unwrap();
    held.advance(secs(100));
    assert_eq!(resource.get_token().await.unwrap().secret(), "short");
    let renewal = held.next_call().await;
    held.advance(secs(68));
    assert_eq!(resource.get_token().await.unwrap().secret(), "short", "the endpoint is silent, the token usable");
    renewal.answer_token("next", at(DAY));
    held.assert_no_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "next");
}

#[tokio::test]
async fn a_token_is_kept_fresh_without_readers_until_the_guard_is_dropped() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    let guard = resource.keep_fresh().await.unwrap();
    held.advance(secs(15 * HOUR));
    held.next_call().await.answer_status(503, &[]);
    held.assert_no_call().await;
    held.advance(secs(330));
    held.next_call().await.answer_token("new", at(2 * DAY));
    held.settle().await;
    assert_eq!(resource.fresh_token().unwrap().secret(), "new");
    drop(guard);
    held.advance(secs(20 * HOUR));
    held.assert_no_call().await;
}

#[tokio::test]
async fn a_failure_stands_for_all_callers_as_long_as_the_service_says() {
    for (status, headers, stands) in [
        (429, &[("retry-after", "30")][..], 30),
        (429, &[][..], 5),
        (503, &[][..], 5),
        (400, &[("retry-after", "7")][..], 7),
        (400, &[][..], 1),
        (503, &[("retry-after", "86400")][..], 3600),
    ] {
        let held = HeldEffects::new();
        let client = client_over(&held).build().unwrap();
        let resource = client.resource(RESOURCE).unwrap();
        let first = spawn(&resource, |it| async move { it.get_token().await });
        held.next_call().await.answer_status(status, headers);
        let error = first.await.unwrap().unwrap_err();
        held.advance(secs(stands) - Duration::from_millis(1));
        assert_eq!(resource.get_token().await.unwrap_err(), error, "{status} {headers:?}");
        assert_eq!(resource.force_refresh().await.unwrap_err(), error, "forcing does not help");
        held.assert_no_call().await;
        // Who failed together does not come back together.
        held.advance(secs(stands) / 10 + Duration::from_millis(1));
        let again = spawn(&resource, |it| async move { it.get_token().await });
        held.next_call().await.answer_token("token", at(HOUR));
        assert_eq!(again.await.unwrap().unwrap().secret(), "token", "{status} {headers:?}");
    }
}

#[tokio::test]
async fn forcing_bypasses_the_cache_and_all_who_force_meanwhile_share_the_next_request() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    let first = spawn(&resource, |it| async move { it.force_refresh().await });
    let call = held.next_call().await;
    assert_eq!(parameter(&call, "token_sha256_to_refresh"), None);
    assert_eq!(resource.get_token().await.unwrap().secret(), "old", "others are served meanwhile");
    let forcing: Vec<_> = (0..100).map(|_| spawn(&resource, |it| async move { it.force_refresh().await })).collect();
    held.assert_no_call().await;
    call.answer_token("first", at(DAY));
    assert_eq!(first.await.unwrap().unwrap().secret(), "first");
    held.next_call().await.answer_token("second", at(DAY));
    for caller in forcing {
        assert_eq!(caller.await.unwrap().unwrap().secret(), "second");
    }
    held.assert_no_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "second");
}

#[tokio::test]
async fn forcing_does_not_take_a_renewal_that_began_before() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    held.advance(secs(15 * HOUR));
    resource.get_token().await.unwrap();
    let renewal = held.next_call().await;
    let forced = spawn(&resource, |it| async move { it.force_refresh().await });
    held.assert_no_call().await;
    renewal.answer_token("renewed", at(2 * DAY));
    held.next_call().await.answer_token("forced", at(2 * DAY));
    assert_eq!(forced.await.unwrap().unwrap().secret(), "forced");
}

#[tokio::test]
async fn a_forced_renewal_that_fails_is_an_error_and_leaves_the_old_token() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    let forced = spawn(&resource, |it| async move { it.force_refresh().await });
    held.next_call().await.answer_status(500, &[]);
    assert!(forced.await.unwrap().is_err());
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
}

#[tokio::test]
async fn service_fabric_is_told_which_token_was_rejected_and_what_the_client_can_do() {
    let held = HeldEffects::new();
    let thumbprint = "00".repeat(20);
    let source = Source::service_fabric("https://localhost:2377/token", "header", &thumbprint).unwrap();
    let client = client_over(&held).source(source).client_capabilities(["cp1", "cp2"]).build().unwrap();
    let resource = client.resource(RESOURCE).unwrap();

    let first = spawn(&resource, |it| async move { it.get_token().await });
    let call = held.next_call().await;
    assert_eq!(parameter(&call, "xms_cc").as_deref(), Some("cp1%2Ccp2"));
    assert_eq!(parameter(&call, "token_sha256_to_refresh"), None);
    call.answer_token("AT", at(DAY));
    first.await.unwrap().unwrap();

    let old = resource.get_token().await.unwrap();
    let challenged = spawn(&resource, |it| async move { it.replace_token(&old).await });
    let call = held.next_call().await;
    assert_eq!(parameter(&call, "claims"), None, "claims are never sent");
    assert_eq!(
        parameter(&call, "token_sha256_to_refresh").as_deref(),
        Some("eb5442705969dc8da5dfac8f9658dc68acdab5bb7635ba7cc551e389416ac34e")
    );
    call.answer_token("test_token", at(DAY));
    let second = challenged.await.unwrap().unwrap();

    held.advance(secs(10));
    let replaced = spawn(&resource, |it| async move { it.replace_token(&second).await });
    let call = held.next_call().await;
    assert_eq!(
        parameter(&call, "token_sha256_to_refresh").as_deref(),
        Some("cc0af97287543b65da2c7e1476426021826cab166f1e063ed012b855ff819656")
    );
    call.answer_token("third", at(DAY));
    assert_eq!(replaced.await.unwrap().unwrap().secret(), "third");
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once_and_nobody_else_loses_it_before() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    let old = resource.get_token().await.unwrap();
    let replacing: Vec<_> = (0..100)
        .map(|_| {
            let old = old.clone();
            spawn(&resource, |it| async move { it.replace_token(&old).await })
        })
        .collect();
    let call = held.next_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "old", "it may be good for others");
    call.answer_token("new", at(DAY));
    for caller in replacing {
        assert_eq!(caller.await.unwrap().unwrap().secret(), "new");
    }
    assert_eq!(resource.get_token().await.unwrap().secret(), "new");
    // Who comes late with the rejected token gets the replacement.
    assert_eq!(resource.replace_token(&old).await.unwrap().secret(), "new");
    held.assert_no_call().await;
}

#[tokio::test]
async fn a_flight_begun_before_the_rejection_is_no_answer_to_it() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    let old = resource.get_token().await.unwrap();
    held.advance(secs(15 * HOUR));
    resource.get_token().await.unwrap();
    let renewal = held.next_call().await;
    let replaced = spawn(&resource, |it| async move { it.replace_token(&old).await });
    held.assert_no_call().await;
    renewal.answer_token("from-before", at(2 * DAY));
    held.next_call().await.answer_token("new", at(2 * DAY));
    assert_eq!(replaced.await.unwrap().unwrap().secret(), "new");
}

#[tokio::test]
async fn whoever_rejects_whatever_comes_costs_one_request_in_a_pause_and_harms_nobody() {
    let held = HeldEffects::new();
    let resource = warm(&held).await;
    let reject = |token: AccessToken| spawn(&resource, |it| async move { it.replace_token(&token).await });

    // The source gives the same token again.
    let old = resource.get_token().await.unwrap();
    let first = reject(old.clone());
    held.next_call().await.answer_token("old", at(DAY));
    let again = first.await.unwrap().unwrap_err();
    assert!(matches!(&again, Error::Unusable { error: UnusableToken::RejectedAgain, .. }), "{again}");
    for _ in 0..200 {
        let error = reject(old.clone()).await.unwrap().unwrap_err();
        assert!(matches!(&error, Error::Unusable { .. }), "{error}");
    }
    held.assert_no_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");

    // Each replacement is rejected as well, and the service has enough.
    held.advance(secs(10));
    let second = reject(old);
    held.next_call().await.answer_token("new", at(DAY));
    let new = second.await.unwrap().unwrap();
    let error = reject(new.clone()).await.unwrap().unwrap_err();
    assert!(matches!(&error, Error::Unusable { error: UnusableToken::RejectedTooSoon, .. }), "{error}");
    held.advance(secs(10));
    let third = reject(new);
    held.next_call().await.answer_status(429, &[("retry-after", "3600")]);
    assert!(third.await.unwrap().is_err());
    assert_eq!(resource.get_token().await.unwrap().secret(), "new", "others keep a token that is good for them");
    held.assert_no_call().await;
}

#[tokio::test]
async fn resources_are_told_apart_by_their_case() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    for (name, secret) in [("https://A", "upper"), ("https://a", "lower")] {
        let resource = client.resource(name).unwrap();
        let caller = spawn(&resource, |it| async move { it.get_token().await });
        held.next_call().await.answer_token(secret, at(HOUR));
        assert_eq!(caller.await.unwrap().unwrap().secret(), secret);
    }
}
