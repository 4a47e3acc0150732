//! Callers who do not take any usable token.

use managed_identity_core::{TokenDigest, UnusableToken};
use managed_identity_wasi::{Error, Source, TokenOptions};

use super::host::{Caller, Client, Host, Outcome, run};
use super::{ask, call, request};

const DAY: u64 = 24 * 3600;

fn holding_one(host: &Host) -> Client {
    let client = host.client();
    let mut callers = [call(&client)];
    host.give(0, "one", DAY);
    run(&mut callers);
    drop(callers);
    client
}

fn force(client: &Client) -> Caller<'_> {
    Caller::of(client, request(), TokenOptions { force_refresh: true, ..TokenOptions::default() })
}

fn reject<'a>(client: &'a Client, token: &str) -> Caller<'a> {
    let request = request().with_rejected_digest(TokenDigest::of_secret(token));
    Caller::of(client, request, TokenOptions::default())
}

fn reason(outcome: Outcome) -> UnusableToken {
    match outcome {
        Err(Error::Unusable { error, .. }) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_forces_is_not_served_by_a_flow_from_before() {
    let host = Host::new();
    let client = host.client();
    let early = call(&client);
    let mut callers = vec![early];
    callers.extend((0..100).map(|_| force(&client)));
    host.give(0, "one", DAY);
    run(&mut callers);
    assert_eq!(callers.remove(0).secret(), "one");
    assert_eq!(host.requests(), 2);
    assert_eq!(ask(&client), "one");
    host.give(1, "two", DAY);
    run(&mut callers);
    assert!(callers.into_iter().all(|caller| caller.secret() == "two"));
    assert_eq!(host.requests(), 2);
}

#[test]
fn all_who_reject_a_token_cause_one_request_and_the_others_keep_it_meanwhile() {
    let host = Host::new();
    let client = holding_one(&host);
    let mut callers: Vec<_> = (0..100).map(|_| reject(&client, "one")).collect();
    assert_eq!(ask(&client), "one");
    host.give(1, "two", DAY);
    run(&mut callers);
    assert!(callers.into_iter().all(|caller| caller.secret() == "two"));
    // Late ones too.
    assert_eq!(reject(&client, "one").secret(), "two");
    assert_eq!((ask(&client).as_str(), host.requests()), ("two", 2));
}

#[test]
fn the_same_token_again_is_an_error_of_its_own_and_others_do_not_notice() {
    let host = Host::new();
    let client = holding_one(&host);
    let mut callers = vec![reject(&client, "one"), reject(&client, "one")];
    host.give(1, "one", DAY);
    run(&mut callers);
    for caller in callers {
        assert_eq!(reason(caller.outcome()), UnusableToken::RejectedAgain);
    }
    assert_eq!(reason(reject(&client, "one").outcome()), UnusableToken::RejectedAgain);
    assert_eq!((ask(&client).as_str(), host.requests()), ("one", 2));
}

#[test]
fn who_rejects_whatever_comes_waits_for_the_pause() {
    let host = Host::new();
    let client = holding_one(&host);
    let mut callers = [reject(&client, "one")];
    host.give(1, "two", DAY);
    run(&mut callers);
    drop(callers);
    assert_eq!(reason(reject(&client, "two").outcome()), UnusableToken::RejectedTooSoon);
    host.pass(10_000);
    assert!(!reject(&client, "two").is_done());
    assert_eq!((ask(&client).as_str(), host.requests()), ("two", 3));
}

#[test]
fn throttling_told_to_who_rejects_takes_nothing_from_others() {
    let host = Host::new();
    let client = holding_one(&host);
    let never = TokenOptions { retry: Some(managed_identity_wasi::RetryPolicy::none()), ..TokenOptions::default() };
    let rejected = request().with_rejected_digest(TokenDigest::of_secret("one"));
    let mut callers = [Caller::of(&client, rejected, never)];
    host.refuse(1, 429, Some(60));
    run(&mut callers);
    let [caller] = callers;
    assert!(matches!(caller.outcome(), Err(Error::Endpoint { .. })));
    assert_eq!(ask(&client), "one");
    assert!(reject(&client, "one").outcome().is_err());
    assert_eq!(host.requests(), 2);
}

#[test]
fn rejected_and_forced_asks_again_even_when_another_token_is_there() {
    let host = Host::new();
    let client = holding_one(&host);
    let rejected = request().with_rejected_digest(TokenDigest::of_secret("zero"));
    let forced = TokenOptions { force_refresh: true, ..TokenOptions::default() };
    let mut callers = [Caller::of(&client, rejected, forced)];
    host.give(1, "zero", DAY);
    run(&mut callers);
    let [caller] = callers;
    assert_eq!(reason(caller.outcome()), UnusableToken::RejectedAgain);
}

#[test]
fn service_fabric_is_told_by_every_flow_until_the_token_is_replaced() {
    let host = Host::new();
    let source = Source::service_fabric("https://127.0.0.1:1/token", "header", &"ab".repeat(20)).unwrap();
    let client = Client::with_effects(source, host.clone());
    let told = |index: usize| host.url(index).contains(&TokenDigest::of_secret("one").to_hexadecimal());
    drop(reject(&client, "one"));
    assert!(told(0));
    host.refuse(0, 400, None);
    assert!(call(&client).outcome().is_err());
    host.pass(1_100);
    // Somebody who knows of no rejection.
    let mut callers = [call(&client)];
    assert!(told(1));
    host.give(1, "two", DAY);
    run(&mut callers);
    let mut callers = [force(&client)];
    assert!(!told(2));
    host.give(2, "three", DAY);
    run(&mut callers);
    assert!(callers[0].is_done());
}
