//! The middleware.

use std::fmt;

use async_trait::async_trait;
use http::Extensions;
use http::header::AUTHORIZATION;
use managed_identity_core::{AccessToken, BearerChallenge, TokenProvider, TokenRequest};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

use crate::destination::is_for;
use crate::error::NotAuthorized;

/// A middleware that authorizes the requests to one host with tokens of anything that gives them out.
///
/// Requests to other hosts, and those that have an `Authorization` already, are left alone. Where it is behind a middleware
/// that tries requests again, a token is looked up for every try.
pub struct Authorize<P> {
    provider: P,
    request: TokenRequest,
    host: String,
}

impl<P: TokenProvider> Authorize<P> {
    /// Authorizes requests to this host (without scheme and port, in any case) with the provider's tokens for this request.
    /// Several may share one provider, as an `Arc` or a clone of a client.
    pub fn new(provider: P, request: TokenRequest, host: impl Into<String>) -> Self {
        Self { provider, request, host: host.into() }
    }

    async fn token(&self) -> std::result::Result<AccessToken, NotAuthorized> {
        Ok(match self.provider.fresh_token(&self.request) {
            Some(token) => token,
            None => self.provider.get_token(&self.request).await?,
        })
    }

    /// A token in place of this one; `None` when there is none to be had.
    async fn replacement(&self, rejected: &AccessToken) -> Option<AccessToken> {
        let request = self.request.clone().with_rejected_token(rejected);
        self.provider.get_token(&request).await.ok()
    }
}

#[async_trait]
impl<P: TokenProvider + 'static> Middleware for Authorize<P> {
    async fn handle(&self, mut request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
        if request.headers().contains_key(AUTHORIZATION) || !is_for(request.url(), &self.host)? {
            return next.run(request, extensions).await;
        }
        let token = self.token().await?;
        let again = request.try_clone();
        authorize(&mut request, &token)?;
        let response = next.clone().run(request, extensions).await?;
        if !BearerChallenge::rejects_token(response.status(), response.headers()) {
            return Ok(response);
        }
        // Whatever comes in the way of a second try, the service's own words say the most about the first.
        let replacement = self.replacement(&token).await;
        let (Some(mut again), Some(replacement)) = (again, replacement) else { return Ok(response) };
        authorize(&mut again, &replacement)?;
        next.run(again, extensions).await
    }
}

fn authorize(request: &mut Request, token: &AccessToken) -> std::result::Result<(), NotAuthorized> {
    let value = token.authorization().ok_or(NotAuthorized::Unsendable)?;
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

impl<P> fmt::Debug for Authorize<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, host, .. } = self;
        f.debug_struct("Authorize").field("request", request).field("host", host).finish_non_exhaustive()
    }
}
