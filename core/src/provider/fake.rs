//! A provider of tokens for the tests of programs that use them.

use alloc::boxed::Box;
use alloc::format;
use core::sync::atomic::{AtomicU64, Ordering};

use super::token_provider::{TokenFuture, TokenProvider};
use crate::error::Error;
use crate::kind::SourceKind;
use crate::values::{AccessToken, TokenRequest, UnixTime};

/// A [`TokenProvider`] without a network: every call brings the token `fake-N`, where N counts the calls from one, or the
/// error it was made with.
///
/// ```
/// use managed_identity_core::{FakeTokens, TokenProvider as _, TokenRequest};
///
/// # fn block_on<T>(future: impl Future<Output = T>) -> T {
/// #     let mut future = std::pin::pin!(future);
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop {
/// #         if let std::task::Poll::Ready(it) = future.as_mut().poll(&mut context) { return it; }
/// #     }
/// # }
/// let tokens = FakeTokens::new();
/// let request = TokenRequest::for_resource("https://vault.azure.net")?;
/// let token = block_on(tokens.get_token(&request))?;
/// assert_eq!((token.secret(), token.resource(), tokens.calls()), ("fake-1", "https://vault.azure.net", 1));
/// # Ok::<(), managed_identity_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FakeTokens {
    error: Option<Error>,
    calls: AtomicU64,
}

impl FakeTokens {
    /// A provider that always has a token.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A provider that never has one, for this reason.
    #[must_use]
    pub fn failing(error: impl Into<Error>) -> Self {
        Self { error: Some(error.into()), calls: AtomicU64::new(0) }
    }

    /// How often a token was asked for.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl TokenProvider for FakeTokens {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let outcome = match &self.error {
            Some(error) => Err(error.clone()),
            None => Ok(AccessToken::fake(&format!("fake-{call}"), request.resource())),
        };
        Box::pin(core::future::ready(outcome))
    }
}

impl AccessToken {
    /// A token for a test, which does not expire before the year 2100.
    #[must_use]
    pub fn fake(secret: &str, resource: &str) -> Self {
        Self::new(secret, resource, UnixTime::from_secs(4_102_444_800), SourceKind::Imds)
    }
}
