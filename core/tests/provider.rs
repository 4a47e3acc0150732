//! Whatever gives out tokens, seen from whoever needs them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use managed_identity_core::{AccessToken, ConfigError, Error, FakeTokens, TokenFuture, TokenProvider, TokenRequest};

/// The outcome of what does not wait.
fn ready(mut future: TokenFuture<'_>) -> Result<AccessToken, Error> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}

fn request() -> TokenRequest {
    TokenRequest::for_resource("https://vault.azure.net").unwrap()
}

#[test]
fn a_fake_counts_its_calls_and_fails_where_it_is_meant_to() {
    let tokens = FakeTokens::new();
    let secrets = [(), ()].map(|()| ready(tokens.get_token(&request())).unwrap().secret().to_owned());
    assert_eq!((secrets, tokens.calls()), (["fake-1".to_owned(), "fake-2".to_owned()], 2));
    assert!(tokens.fresh_token(&request()).is_none(), "nothing is at hand unless a provider says so");

    let failing = FakeTokens::failing(ConfigError::CredentialsNotChosen);
    assert_eq!(ready(failing.get_token(&request())).unwrap_err(), ConfigError::CredentialsNotChosen.into());
}

/// Has one token, at hand.
struct Fixed(AccessToken);

impl TokenProvider for Fixed {
    fn get_token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async { Ok(self.0.clone()) })
    }

    fn fresh_token(&self, _: &TokenRequest) -> Option<AccessToken> {
        Some(self.0.clone())
    }
}

#[test]
fn a_provider_that_is_shared_gives_what_it_has() {
    let shared: Arc<dyn TokenProvider> = Arc::new(Fixed(AccessToken::fake("t", "https://vault.azure.net")));
    let tokens = [ready(shared.get_token(&request())).ok(), shared.fresh_token(&request())];
    assert!(tokens.iter().all(|it| it.as_ref().is_some_and(|token| token.secret() == "t")), "{tokens:?}");
}
