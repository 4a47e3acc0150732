//! Renewal ahead of time, standing failures, forced and rejected tokens.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use managed_identity_reqwest::{AccessToken, ManagedIdentityClient, ResourceClient, Source};
use support::held::{Call, Held};
use tokio::task::JoinHandle;

const RESOURCE: &str = "https://vault.azure.net";
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

type Outcome = Result<AccessToken, managed_identity_reqwest::Error>;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A client with a token in its cache that lives a day.
async fn warm(held: &Arc<Held>) -> ResourceClient {
    warm_client(held, held.client().build().unwrap()).await
}

async fn warm_client(held: &Arc<Held>, client: ManagedIdentityClient) -> ResourceClient {
    let resource = client.resource(RESOURCE).unwrap();
    let caller = spawn(&resource, |it| async move { it.get_token().await });
    held.next_call().await.answer_token("old", DAY);
    caller.await.unwrap().unwrap();
    resource
}

fn spawn<F>(resource: &ResourceClient, ask: impl FnOnce(ResourceClient) -> F) -> JoinHandle<Outcome>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    tokio::spawn(ask(resource.clone()))
}

fn parameter(call: &Call, name: &str) -> Option<String> {
    let pairs = call.request.url().query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

#[tokio::test]
async fn while_a_usable_token_exists_nobody_waits_for_the_network() {
    let held = Held::new();
    let resource = warm(&held).await;
    // Past half of its life and the largest spread.
    held.advance(secs(12 * HOUR + 301));
    assert!(resource.fresh_token().is_none());
    for _ in 0..10 {
        assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    }
    // The ten of them began one renewal.
    held.next_call().await.answer_token("new", 2 * DAY);
    held.assert_no_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "new");
    assert_eq!(resource.fresh_token().unwrap().secret(), "new");
}

#[tokio::test]
async fn a_failed_renewal_serves_the_old_token_until_it_really_expires() {
    let held = Held::new();
    let resource = warm(&held).await;
    held.advance(secs(13 * HOUR));
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.next_call().await.answer_status(500, &[]);
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.assert_no_call().await;
    // The failure has stood for five seconds: the next call tries again, and still does not wait.
    held.advance(secs(5));
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
    held.next_call().await.answer_status(500, &[]);
    held.assert_no_call().await;

    // In the last five minutes one caller tries and is served the old token when that fails.
    held.advance(secs(11 * HOUR - 5 - 60));
    let elected = spawn(&resource, |it| async move { it.get_token().await });
    let call = held.next_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "old", "others do not wait");
    call.answer_status(500, &[]);
    assert_eq!(elected.await.unwrap().unwrap().secret(), "old");

    held.advance(secs(60));
    let expired = spawn(&resource, |it| async move { it.get_token().await });
    held.next_call().await.answer_status(500, &[]);
    assert!(expired.await.unwrap().is_err());
}

#[tokio::test]
async fn without_background_renewal_the_call_that_finds_it_due_renews() {
    let held = Held::new();
    let client = held.client().without_background_renewal().build().unwrap();
    let resource = warm_client(&held, client).await;
    held.advance(secs(13 * HOUR));
    let renewing = spawn(&resource, |it| async move { it.get_token().await });
    let call = held.next_call().await;
    assert!(!renewing.is_finished());
    assert_eq!(resource.get_token().await.unwrap().secret(), "old", "others do not wait");
    call.answer_token("new", 2 * DAY);
    assert_eq!(renewing.await.unwrap().unwrap().secret(), "new");
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
        let held = Held::new();
        let client = held.client().build().unwrap();
        let resource = client.resource(RESOURCE).unwrap();
        let first = spawn(&resource, |it| async move { it.get_token().await });
        held.next_call().await.answer_status(status, headers);
        let error = first.await.unwrap().unwrap_err();
        held.advance(secs(stands) - Duration::from_millis(1));
        assert_eq!(resource.get_token().await.unwrap_err(), error, "{status} {headers:?}");
        assert_eq!(resource.force_refresh().await.unwrap_err(), error, "forcing does not help");
        held.assert_no_call().await;
        held.advance(Duration::from_millis(1));
        let again = spawn(&resource, |it| async move { it.get_token().await });
        held.next_call().await.answer_token("token", HOUR);
        assert_eq!(again.await.unwrap().unwrap().secret(), "token", "{status} {headers:?}");
    }
}

#[tokio::test]
async fn forcing_bypasses_the_cache_and_all_who_force_meanwhile_share_the_next_request() {
    let held = Held::new();
    let resource = warm(&held).await;
    let first = spawn(&resource, |it| async move { it.force_refresh().await });
    let call = held.next_call().await;
    assert_eq!(parameter(&call, "token_sha256_to_refresh"), None);
    assert_eq!(resource.get_token().await.unwrap().secret(), "old", "others are served meanwhile");
    let forcing: Vec<_> = (0..100).map(|_| spawn(&resource, |it| async move { it.force_refresh().await })).collect();
    held.assert_no_call().await;
    call.answer_token("first", DAY);
    assert_eq!(first.await.unwrap().unwrap().secret(), "first");
    held.next_call().await.answer_token("second", DAY);
    for caller in forcing {
        assert_eq!(caller.await.unwrap().unwrap().secret(), "second");
    }
    held.assert_no_call().await;
    assert_eq!(resource.get_token().await.unwrap().secret(), "second");
}

#[tokio::test]
async fn forcing_does_not_take_a_renewal_that_began_before() {
    let held = Held::new();
    let resource = warm(&held).await;
    held.advance(secs(13 * HOUR));
    resource.get_token().await.unwrap();
    let renewal = held.next_call().await;
    let forced = spawn(&resource, |it| async move { it.force_refresh().await });
    held.assert_no_call().await;
    renewal.answer_token("renewed", 2 * DAY);
    held.next_call().await.answer_token("forced", 2 * DAY);
    assert_eq!(forced.await.unwrap().unwrap().secret(), "forced");
}

#[tokio::test]
async fn a_forced_renewal_that_fails_is_an_error_and_leaves_the_old_token() {
    let held = Held::new();
    let resource = warm(&held).await;
    let forced = spawn(&resource, |it| async move { it.force_refresh().await });
    held.next_call().await.answer_status(500, &[]);
    assert!(forced.await.unwrap().is_err());
    assert_eq!(resource.get_token().await.unwrap().secret(), "old");
}

#[tokio::test]
async fn claims_bypass_the_cache_and_empty_ones_do_not() {
    let held = Held::new();
    let resource = warm(&held).await;
    assert_eq!(resource.get_token_with_claims("").await.unwrap().secret(), "old");
    let challenged = spawn(&resource, |it| async move { it.get_token_with_claims(r#"{"access_token":{}}"#).await });
    let call = held.next_call().await;
    assert_eq!(parameter(&call, "token_sha256_to_refresh"), None, "only Service Fabric knows it");
    assert_eq!(parameter(&call, "claims"), None, "claims are never sent");
    call.answer_token("new", DAY);
    assert_eq!(challenged.await.unwrap().unwrap().secret(), "new");
    assert_eq!(resource.get_token().await.unwrap().secret(), "new");
}

#[tokio::test]
async fn service_fabric_is_told_which_token_was_rejected_and_what_the_client_can_do() {
    let held = Held::new();
    let thumbprint = "00".repeat(20);
    let source = Source::service_fabric("https://localhost:2377/token", "header", &thumbprint).unwrap();
    let client = held.client().source(source).client_capabilities(["cp1", "cp2"]).build().unwrap();
    let resource = client.resource(RESOURCE).unwrap();

    let first = spawn(&resource, |it| async move { it.get_token().await });
    let call = held.next_call().await;
    assert_eq!(parameter(&call, "xms_cc").as_deref(), Some("cp1%2Ccp2"));
    assert_eq!(parameter(&call, "token_sha256_to_refresh"), None);
    call.answer_token("AT", DAY);
    first.await.unwrap().unwrap();

    let challenged = spawn(&resource, |it| async move { it.get_token_with_claims("claims").await });
    let call = held.next_call().await;
    assert_eq!(
        parameter(&call, "token_sha256_to_refresh").as_deref(),
        Some("eb5442705969dc8da5dfac8f9658dc68acdab5bb7635ba7cc551e389416ac34e")
    );
    call.answer_token("test_token", DAY);
    let second = challenged.await.unwrap().unwrap();

    let replaced = spawn(&resource, |it| async move { it.replace_token(&second).await });
    let call = held.next_call().await;
    assert_eq!(
        parameter(&call, "token_sha256_to_refresh").as_deref(),
        Some("cc0af97287543b65da2c7e1476426021826cab166f1e063ed012b855ff819656")
    );
    call.answer_token("third", DAY);
    assert_eq!(replaced.await.unwrap().unwrap().secret(), "third");
}

#[tokio::test]
async fn a_rejected_token_is_never_handed_out_again_and_is_replaced_once() {
    let held = Held::new();
    let resource = warm(&held).await;
    let old = resource.get_token().await.unwrap();
    let replacing: Vec<_> = (0..100)
        .map(|_| {
            let old = old.clone();
            spawn(&resource, |it| async move { it.replace_token(&old).await })
        })
        .collect();
    let call = held.next_call().await;
    assert!(resource.fresh_token().is_none());
    let ordinary = spawn(&resource, |it| async move { it.get_token().await });
    call.answer_token("new", DAY);
    for caller in replacing.into_iter().chain([ordinary]) {
        assert_eq!(caller.await.unwrap().unwrap().secret(), "new");
    }
    // Who comes late with the rejected token gets the replacement.
    assert_eq!(resource.replace_token(&old).await.unwrap().secret(), "new");
    held.assert_no_call().await;
}

#[tokio::test]
async fn resources_are_told_apart_by_their_case() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    for (name, secret) in [("https://A", "upper"), ("https://a", "lower")] {
        let resource = client.resource(name).unwrap();
        let caller = spawn(&resource, |it| async move { it.get_token().await });
        held.next_call().await.answer_token(secret, HOUR);
        assert_eq!(caller.await.unwrap().unwrap().secret(), secret);
    }
}
