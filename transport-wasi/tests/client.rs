//! The blocking client over scripted effects.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use managed_identity_core::{
    ConfigError, FileError, FileErrorKind, FileRequest, HttpCall, HttpResponse, TransportError, TransportErrorKind,
    UnixTime, UnusableToken,
};
use managed_identity_wasi::{
    AccessToken, Effects, Error, Identity, ManagedIdentityClient, RetryPolicy, Source, TokenOptions, TokenRequest,
};

/// A host with a clock that only waits move, and answers in store.
#[derive(Clone, Default)]
struct Host(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    now: u64,
    calls: usize,
    slept: Vec<Duration>,
    answers: VecDeque<Result<HttpResponse, TransportError>>,
}

impl Host {
    fn new() -> Self {
        let host = Self::default();
        host.0.borrow_mut().now = 1_700_000_000;
        host
    }

    fn client(&self) -> ManagedIdentityClient<Self> {
        ManagedIdentityClient::new(Source::imds("http://127.0.0.1:1").unwrap(), self.clone())
    }

    fn will_give(&self, token: &str, expires_in: u64) {
        let body = format!(r#"{{"access_token":"{token}","expires_in":{expires_in}}}"#);
        self.0.borrow_mut().answers.push_back(Ok(HttpResponse::new(200, body.into_bytes())));
    }

    fn will_answer(&self, status: u16) {
        self.0.borrow_mut().answers.push_back(Ok(HttpResponse::new(status, Vec::new())));
    }

    fn will_fail(&self, kind: TransportErrorKind) {
        self.0.borrow_mut().answers.push_back(Err(TransportError::new(kind, "")));
    }

    fn pass(&self, seconds: u64) {
        self.0.borrow_mut().now += seconds;
    }

    fn calls(&self) -> usize {
        self.0.borrow().calls
    }
}

impl Effects for Host {
    fn now(&mut self) -> UnixTime {
        UnixTime::from_secs(self.0.borrow().now)
    }

    fn seed(&mut self) -> u64 {
        7
    }

    fn send(&mut self, _: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        let mut state = self.0.borrow_mut();
        state.calls += 1;
        state.answers.pop_front().unwrap()
    }

    fn read_file(&mut self, _: &FileRequest) -> Result<Vec<u8>, FileError> {
        Err(FileError::new(FileErrorKind::Denied, ""))
    }

    fn sleep(&mut self, delay: Duration) {
        let mut state = self.0.borrow_mut();
        state.now += delay.as_secs();
        state.slept.push(delay);
    }
}

const VAULT: &str = "https://vault.azure.net";

fn ask(client: &mut ManagedIdentityClient<Host>, options: &TokenOptions) -> Result<AccessToken, Error> {
    client.request(&TokenRequest::for_resource(VAULT).unwrap(), options)
}

#[test]
fn a_usable_token_is_not_asked_for_again() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("one", 3600);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    host.pass(3000);
    assert_eq!(client.get_token(&format!("{VAULT}/.default")).unwrap().secret(), "one");
    assert_eq!(host.calls(), 1);
}

#[test]
fn every_identity_has_a_token_of_its_own() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("system", 3600);
    host.will_give("user", 3600);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "system");
    let user = TokenRequest::for_resource(VAULT).unwrap().with_identity(Identity::ClientId("id".into()));
    assert_eq!(client.request(&user, &TokenOptions::default()).unwrap().secret(), "user");
}

#[test]
fn a_forced_refresh_asks_again() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("one", 3600);
    host.will_give("two", 3600);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    let force = TokenOptions { force_refresh: true, ..TokenOptions::default() };
    assert_eq!(ask(&mut client, &force).unwrap().secret(), "two");
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "two");
}

fn reject(client: &mut ManagedIdentityClient<Host>, token: &AccessToken) -> Result<AccessToken, Error> {
    let request = TokenRequest::for_resource(VAULT).unwrap().with_rejected_token(token);
    client.request(&request, &TokenOptions::default())
}

#[test]
fn a_rejected_token_is_replaced_and_another_one_stays() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("one", 3600);
    host.will_give("two", 3600);
    let one = client.get_token(VAULT).unwrap();
    assert_eq!(reject(&mut client, &one).unwrap().secret(), "two");
    assert_eq!(reject(&mut client, &one).unwrap().secret(), "two");
    assert_eq!(host.calls(), 2);
}

#[test]
fn a_rejected_token_that_comes_again_is_an_error_and_is_not_asked_for_at_once() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("one", 3600);
    host.will_give("one", 3600);
    let one = client.get_token(VAULT).unwrap();
    for _ in 0..3 {
        let Err(Error::Unusable { error, .. }) = reject(&mut client, &one) else { panic!() };
        assert_eq!(error, UnusableToken::RejectedAgain);
    }
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one", "others have no part in it");
    assert_eq!(host.calls(), 2);
}

#[test]
fn a_renewal_that_brings_an_expired_token_leaves_the_old_one() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("one", 24 * 3600);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    host.pass(18 * 3600);
    host.will_give("old", 0);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    assert_eq!(host.calls(), 2);
}

#[test]
fn a_token_that_has_expired_on_arrival_is_handed_out_once() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("old", 0);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "old");
    let Err(Error::Unusable { error, .. }) = client.get_token(VAULT) else { panic!() };
    assert_eq!(error, UnusableToken::ExpiredOnArrival { clock_ahead_by: None });
    assert_eq!(host.calls(), 1);
}

#[test]
fn a_renewal_that_fails_costs_one_attempt_and_no_token() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("one", 24 * 3600);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    host.pass(18 * 3600);
    host.will_answer(503);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    assert_eq!(host.calls(), 2);
    assert!(host.0.borrow().slept.is_empty());
}

#[test]
fn the_old_token_serves_in_its_last_minutes_when_no_other_comes() {
    let host = Host::new();
    let mut client = host.client();
    host.will_give("one", 3600);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    host.pass(3400);
    host.will_answer(400);
    assert_eq!(client.get_token(VAULT).unwrap().secret(), "one");
    host.pass(170);
    host.will_answer(400);
    assert!(matches!(client.get_token(VAULT), Err(Error::Endpoint { .. })));
}

#[test]
fn a_failure_stands_for_a_moment() {
    let host = Host::new();
    let mut client = host.client();
    host.will_fail(TransportErrorKind::Denied);
    let first = client.get_token(VAULT).unwrap_err();
    assert_eq!(client.get_token(VAULT).unwrap_err(), first);
    assert_eq!(host.calls(), 1);
    host.pass(2);
    host.will_give("one", 3600);
    assert!(client.get_token(VAULT).is_ok());
}

#[test]
fn failures_are_retried_unless_the_options_say_otherwise() {
    let host = Host::new();
    let mut client = host.client();
    host.will_answer(503);
    host.will_give("one", 3600);
    assert!(client.get_token(VAULT).is_ok());
    assert_eq!(host.0.borrow().slept.len(), 1);

    let never = TokenOptions { retry: Some(RetryPolicy::none()), force_refresh: true, ..TokenOptions::default() };
    host.will_answer(503);
    assert!(matches!(ask(&mut client, &never), Err(Error::Endpoint { .. })));
    assert_eq!(host.calls(), 3);
}

#[test]
fn a_time_budget_ends_the_retries() {
    let host = Host::new();
    let mut client = host.client();
    host.will_answer(503);
    let options = TokenOptions { time_budget: Some(Duration::ZERO), ..TokenOptions::default() };
    assert!(ask(&mut client, &options).is_err());
    assert!(host.0.borrow().slept.is_empty());
}

#[test]
fn what_the_source_cannot_serve_is_told_without_a_call() {
    let host = Host::new();
    let source = Source::cloud_shell("http://127.0.0.1:1/token").unwrap();
    let mut client = ManagedIdentityClient::new(source, host.clone());
    let request = TokenRequest::for_resource(VAULT).unwrap().with_identity(Identity::ClientId("id".into()));
    let error = client.request(&request, &TokenOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Configuration(ConfigError::UnsupportedIdentity { .. })));
    assert_eq!(host.calls(), 0);
}
