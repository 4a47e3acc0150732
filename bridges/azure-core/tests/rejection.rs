//! What the SDK's pipeline makes of a rejected token, with the policy that every client of it has and no more.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::http::headers::{AUTHORIZATION, Headers, WWW_AUTHENTICATE};
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{
    AsyncRawResponse, ClientOptions, Context, HttpClient, Method, Pipeline, PipelineSendOptions, Request, StatusCode,
    Transport, Url,
};
use managed_identity_azure_core::{ProviderCredential, ReplaceRejected};
use managed_identity_core::{AccessToken, SourceKind, TokenDigest, TokenFuture, TokenProvider, TokenRequest, UnixTime};

const CLAIMS: &str = r#"Bearer error="insufficient_claims", claims="e30=""#;
const PLAIN: &str = r#"Bearer authorization_uri="https://login/common/oauth2/authorize""#;

/// Gives the token `first`, and `second` to whom that one was rejected.
#[derive(Default)]
struct Tokens(Mutex<Vec<Option<TokenDigest>>>);

impl TokenProvider for Tokens {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        self.0.lock().unwrap().push(request.rejected());
        let secret = if request.rejected().is_some() { "second" } else { "first" };
        let end = UnixTime::from_secs(4_102_444_800);
        let token = AccessToken::new(secret, request.resource(), end, SourceKind::Imds);
        Box::pin(async { Ok(token) })
    }
}

/// A service that takes the token `second` only, and challenges like this for it.
#[derive(Debug)]
struct Service(&'static str);

#[async_trait]
impl HttpClient for Service {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut headers = Headers::new();
        let is_welcome = request.headers().get_optional_str(&AUTHORIZATION) == Some("Bearer second");
        if !is_welcome {
            headers.insert(WWW_AUTHENTICATE, self.0);
        }
        let status = if is_welcome { StatusCode::Ok } else { StatusCode::Unauthorized };
        Ok(AsyncRawResponse::from_bytes(status, headers, ""))
    }
}

/// The statuses of three requests, and what was rejected when a token was asked for.
async fn three_requests(challenge: &'static str) -> ([StatusCode; 3], Vec<Option<TokenDigest>>) {
    let tokens = Arc::new(Tokens::default());
    let credential = ProviderCredential::new(Arc::clone(&tokens));
    let options = ClientOptions {
        transport: Some(Transport::new(Arc::new(Service(challenge)))),
        per_try_policies: vec![ReplaceRejected::new(&credential)],
        ..ClientOptions::default()
    };
    let bearer = Arc::new(BearerTokenAuthorizationPolicy::new(credential, ["https://storage.azure.com/.default"]));
    let pipeline = Pipeline::new(None, None, options, Vec::new(), vec![bearer], None);
    let mut statuses = [StatusCode::Ok; 3];
    for status in &mut statuses {
        let mut request = Request::new(Url::parse("https://account.example/").unwrap(), Method::Get);
        let options = PipelineSendOptions { skip_checks: true, ..Default::default() };
        *status = pipeline.send(&Context::new(), &mut request, Some(options)).await.unwrap().status();
    }
    let asked = tokens.0.lock().unwrap().clone();
    (statuses, asked)
}

#[tokio::test]
async fn after_a_claims_challenge_the_next_request_has_another_token() {
    let (statuses, asked) = three_requests(CLAIMS).await;
    assert_eq!(statuses, [StatusCode::Unauthorized, StatusCode::Ok, StatusCode::Ok]);
    assert_eq!(asked, [None, Some(TokenDigest::of_secret("first"))]);
}

#[tokio::test]
async fn another_401_replaces_nothing() {
    let (statuses, asked) = three_requests(PLAIN).await;
    assert_eq!(statuses, [StatusCode::Unauthorized; 3]);
    assert_eq!(asked, [None; 3], "the SDK asks again after every 401, and nothing was rejected");
}
