//! Flows belong to their key: callers join and leave.

use std::time::Duration;

use managed_identity_core::{ConfigError, Identity, TransportErrorKind, UnixTime};
use managed_identity_wasi::{Error, RetryPolicy, TokenOptions};

use super::host::{Caller, Client, Host, run};
use super::{ask, call, request};

const HOUR: u64 = 3600;

/// A client that has this token.
fn holding(host: &Host, token: &str, expires_in: u64) -> Client {
    let client = host.client();
    let index = host.requests();
    let mut callers = [call(&client)];
    host.give(index, token, expires_in);
    run(&mut callers);
    drop(callers);
    client
}

fn at_most(budget: Duration) -> TokenOptions {
    TokenOptions { time_budget: Some(budget), ..TokenOptions::default() }
}

#[test]
fn one_request_serves_all() {
    let host = Host::new();
    let client = host.client();
    let mut callers: Vec<_> = (0..10_000).map(|_| call(&client)).collect();
    host.give(0, "one", HOUR);
    run(&mut callers);
    assert!(callers.into_iter().all(|caller| caller.secret() == "one"));
    assert_eq!(ask(&client), "one");
    assert_eq!(host.requests(), 1);
}

#[test]
fn one_failure_serves_all() {
    let host = Host::new();
    let client = host.client();
    let mut callers: Vec<_> = (0..10_000).map(|_| call(&client)).collect();
    host.refuse(0, 400, None);
    run(&mut callers);
    assert!(callers.into_iter().all(|caller| matches!(caller.outcome(), Err(Error::Endpoint { .. }))));
    assert!(call(&client).outcome().is_err());
    assert_eq!(host.requests(), 1);
}

#[test]
fn who_began_a_flow_may_leave_it_to_the_others() {
    let host = Host::new();
    let client = host.client();
    let first = call(&client);
    let mut others: Vec<_> = (0..3).map(|_| call(&client)).collect();
    drop(first);
    run(&mut others);
    host.give(0, "one", HOUR);
    run(&mut others);
    assert!(others.into_iter().all(|caller| caller.secret() == "one"));
    assert_eq!(host.requests(), 1);
}

#[test]
fn who_is_to_go_on_and_leaves_too_passes_it_on() {
    let host = Host::new();
    let client = host.client();
    let first = call(&client);
    let second = call(&client);
    let mut third = [call(&client)];
    drop(first);
    // Told to go on, but gone before it could.
    drop(second);
    run(&mut third);
    host.give(0, "one", HOUR);
    run(&mut third);
    assert!(third[0].is_done());
    assert_eq!(host.requests(), 1);
}

#[test]
fn a_flow_outlives_all_its_callers() {
    let host = Host::new();
    let client = host.client();
    drop((call(&client), call(&client)));
    assert!(host.is_wanted(0));
    host.give(0, "one", HOUR);
    assert_eq!(ask(&client), "one");
    assert_eq!(host.requests(), 1);
}

#[test]
fn a_flow_ends_with_its_client() {
    let host = Host::new();
    let client = host.client();
    drop(call(&client));
    assert!(host.is_wanted(0));
    drop(client);
    assert!(!host.is_wanted(0));
}

#[test]
fn an_endpoint_that_is_slower_than_its_callers_are_patient_is_asked_once() {
    let host = Host::new();
    let client = host.client();
    let mut callers: Vec<(u64, Caller<'_>)> = Vec::new();
    let (mut tokens, mut failures) = (0, 0);
    for time in (0..60_000).step_by(100) {
        if time == 3_000 {
            host.give(0, "one", HOUR);
        }
        callers.push((time, Caller::of(&client, request(), at_most(Duration::from_secs(2)))));
        while callers.iter_mut().any(|(_, caller)| caller.step()) {}
        let (done, waiting) = callers.into_iter().partition(|(_, caller)| caller.is_done());
        callers = waiting;
        for (began, caller) in done {
            match caller.outcome() {
                Ok(token) => {
                    assert!(token.secret() == "one" && time >= 3_000);
                    tokens += 1;
                }
                Err(error) => {
                    assert!(time < 3_000 && time >= began + 2_000, "{error}");
                    failures += 1;
                }
            }
        }
        host.pass(100);
    }
    // Those of the first second were gone when the token came.
    assert_eq!((host.requests(), failures, tokens, callers.len()), (1, 10, 590, 0));
}

#[test]
fn what_a_service_asks_to_wait_for_is_waited_for_whoever_gives_up() {
    let host = Host::new();
    let client = host.client();
    let mut callers = [call(&client)];
    host.refuse(0, 429, Some(60));
    run(&mut callers);
    drop(callers);
    for _ in 0..50 {
        let mut callers = [call(&client)];
        host.pass(1_000);
        run(&mut callers);
        assert!(!callers[0].is_done());
    }
    assert_eq!(host.requests(), 1);
    let mut last = [call(&client)];
    host.pass(25_000);
    run(&mut last);
    assert_eq!(host.requests(), 2);
    host.give(1, "one", HOUR);
    run(&mut last);
    assert!(last[0].is_done());
}

#[test]
fn who_has_no_more_time_says_so_and_the_others_wait_on() {
    let host = Host::new();
    let client = host.client();
    let mut callers = [Caller::of(&client, request(), at_most(Duration::from_secs(1))), call(&client)];
    host.pass(1_000);
    run(&mut callers);
    let [hasty, patient] = callers;
    let Err(Error::Transport { error, .. }) = hasty.outcome() else { panic!() };
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    // That one may have little time is no reason for the flow to have little.
    host.pass(30_000);
    host.refuse(0, 503, None);
    let mut patient = [patient];
    run(&mut patient);
    host.pass(5_000);
    run(&mut patient);
    host.give(1, "one", HOUR);
    run(&mut patient);
    assert!(patient[0].is_done());
    assert_eq!(host.requests(), 2);
}

#[test]
fn nobody_waits_for_a_renewal() {
    let host = Host::new();
    let client = holding(&host, "one", HOUR);
    host.pass((HOUR - 300) * 1000);
    for _ in 0..10 {
        assert_eq!(ask(&client), "one");
    }
    assert_eq!(host.requests(), 2);
    host.give(1, "two", HOUR);
    assert_eq!(ask(&client), "two");
    assert_eq!(host.requests(), 2);
}

#[test]
fn a_renewal_that_nobody_looked_after_is_waited_for_once_the_token_is_over() {
    let host = Host::new();
    let client = holding(&host, "one", HOUR);
    host.pass((HOUR - 300) * 1000);
    assert_eq!(ask(&client), "one");
    host.pass(270 * 1000);
    // The lease is over, the answer is still welcome.
    host.give(1, "two", HOUR);
    assert_eq!(ask(&client), "two");
    assert_eq!(host.requests(), 2);

    let client = holding(&host, "one", HOUR);
    host.pass((HOUR - 60) * 1000);
    assert_eq!(ask(&client), "one");
    host.pass(30 * 1000);
    let mut late = [call(&client)];
    assert!(!late[0].is_done());
    host.give(3, "two", HOUR);
    run(&mut late);
    assert!(late[0].is_done());
    assert_eq!(host.requests(), 4);
}

#[test]
fn a_token_that_nobody_looked_for_has_lived_since_it_came() {
    let host = Host::new();
    let client = holding(&host, "one", HOUR);
    host.pass((HOUR - 300) * 1000);
    assert_eq!(ask(&client), "one");
    let looked = UnixTime::from_secs(1_700_000_000 + HOUR - 300);
    host.give(1, "two", HOUR);
    host.pass(200 * 1000);
    let two = call(&client).outcome().unwrap();
    assert_eq!(two.expires_on(), looked + Duration::from_secs(HOUR));
}

#[test]
fn a_renewal_that_fails_takes_nothing_away() {
    let host = Host::new();
    let client = holding(&host, "one", HOUR);
    host.pass((HOUR - 300) * 1000);
    assert_eq!(ask(&client), "one");
    host.refuse(1, 400, None);
    assert_eq!(ask(&client), "one");
    assert_eq!(host.requests(), 2);
    // A quarter of the 270 seconds that it still serves, or a bit more.
    host.pass(67_000);
    assert_eq!(ask(&client), "one");
    assert_eq!(host.requests(), 2);
    host.pass(8_000);
    assert_eq!(ask(&client), "one");
    assert_eq!(host.requests(), 3);
}

#[test]
fn no_copy_of_a_dead_token_stays() {
    let host = Host::new();
    let client = holding(&host, "one", HOUR);
    let one = call(&client).outcome().unwrap().downgrade();
    assert!(one.upgrade().is_some());
    host.pass((HOUR - 30) * 1000);
    let mut caller = [call(&client)];
    host.give(1, "two", HOUR);
    run(&mut caller);
    assert!(caller[0].is_done() && one.upgrade().is_none());
}

#[test]
fn what_is_of_no_use_is_not_kept() {
    let host = Host::new();
    let client = host.client();
    let mut callers = [call(&client)];
    host.give(0, "old", 0);
    run(&mut callers);
    let [caller] = callers;
    let old = caller.outcome().unwrap();
    assert_eq!(old.secret(), "old");
    let left = old.downgrade();
    drop(old);
    assert!(left.upgrade().is_none());
}

#[test]
fn one_key_never_delays_another() {
    let host = Host::new();
    let client = host.client();
    let slow = call(&client);
    let user = request().with_identity(Identity::ClientId("id".into()));
    let mut quick = [Caller::of(&client, user, TokenOptions::default())];
    host.give(1, "user", HOUR);
    run(&mut quick);
    assert!(quick[0].is_done() && !slow.is_done());
}

#[test]
fn retries_are_as_the_caller_wants_them() {
    let host = Host::new();
    let client = host.client();
    let never = TokenOptions { retry: Some(RetryPolicy::none()), ..TokenOptions::default() };
    let mut caller = [Caller::of(&client, request(), never)];
    host.refuse(0, 503, None);
    run(&mut caller);
    let [caller] = caller;
    assert!(matches!(caller.outcome(), Err(Error::Endpoint { .. })));
}

#[test]
fn what_the_source_cannot_serve_is_told_without_a_request() {
    let host = Host::new();
    let source = managed_identity_wasi::Source::cloud_shell("http://127.0.0.1:1/token").unwrap();
    let client = Client::with_effects(source, host.clone());
    for _ in 0..2 {
        let request = request().with_identity(Identity::ClientId("id".into()));
        let outcome = Caller::of(&client, request, TokenOptions::default()).outcome();
        assert!(matches!(outcome, Err(Error::Configuration(ConfigError::UnsupportedIdentity { .. }))));
    }
    assert_eq!(host.requests(), 0);
}
