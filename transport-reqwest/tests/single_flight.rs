//! However many callers want a token at once, one asks for it; and whatever becomes of that one, nobody hangs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use managed_identity_reqwest::core::Error;
use managed_identity_reqwest::{AccessToken, ManagedIdentityClient, Metrics};
use support::held::{Call, Held, settle};
use tokio::task::JoinHandle;

const RESOURCE: &str = "https://vault.azure.net";
const HOUR: u64 = 3600;

type Outcome = Result<AccessToken, Error>;

fn ask(client: &ManagedIdentityClient, resource: &'static str) -> JoinHandle<Outcome> {
    let client = client.clone();
    tokio::spawn(async move { client.get_token(resource).await })
}

fn secret(outcome: &Outcome) -> &str {
    outcome.as_ref().unwrap().secret()
}

#[tokio::test]
async fn ten_thousand_callers_on_a_cold_cache_cause_one_request_and_all_get_its_token() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let callers: Vec<_> = (0..10_000).map(|_| ask(&client, RESOURCE)).collect();
    held.next_call().await.answer_token("one", HOUR);
    for caller in callers {
        assert_eq!(secret(&caller.await.unwrap()), "one");
    }
    held.assert_no_call().await;
    let Metrics { hits, misses, renewals, failures, requests, .. } = client.metrics();
    assert_eq!((hits, misses, renewals, failures, requests), (0, 10_000, 0, 0, 1));
}

#[tokio::test]
async fn ten_thousand_callers_on_a_cold_cache_cause_one_request_and_all_get_its_failure() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let callers: Vec<_> = (0..10_000).map(|_| ask(&client, RESOURCE)).collect();
    let call = held.next_call().await;
    call.answer_status(400, &[]);
    // However late a caller runs, the failure it waited for is its own.
    held.advance(Duration::from_secs(60));
    let mut errors = Vec::new();
    for caller in callers {
        errors.push(caller.await.unwrap().unwrap_err());
    }
    assert!(errors.iter().all(|error| error == &errors[0]));
    held.assert_no_call().await;
    assert_eq!((client.metrics().failures, client.metrics().requests), (1, 1));
}

#[tokio::test]
async fn a_slow_resource_and_a_failing_one_delay_no_other() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let slow = ask(&client, "https://slow");
    let _slow_call = held.next_call().await;
    let failing = ask(&client, "https://failing");
    held.next_call().await.answer_status(500, &[]);
    assert!(failing.await.unwrap().is_err());
    let other = ask(&client, RESOURCE);
    held.next_call().await.answer_token("other", HOUR);
    assert_eq!(secret(&other.await.unwrap()), "other");
    assert!(!slow.is_finished());
}

#[tokio::test]
async fn a_scope_and_its_resource_share_one_token() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let first = ask(&client, RESOURCE);
    let second = ask(&client, "https://vault.azure.net/.default");
    held.next_call().await.answer_token("one", HOUR);
    assert_eq!(secret(&first.await.unwrap()), "one");
    assert_eq!(secret(&second.await.unwrap()), "one");
    held.assert_no_call().await;
}

#[tokio::test]
async fn a_cancelled_leader_hands_over_to_a_waiter() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let leader = ask(&client, RESOURCE);
    let abandoned = held.next_call().await;
    let waiter = ask(&client, RESOURCE);
    held.assert_no_call().await;
    leader.abort();
    held.next_call().await.answer_token("second", HOUR);
    assert!(abandoned.is_cancelled());
    assert_eq!(secret(&waiter.await.unwrap()), "second");
}

#[tokio::test]
async fn a_cancelled_leader_without_waiters_leaves_the_way_free() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let leader = ask(&client, RESOURCE);
    let _abandoned = held.next_call().await;
    leader.abort();
    settle().await;
    let next = ask(&client, RESOURCE);
    held.next_call().await.answer_token("next", HOUR);
    assert_eq!(secret(&next.await.unwrap()), "next");
}

#[tokio::test]
async fn a_leader_that_panics_hands_over_to_a_waiter() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let leader = ask(&client, RESOURCE);
    let call = held.next_call().await;
    let waiter = ask(&client, RESOURCE);
    held.assert_no_call().await;
    drop(call);
    held.next_call().await.answer_token("second", HOUR);
    assert_eq!(secret(&waiter.await.unwrap()), "second");
    assert!(leader.await.unwrap_err().is_panic());
}

#[tokio::test]
async fn a_leader_that_never_comes_back_is_replaced_when_its_lease_ends() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let stuck = ask(&client, RESOURCE);
    let lost = held.next_call().await;
    let waiter = ask(&client, RESOURCE);
    held.assert_no_call().await;
    held.advance(Duration::from_secs(149));
    held.assert_no_call().await;
    held.advance(Duration::from_secs(1));
    let second = held.next_call().await;
    // The first one comes back after all: its own caller has its token, the cache waits for the second.
    lost.answer_token("late", HOUR);
    assert_eq!(secret(&stuck.await.unwrap()), "late");
    assert!(!waiter.is_finished());
    second.answer_token("second", HOUR);
    assert_eq!(secret(&waiter.await.unwrap()), "second");
    assert_eq!(secret(&client.get_token(RESOURCE).await), "second");
}

#[tokio::test]
async fn a_token_that_has_expired_on_arrival_goes_to_all_who_waited_and_to_nobody_else() {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let callers: Vec<_> = (0..100).map(|_| ask(&client, RESOURCE)).collect();
    let call = held.next_call().await;
    held.advance(Duration::from_secs(20));
    call.answer_token("expired", 10);
    for caller in callers {
        assert_eq!(secret(&caller.await.unwrap()), "expired");
    }
    held.assert_no_call().await;
    let next = ask(&client, RESOURCE);
    held.next_call().await.answer_token("next", HOUR);
    assert_eq!(secret(&next.await.unwrap()), "next");
}

/// What can happen to three callers of one resource.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Arrive(usize),
    Cancel(usize),
    /// The oldest request on its way gets a token.
    Answer,
    /// The oldest request on its way fails.
    Fail,
}

/// Every order of these events in which a caller arrives before it is cancelled.
fn orders(events: &[Event]) -> Vec<Vec<Event>> {
    if events.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, &first) in events.iter().enumerate() {
        let mut rest = events.to_vec();
        rest.remove(index);
        if matches!(first, Event::Cancel(caller) if rest.contains(&Event::Arrive(caller))) {
            continue;
        }
        for mut order in orders(&rest) {
            order.insert(0, first);
            all.push(order);
        }
    }
    all
}

/// Plays one order and then answers whatever is still on its way.
async fn play(order: &[Event]) {
    let held = Held::new();
    let client = held.client().build().unwrap();
    let mut callers: [Option<JoinHandle<Outcome>>; 3] = [None, None, None];
    let mut cancelled = [false; 3];
    let mut on_their_way: Vec<Call> = Vec::new();
    let mut failed = false;
    for event in order {
        match event {
            Event::Arrive(caller) => callers[*caller] = Some(ask(&client, RESOURCE)),
            Event::Cancel(caller) => {
                callers[*caller].as_ref().unwrap().abort();
                cancelled[*caller] = true;
            }
            Event::Answer if !on_their_way.is_empty() => on_their_way.remove(0).answer_token("token", HOUR),
            Event::Fail if !on_their_way.is_empty() => {
                failed = true;
                on_their_way.remove(0).answer_status(400, &[]);
            }
            Event::Answer | Event::Fail => {}
        }
        on_their_way.extend(held.live_calls().await);
        on_their_way.retain(|call| !call.is_cancelled());
        assert!(on_their_way.len() <= 1, "more than one request at a time: {order:?}");
    }
    while let Some(call) = on_their_way.pop() {
        call.answer_token("token", HOUR);
        on_their_way.extend(held.live_calls().await);
    }
    settle().await;
    for (caller, cancelled) in callers.into_iter().flatten().zip(cancelled) {
        assert!(caller.is_finished(), "a caller hangs: {order:?}");
        match caller.await {
            Ok(Ok(token)) => assert_eq!(token.secret(), "token"),
            Ok(Err(error)) => assert!(failed, "{order:?}: {error}"),
            Err(error) => assert!(cancelled && error.is_cancelled(), "{order:?}: {error}"),
        }
    }
    let requests = client.metrics().requests;
    let allowed = 1 + cancelled.iter().filter(|it| **it).count() + usize::from(failed);
    assert!(requests as usize <= allowed, "{requests} requests: {order:?}");
}

#[tokio::test]
async fn every_order_of_arrivals_cancellations_and_answers_ends_well() {
    use Event::{Answer, Arrive, Cancel, Fail};
    let mut played = 0;
    for events in [
        vec![Arrive(0), Arrive(1), Arrive(2), Cancel(0), Cancel(1), Answer],
        vec![Arrive(0), Arrive(1), Arrive(2), Cancel(0), Fail, Answer],
        vec![Arrive(0), Arrive(1), Cancel(0), Cancel(1), Answer, Fail],
    ] {
        for order in orders(&events) {
            play(&order).await;
            played += 1;
        }
    }
    assert_eq!(played, 180 + 360 + 180);
}
