//! However many callers want a token at once, one asks for it; and whatever becomes of that one, nobody hangs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use managed_identity_reqwest::core::{Error, FileError, FileRequest, HttpCall, HttpResponse, TransportError, UnixTime};
use managed_identity_reqwest::testing::{FixedEffects, HeldCall, HeldEffects};
use managed_identity_reqwest::{
    AccessToken, AsyncEffects, BoxFuture, Identity, ManagedIdentityClient, Metrics, RetryPolicy, Source, SourceKind,
    TokenProvider, TokenRequest,
};
use support::held::{at, client_over};
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
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let callers: Vec<_> = (0..10_000).map(|_| ask(&client, RESOURCE)).collect();
    held.next_call().await.answer_token("one", at(HOUR));
    for caller in callers {
        assert_eq!(secret(&caller.await.unwrap()), "one");
    }
    held.assert_no_call().await;
    let Metrics { hits, misses, renewals, failures, requests, .. } = client.metrics();
    assert_eq!((hits, misses, renewals, failures, requests), (0, 10_000, 0, 0, 1));
}

#[tokio::test]
async fn ten_thousand_callers_on_a_cold_cache_cause_one_request_and_all_get_its_failure() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
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
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let slow = ask(&client, "https://slow");
    let _slow_call = held.next_call().await;
    let failing = ask(&client, "https://failing");
    held.next_call().await.answer_status(500, &[]);
    assert!(failing.await.unwrap().is_err());
    let other = ask(&client, RESOURCE);
    held.next_call().await.answer_token("other", at(HOUR));
    assert_eq!(secret(&other.await.unwrap()), "other");
    assert!(!slow.is_finished());
}

#[tokio::test]
async fn a_scope_and_its_resource_share_one_token() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let first = ask(&client, RESOURCE);
    let second = ask(&client, "https://vault.azure.net/.default");
    held.next_call().await.answer_token("one", at(HOUR));
    assert_eq!(secret(&first.await.unwrap()), "one");
    assert_eq!(secret(&second.await.unwrap()), "one");
    held.assert_no_call().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_its_flight_to_the_others() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let first = ask(&client, RESOURCE);
    let call = held.next_call().await;
    let second = ask(&client, RESOURCE);
    held.settle().await;
    first.abort();
    held.assert_no_call().await;
    assert!(!call.is_cancelled());
    call.answer_token("one", at(HOUR));
    assert_eq!(secret(&second.await.unwrap()), "one");
    let Metrics { hits, misses, failures, requests, .. } = client.metrics();
    assert_eq!((hits, misses, failures, requests), (0, 2, 0, 1));
}

#[tokio::test]
async fn whoever_comes_next_joins_a_flight_that_everybody_has_left() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let first = ask(&client, RESOURCE);
    let call = held.next_call().await;
    first.abort();
    held.settle().await;
    let next = ask(&client, RESOURCE);
    held.assert_no_call().await;
    call.answer_token("one", at(HOUR));
    assert_eq!(secret(&next.await.unwrap()), "one");
}

#[tokio::test]
async fn callers_with_deadlines_that_are_too_short_get_a_token_as_soon_as_there_is_one() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let mut callers = Vec::new();
    let mut call = None;
    for tenth in 0..600_u64 {
        let (client, effects) = (client.clone(), Arc::clone(&held));
        callers.push(tokio::spawn(async move {
            tokio::select! {
                biased;
                outcome = client.get_token(RESOURCE) => Some(outcome),
                () = effects.sleep(Duration::from_secs(2)) => None,
            }
        }));
        if tenth == 0 {
            call = Some(held.next_call().await);
        }
        if tenth == 30 {
            call.take().unwrap().answer_token("one", at(HOUR));
        }
        held.settle().await;
        held.advance(Duration::from_millis(100));
    }
    held.settle().await;
    held.assert_no_call().await;
    for (tenth, caller) in callers.into_iter().enumerate() {
        let outcome = caller.await.unwrap();
        assert_eq!(outcome.is_some(), tenth > 10, "a caller that came after {tenth} tenths of a second");
        assert!(outcome.is_none_or(|outcome| secret(&outcome) == "one"));
    }
    assert_eq!(client.metrics().requests, 1);
}

#[tokio::test]
async fn what_the_service_asks_to_wait_is_waited_for_however_many_callers_give_up() {
    let held = HeldEffects::new();
    let policy = RetryPolicy::of(SourceKind::AppService);
    let client = client_over(&held).retry(policy).build().unwrap();
    let first = ask(&client, RESOURCE);
    held.next_call().await.answer_status(429, &[("retry-after", "60")]);
    held.settle().await;
    first.abort();
    for _ in 0..50 {
        let caller = ask(&client, RESOURCE);
        held.advance(Duration::from_secs(1));
        held.assert_no_call().await;
        caller.abort();
    }
    let patient = ask(&client, RESOURCE);
    held.settle().await;
    held.advance(Duration::from_secs(22));
    held.next_call().await.answer_token("one", at(HOUR));
    assert_eq!(secret(&patient.await.unwrap()), "one");
    assert_eq!(client.metrics().requests, 2);
}

#[test]
fn a_runtime_that_ends_waits_for_no_caller() {
    let client = client_over(&HeldEffects::new()).build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let (of_a_task, is_dropped) = mpsc::channel::<()>();
    runtime.spawn(async move {
        let _until_the_runtime_ends = of_a_task;
        std::future::pending::<()>().await;
    });
    let (started, has_started) = mpsc::channel();
    runtime.spawn(async move {
        started.send(()).unwrap();
        // From then on the runtime takes no task.
        assert!(is_dropped.recv().is_err());
        client.get_token(RESOURCE).await
    });
    has_started.recv().unwrap();
    let (ended, has_ended) = mpsc::channel();
    thread::spawn(move || {
        drop(runtime);
        ended.send(()).unwrap();
    });
    assert!(has_ended.recv_timeout(Duration::from_secs(20)).is_ok(), "it waits for the caller");
}

#[test]
fn what_an_ended_runtime_still_drives_gets_its_token() {
    let effects = Arc::new(FixedEffects::new(200, r#"{"access_token":"token","expires_in":3600}"#));
    let source = Source::imds("http://127.0.0.1:1").unwrap();
    let client = ManagedIdentityClient::builder().source(source).effects(effects).build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let ended = runtime.handle().clone();
    drop(runtime);
    assert_eq!(secret(&ended.block_on(client.get_token(RESOURCE))), "token");
}

#[test]
fn a_flight_whose_runtime_ends_hands_on_what_was_still_to_be_waited_for() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let held = HeldEffects::new();
    let client = client_over(&held).retry(RetryPolicy::of(SourceKind::AppService)).build().unwrap();
    runtime().block_on(async {
        drop(ask(&client, RESOURCE));
        held.next_call().await.answer_status(503, &[("retry-after", "60")]);
        held.settle().await;
    });
    runtime().block_on(async {
        let next = ask(&client, RESOURCE);
        held.assert_no_call().await;
        held.advance(Duration::from_secs(59));
        held.assert_no_call().await;
        held.advance(Duration::from_secs(13));
        held.next_call().await.answer_token("one", at(HOUR));
        assert_eq!(secret(&next.await.unwrap()), "one");
    });
}

/// The first request panics; those after it are held.
struct PanicsOnce {
    panicked: AtomicBool,
    held: Arc<HeldEffects>,
}

impl AsyncEffects for PanicsOnce {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        assert!(self.panicked.swap(true, Ordering::Relaxed), "on purpose");
        self.held.send(call)
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        self.held.read_file(file)
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        self.held.sleep(delay)
    }

    fn now(&self) -> UnixTime {
        self.held.now()
    }

    fn seed(&self) -> u64 {
        self.held.seed()
    }
}

#[tokio::test]
async fn a_flight_that_panics_is_followed_by_another() {
    let held = HeldEffects::new();
    let effects = PanicsOnce { panicked: AtomicBool::new(false), held: Arc::clone(&held) };
    let client = client_over(&held).effects(Arc::new(effects)).build().unwrap();
    let (first, second) = (ask(&client, RESOURCE), ask(&client, RESOURCE));
    held.next_call().await.answer_token("second", at(HOUR));
    assert_eq!(secret(&second.await.unwrap()), "second");
    assert!(first.await.unwrap_err().is_panic(), "who began it is told");
}

/// The fake that comes to mind first: every wait is over at once. Nobody who waits for a flight waits by it.
#[tokio::test]
async fn callers_do_not_wait_by_the_effects() {
    let effects = Arc::new(FixedEffects::new(200, r#"{"access_token":"eyJ","expires_in":3600}"#));
    let client = client_over(&HeldEffects::new()).effects(effects.clone()).build().unwrap();
    let callers: Vec<_> = (0..50).map(|_| ask(&client, RESOURCE)).collect();
    for caller in callers {
        assert_eq!(secret(&caller.await.unwrap()), "eyJ");
    }
    assert_eq!(effects.requests(), 1);
}

#[tokio::test]
async fn a_flight_that_never_comes_back_is_followed_by_another_when_its_lease_ends() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let first = ask(&client, RESOURCE);
    let lost = held.next_call().await;
    held.advance(Duration::from_secs(179));
    let second = ask(&client, RESOURCE);
    held.assert_no_call().await;
    held.advance(Duration::from_secs(1));
    let third = ask(&client, RESOURCE);
    let call = held.next_call().await;
    call.answer_token("second", at(HOUR));
    for caller in [first, second, third] {
        assert_eq!(secret(&caller.await.unwrap()), "second");
    }
    // What comes back after all replaces nothing.
    lost.answer_token("late", at(HOUR));
    held.settle().await;
    assert_eq!(secret(&client.get_token(RESOURCE).await), "second");
}

#[tokio::test]
async fn every_flight_ends_with_the_last_clone_of_the_client() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let (clone, handle) = (client.clone(), client.resource("https://handle").unwrap());
    let caller = ask(&client, RESOURCE);
    let call = held.next_call().await;
    caller.abort();
    drop((client, clone));
    held.settle().await;
    assert!(!call.is_cancelled(), "a handle is a clone too");
    drop(handle);
    held.settle().await;
    assert!(call.is_cancelled());
}

#[tokio::test]
async fn clients_for_several_identities_share_one_cache_and_keep_their_tokens_apart() {
    let held = HeldEffects::new();
    let system = client_over(&held).build().unwrap();
    let user = system.for_identity(Identity::client_id("c-1")).unwrap();
    let same = system.for_identity(Identity::client_id("c-1")).unwrap();
    let callers = [ask(&system, RESOURCE), ask(&user, RESOURCE), ask(&same, RESOURCE)];
    held.next_call().await.answer_token("system", at(HOUR));
    let call = held.next_call().await;
    assert!(call.request().url().query().unwrap().contains("client_id=c-1"));
    call.answer_token("user", at(HOUR));
    let mut tokens = Vec::new();
    for caller in callers {
        tokens.push(caller.await.unwrap().unwrap());
    }
    assert_eq!(tokens.iter().map(AccessToken::secret).collect::<Vec<_>>(), ["system", "user", "user"]);
    assert_eq!(user.metrics().requests, 2);

    // The trait serves the client's identity unless the request names another one.
    let plain = TokenRequest::for_resource(RESOURCE).unwrap();
    let named = plain.clone().with_identity(Identity::client_id("c-1"));
    let provider: &dyn TokenProvider = &system;
    assert_eq!(provider.fresh_token(&plain).unwrap().secret(), "system");
    assert_eq!(provider.get_token(&plain).await.unwrap().secret(), "system");
    assert_eq!(provider.get_token(&named).await.unwrap().secret(), "user");
    held.assert_no_call().await;
}

#[tokio::test]
async fn a_token_that_has_expired_on_arrival_goes_to_all_who_waited_and_the_next_request_is_a_second_later() {
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let callers: Vec<_> = (0..100).map(|_| ask(&client, RESOURCE)).collect();
    let call = held.next_call().await;
    held.advance(Duration::from_secs(20));
    call.answer_token("expired", at(10));
    for caller in callers {
        assert_eq!(secret(&caller.await.unwrap()), "expired");
    }
    for _ in 0..100 {
        assert!(matches!(client.get_token(RESOURCE).await, Err(Error::Unusable { .. })));
    }
    held.assert_no_call().await;
    held.advance(Duration::from_secs(1));
    let next = ask(&client, RESOURCE);
    held.next_call().await.answer_token("next", at(HOUR));
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
    let held = HeldEffects::new();
    let client = client_over(&held).build().unwrap();
    let mut callers: [Option<JoinHandle<Outcome>>; 3] = [None, None, None];
    let mut cancelled = [false; 3];
    let mut on_its_way: Option<HeldCall> = None;
    let mut failed = false;
    for event in order {
        match event {
            Event::Arrive(caller) => callers[*caller] = Some(ask(&client, RESOURCE)),
            Event::Cancel(caller) => {
                callers[*caller].as_ref().unwrap().abort();
                cancelled[*caller] = true;
            }
            Event::Answer => {
                if let Some(call) = on_its_way.take() {
                    call.answer_token("token", at(HOUR));
                }
            }
            Event::Fail => {
                if let Some(call) = on_its_way.take() {
                    failed = true;
                    call.answer_status(400, &[]);
                }
            }
        }
        let mut live = held.live_calls().await;
        assert!(live.len() + usize::from(on_its_way.is_some()) <= 1, "more than one request at a time: {order:?}");
        on_its_way = live.pop().or(on_its_way);
    }
    if let Some(call) = on_its_way {
        assert!(!call.is_cancelled(), "a caller took the flight with it: {order:?}");
        call.answer_token("token", at(HOUR));
    }
    held.settle().await;
    for (caller, cancelled) in callers.into_iter().flatten().zip(cancelled) {
        assert!(caller.is_finished(), "a caller hangs: {order:?}");
        match caller.await {
            Ok(Ok(token)) => assert_eq!(token.secret(), "token"),
            Ok(Err(error)) => assert!(failed, "{order:?}: {error}"),
            Err(error) => assert!(cancelled && error.is_cancelled(), "{order:?}: {error}"),
        }
    }
    // A caller that is cancelled before it runs asks for nothing.
    assert!(client.metrics().requests <= 1, "{order:?}");
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
