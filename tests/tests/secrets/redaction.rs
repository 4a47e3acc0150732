//! No public type shows the secret that it holds, whatever the secret is.
//!
//! Those of `managed_identity_core` that can hold one are made here, and those of the native client. The others are plain
//! facts: names, times, limits, and errors, which are here because endpoints can send a secret back.

use std::fmt::{Debug, Display};
use std::sync::Arc;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, CacheKey, DetectionOptions, Environment, Error, FileError, FileRequest, HostFacts, HttpCall,
    HttpResponse, Lookup, Platform, RefreshPolicy, Secret, Source, SourceKind, Step, TokenCache, TransportError,
    UnixTime, detect,
};
use managed_identity_reqwest::{AsyncEffects, BoxFuture, ManagedIdentityClient, RetryPolicy};
use proptest::prelude::*;

use crate::flows::{
    NOW, RESOURCE, arc_file, azure_arc, cache_with, done, expiry, http as http_step, proven, put, sources_with_header,
    start, token_request, workload_identity,
};
use crate::leak::form_in;

/// Legal as a header value, a key, an assertion and a token, with everything in it that escapes and encodings change.
const SECRETS: &str = "[!-~]{16,64}";

/// What is shown of public types, each under its name.
#[derive(Default)]
struct Shown(Vec<(String, String)>);

impl Shown {
    fn debug(&mut self, name: &str, value: &dyn Debug) {
        self.0.push((name.to_owned(), format!("{value:?}")));
        self.0.push((format!("{name}, pretty"), format!("{value:#?}")));
    }

    fn display(&mut self, name: &str, value: &dyn Display) {
        self.0.push((format!("{name}, displayed"), value.to_string()));
    }

    fn leaks(&self, secret: &str) -> Vec<String> {
        let leak = |(name, text): &(String, String)| Some(format!("{name} {}: {text}", form_in(text, secret)?));
        self.0.iter().filter_map(leak).collect()
    }
}

fn access_token(secret: &str) -> AccessToken {
    AccessToken::new(Secret::new(secret.to_owned()), RESOURCE.to_owned(), expiry(), SourceKind::Imds)
}

/// The call, its parts, and what waits for its answer.
fn show_call(shown: &mut Shown, name: &str, step: Step, secret: &str) {
    shown.debug(&format!("{name}: Step::Http"), &step);
    let (call, then) = http_step(step);
    shown.debug(&format!("{name}: HttpCall"), &call);
    shown.debug(&format!("{name}: AwaitResponse"), &then);
    let request = call.request();
    let holds = |text: &str| form_in(text, secret).is_some();
    assert!(holds(request.body()) || request.headers().iter().any(|header| holds(header.value())), "{name}");
    shown.debug(&format!("{name}: HttpRequest"), request);
    shown.display(&format!("{name}: Endpoint"), request.url());
    for header in request.headers() {
        shown.debug(&format!("{name}: HttpHeader"), header);
    }
    let (converted, _) = call.into_http().unwrap();
    shown.debug(&format!("{name}: http's request"), &converted);
    let waiting = then.resume(Ok(HttpResponse::new(503, secret.as_bytes().to_vec())), NOW);
    shown.debug(&format!("{name}: Step::Sleep"), &waiting);
    if let Step::Sleep { then, cause, .. } = waiting {
        shown.debug(&format!("{name}: AwaitWake"), &then);
        shown.display(&format!("{name}: RetryCause"), &cause);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_holds_a_source_or_its_requests(secret in SECRETS) {
        let mut shown = Shown::default();
        for source in sources_with_header(&secret) {
            let name = source.kind().to_string();
            shown.debug(&format!("{name}: Source"), &source);
            shown.debug(&format!("{name}: Acquire"), &Acquire::new(source.clone(), token_request()).unwrap());
            shown.debug(&format!("{name}: client builder"), &ManagedIdentityClient::builder().source(source.clone()));
            let client = ManagedIdentityClient::builder().source(source.clone()).build().unwrap();
            shown.debug(&format!("{name}: client"), &client);
            shown.debug(&format!("{name}: handle"), &client.resource(RESOURCE).unwrap());
            show_call(&mut shown, &name, start(source), &secret);
        }
        for source in [azure_arc(), workload_identity()] {
            let name = source.kind().to_string();
            let (call, then) = proven(source, secret.clone());
            show_call(&mut shown, &name, Step::Http { call, then }, &secret);
        }
        prop_assert_eq!(shown.leaks(&secret), Vec::<String>::new());
    }

    #[test]
    fn what_holds_the_environment(secret in SECRETS) {
        let mut shown = Shown::default();
        for (endpoint, header) in [("IDENTITY_ENDPOINT", "IDENTITY_HEADER"), ("MSI_ENDPOINT", "MSI_SECRET")] {
            let environment = Environment::from_lookup(|name| match name {
                _ if name == endpoint => Some("http://127.0.0.1:8081/token".to_owned()),
                _ if name == header => Some(secret.clone()),
                _ => None,
            });
            prop_assert_eq!(environment.var(header), Some(secret.as_str()));
            let facts = HostFacts::of(Platform::Linux);
            let builder = ManagedIdentityClient::builder().environment(environment.clone(), facts);
            shown.debug("Environment", &environment);
            shown.debug("client builder", &builder);
            shown.debug("Detection", &detect(&environment, facts, DetectionOptions::default()).unwrap());
        }
        prop_assert_eq!(shown.leaks(&secret), Vec::<String>::new());
    }

    #[test]
    fn what_holds_a_token(secret in SECRETS) {
        let mut shown = Shown::default();
        let token = access_token(&secret);
        prop_assert_eq!(token.secret(), secret.as_str());
        shown.debug("Secret", &Secret::new(secret.clone()));
        shown.debug("AccessToken", &token);
        shown.debug("AccessToken, detached", &token.detached_clone());
        shown.debug("header value", &token.authorization().unwrap());
        shown.debug("TokenRequest", &token_request().with_rejected_token(&token));
        shown.debug("Step::Done", &Step::Done(Ok(token.clone())));
        let (mut cache, key) = cache_with(token.clone());
        shown.debug("TokenCache", &cache);
        shown.debug("CacheKey", &key);
        shown.debug("held", &cache.held(&key));
        shown.debug("Lookup::Fresh", &cache.lookup(&key, NOW));
        let late = expiry().saturating_sub(Duration::from_secs(400));
        shown.debug("Lookup::Stale", &cache.lookup(&key, late));
        put(&mut cache, &key, token);
        shown.debug("TokenCache, later", &cache);
        prop_assert_eq!(shown.leaks(&secret), Vec::<String>::new());
    }

    #[test]
    fn what_holds_an_answer(secret in SECRETS) {
        let mut shown = Shown::default();
        let quoted = serde_json::to_string(&secret).unwrap();
        let answer = HttpResponse::new(200, format!(r#"{{"access_token":{quoted},"expires_in":60}}"#).into_bytes());
        shown.debug("HttpResponse", &answer.with_header("www-authenticate", secret.as_bytes()));
        let (file, then) = arc_file();
        shown.debug("FileRequest", &file);
        shown.debug("AwaitFile", &then);
        prop_assert_eq!(shown.leaks(&secret), Vec::<String>::new());
    }

    #[test]
    fn a_client_that_has_got_a_token(secret in SECRETS) {
        let mut shown = Shown::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = ManagedIdentityClient::builder()
            .source(Source::app_service("http://127.0.0.1:8081/token", &secret).unwrap())
            .retry(RetryPolicy::none())
            .effects(Arc::new(Echo(secret.clone())))
            .build()
            .unwrap();
        let handle = client.resource(RESOURCE).unwrap();
        let token = runtime.block_on(handle.get_token()).unwrap();
        prop_assert_eq!(token.secret(), secret.as_str());
        shown.debug("client", &client);
        shown.debug("handle", &handle);
        shown.debug("metrics", &client.metrics());
        shown.debug("token", &token);
        prop_assert_eq!(shown.leaks(&secret), Vec::<String>::new());
    }

    #[test]
    fn an_error_of_an_endpoint_that_sends_the_secret_back(
        secret in SECRETS,
        pad in 0_usize..1100,
        status in prop::sample::select(vec![200, 302, 400, 401, 403, 404, 429, 500]),
        body in any::<prop::sample::Index>(),
    ) {
        let mut shown = Shown::default();
        let quoted = serde_json::to_string(&secret).unwrap();
        let padded = serde_json::to_string(&format!("{}{secret}", "x".repeat(pad))).unwrap();
        let bodies = [
            secret.clone(),
            quoted.clone(),
            format!(r#"{{"error":{quoted},"error_description":{padded},"correlation_id":{quoted},"trace_id":{quoted}}}"#),
            format!(r#"{{"error":{padded},"message":{quoted}}}"#),
            format!(r#"{{"statusCode":400,"message":{padded},"correlationId":{quoted}}}"#),
            format!(r#"{{"code":{padded},"Message":{padded}}}"#),
            format!(r#"{{"error":{{"code":{quoted},"message":{padded},"correlationId":{padded}}}}}"#),
            format!(r#"{{{quoted}:{quoted}}}"#),
            format!(r#"{{"access_token":{quoted}}}"#),
            format!(r#"{{"access_token":{quoted},"expires_on":{quoted}}}"#),
            format!(r#"{{"access_token":{quoted},"expires_in":{padded}}}"#),
            format!(r#"{{"access_token":" {quoted}","expires_in":60}}"#),
            format!(r#"{{"access_token":"a","expires_in":60,"token_type":{quoted},"resource":{padded}}}"#),
        ];
        let answer = || {
            HttpResponse::new(status, body.get(&bodies).clone().into_bytes())
                .with_header("www-authenticate", format!("Basic realm={secret}").as_bytes())
                .with_header("retry-after", secret.as_bytes())
                .with_header("location", secret.as_bytes())
        };
        for step in steps_with(&secret) {
            let (_, then) = http_step(step);
            let step = then.resume(Ok(answer()), NOW);
            shown.debug("Step", &step);
            let Step::Done(outcome) = step else { continue };
            shown.debug("outcome", &outcome);
            if let Err(error) = outcome {
                shown.display("Error", &error);
                shown.debug("TokenCache", &failed_with(error));
            }
        }
        prop_assert_eq!(shown.leaks(&secret), Vec::<String>::new());
    }

    #[test]
    fn an_error_of_a_file_whose_content_is_no_key(secret in SECRETS) {
        let mut shown = Shown::default();
        for content in [format!("{secret}\r\nx-header: 1"), format!("{secret}\0"), secret.repeat(300), format!("{secret}\u{e9}")] {
            let error = done(arc_file().1.resume(Ok(content.into_bytes()))).unwrap_err();
            shown.debug("Error", &error);
            shown.display("Error", &error);
        }
        prop_assert_eq!(shown.leaks(&secret), Vec::<String>::new());
    }
}

/// A request with the secret in it, of each source that sends one.
fn steps_with(secret: &str) -> Vec<Step> {
    let proven = [azure_arc(), workload_identity()].map(|source| {
        let (call, then) = proven(source, secret.to_owned());
        Step::Http { call, then }
    });
    sources_with_header(secret).map(start).into_iter().chain(proven).collect()
}

/// A cache in which this failure stands.
fn failed_with(error: Error) -> TokenCache {
    let key = CacheKey::new(&azure_arc(), &token_request());
    let mut cache = TokenCache::new(RefreshPolicy::default());
    let Lookup::Elected(lease) = cache.lookup(&key, NOW) else { panic!("not elected") };
    cache.settle(lease, &Err(error), NOW, 1);
    cache
}

/// An endpoint that hands out the secret as its token, beside it in other places.
struct Echo(String);

impl AsyncEffects for Echo {
    fn send(&self, _: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let quoted = serde_json::to_string(&self.0).unwrap();
        let body =
            format!(r#"{{"access_token":{quoted},"expires_in":3600,"token_type":{quoted},"resource":"{RESOURCE}"}}"#);
        Box::pin(async move { Ok(HttpResponse::new(200, body.into_bytes())) })
    }

    fn read_file<'a>(&'a self, _: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        unreachable!("this source reads no file")
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn now(&self) -> UnixTime {
        NOW
    }

    fn seed(&self) -> u64 {
        1
    }
}
