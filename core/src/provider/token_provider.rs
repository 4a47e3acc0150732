//! The trait of everything that gives out tokens.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::future::Future;
use core::pin::Pin;

use crate::error::Error;
use crate::values::{AccessToken, TokenRequest};

/// A token on its way.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, Error>> + Send + 'a>>;

/// Whatever gives out access tokens: a client, a chain of credentials, a host that lends them, a fake in a test.
///
/// Code that needs tokens takes an `Arc<dyn TokenProvider>` or is generic over this trait, and does not know where they
/// come from. The native client implements it; with the feature `testing` there is a fake, `FakeTokens`. An own one is
/// short:
///
/// ```
/// use managed_identity_core::{AccessToken, SourceKind, TokenFuture, TokenProvider, TokenRequest, UnixTime};
///
/// /// Hands out one token, however it came here.
/// struct Fixed(AccessToken);
///
/// impl TokenProvider for Fixed {
///     fn get_token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
///         Box::pin(async { Ok(self.0.clone()) })
///     }
/// }
///
/// let token = AccessToken::new("eyJ...", "https://vault.azure.net", UnixTime::from_secs(4_102_444_800), SourceKind::Imds);
/// let provider: Box<dyn TokenProvider> = Box::new(Fixed(token));
/// # drop(provider);
/// ```
pub trait TokenProvider: Send + Sync {
    /// A usable token for this request. When the request names a token that a resource rejected
    /// ([`TokenRequest::with_rejected_token`]), another one than that.
    ///
    /// # Errors
    /// Any [`Error`].
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a>;

    /// The token for this request, if it is at hand and needs no renewal: without waiting, and where possible without an
    /// allocation. `None` says nothing but that [`get_token`](Self::get_token) has to be asked.
    fn fresh_token(&self, request: &TokenRequest) -> Option<AccessToken> {
        let _ = request;
        None
    }
}

impl<P: TokenProvider + ?Sized> TokenProvider for Arc<P> {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        (**self).get_token(request)
    }

    fn fresh_token(&self, request: &TokenRequest) -> Option<AccessToken> {
        (**self).fresh_token(request)
    }
}
