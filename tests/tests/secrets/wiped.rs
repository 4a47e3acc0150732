//! What holds a secret wipes it when it is dropped, and leaves no copy behind on the way.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use managed_identity_core::http::{HeaderValue, Response};
use managed_identity_core::{
    AccessToken, Acquire, Environment, Error, FileError, FileRequest, HttpCall, HttpResponse, InvalidResponse,
    OtherContent, Secret, Source, SourceKind, Step, TokenDigest, TokenRequest, TransportError, UnixTime,
};
use managed_identity_reqwest::{AsyncEffects, BoxFuture, ManagedIdentityClient};
use tempfile::TempDir;

use crate::flows::{
    self, NOW, RESOURCE, arc_file, azure_arc, azure_arc_with, cache_with, challenge, done, expiry, http, proven, put,
    start, workload_identity,
};
use crate::memory::{Hidden, assert_gone, assert_wiped};

fn token(secret: &Hidden) -> AccessToken {
    AccessToken::new(secret.reveal(), RESOURCE, expiry(), SourceKind::Imds)
}

/// An answer with this token in it.
fn answer(secret: &Hidden) -> HttpResponse {
    HttpResponse::new(200, secret.within(r#"{"access_token":""#, r#"","expires_in":"3600"}"#).into_bytes())
}

#[test]
fn an_access_token_with_its_last_clone() {
    let secret = Hidden::new();
    let first = token(&secret);
    let (second, third) = (first.clone(), first.detached_clone());
    drop((first, second));
    assert_ne!(secret.pieces_in_memory(), 0, "a clone still holds it");
    assert_wiped(&[&secret], || third);
}

#[test]
fn a_secret_and_its_clone() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || Secret::new(secret.reveal()).clone());
}

#[test]
fn the_snapshot_of_the_environment() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || {
        let environment = Environment::from_lookup(|name| (name == "IDENTITY_HEADER").then(|| secret.reveal()));
        (environment.clone(), environment)
    });
}

#[test]
fn the_requests_of_a_source_with_an_identity_header() {
    let secret = Hidden::new();
    let sources = |secret: &Hidden| flows::sources_with_header(Secret::new(secret.reveal()).expose());
    assert_wiped(&[&secret], || sources(&secret));
    for index in 0..3 {
        assert_wiped(&[&secret], || {
            let (call, then) = http(start(sources(&secret)[index].clone()));
            drop(then);
            let (request, _) = call.into_parts();
            request
        });
        assert_wiped(&[&secret], || {
            let (call, then) = http(start(sources(&secret)[index].clone()));
            drop(then);
            let (request, _) = call.into_http().unwrap();
            // As a library does that keeps the headers for a second attempt.
            (request.headers().clone(), request)
        });
    }
}

/// Why the machine makes header values as it does: those that are made from a text keep a copy that nobody wipes.
#[test]
fn a_header_value_of_the_ordinary_kind_leaves_the_secret_behind() {
    let secret = Hidden::new();
    drop(HeaderValue::try_from(secret.reveal()).unwrap());
    assert_ne!(secret.pieces_in_memory(), 0, "the test of the requests could not fail");
}

#[test]
fn an_answer_of_the_http_crate() {
    let secret = Hidden::new();
    let answered = |secret: &Hidden| Response::new(secret.within(r#"{"access_token":""#, r#"","expires_in":"3600"}"#));
    assert_wiped(&[&secret], || HttpResponse::from(answered(&secret)));
    let (_, then) = http(start(Source::imds("http://127.0.0.1:1").unwrap()));
    assert_wiped(&[&secret], || done(then.resume(Ok(answered(&secret)), NOW)).unwrap());
}

#[test]
fn the_header_that_a_token_is_sent_in() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || token(&secret).authorization().unwrap().clone());
}

#[test]
fn the_body_of_an_answer() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || answer(&secret));
}

#[test]
fn the_content_of_a_key_file_and_the_header_it_becomes() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || arc_file().1.resume(Ok(secret.reveal().into_bytes())));
    assert_wiped(&[&secret], || arc_file().1.resume(Ok(secret.within("", "\r\n").into_bytes())));
    assert_wiped(&[&secret], || proven(azure_arc(), secret.reveal()).0.into_parts().0);
    assert_wiped(&[&secret], || proven(azure_arc(), secret.reveal()).0.into_http().unwrap());
    // What is refused is wiped too.
    drop(arc_file().1.resume(Ok(secret.within("", "\0").into_bytes())));
    assert_gone(&[&secret]);
}

#[test]
fn a_federated_token_and_the_form_it_becomes() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || proven(workload_identity(), secret.reveal()));
    assert_wiped(&[&secret], || proven(workload_identity(), secret.within(" ", "\n")).0.into_parts().0);
    assert_wiped(&[&secret], || {
        let (request, _) = proven(workload_identity(), secret.reveal()).0.into_http().unwrap();
        // As a library does that sends the body: it shares the buffer.
        let body = Bytes::from_owner(request.into_body());
        (body.clone(), body)
    });
    // Behind so much that there is no room for it without moving.
    assert_wiped(&[&secret], || {
        let request = TokenRequest::for_resource(&"https://vault.azure.net/".repeat(100)).unwrap();
        let step = Acquire::new(workload_identity(), request).unwrap().start(1, NOW);
        flows::file(step).1.resume(Ok(secret.reveal().into_bytes()))
    });
}

#[test]
fn a_whole_flow_but_for_the_token_that_is_handed_out() {
    let (key, secret) = (Hidden::new(), Hidden::new());
    for source in [azure_arc(), workload_identity()] {
        assert_wiped(&[&secret], || {
            let (call, then) = proven(source, key.reveal());
            drop(call);
            let token = done(then.resume(Ok(answer(&secret)), NOW)).unwrap();
            assert_gone(&[&key]);
            token
        });
    }
}

#[test]
fn an_answer_that_holds_a_token_and_is_refused() {
    for (end, expected) in [
        (r#""}"#, InvalidResponse::NoExpiry),
        (r#"","expires_in":"soon"}"#, InvalidResponse::InvalidExpiry),
        (r#"","expires_in":60"#, InvalidResponse::NotAnObject { found: OtherContent::Json }),
        (r#" ","expires_in":60}"#, InvalidResponse::IllegalAccessToken { found: "a blank" }),
    ] {
        let secret = Hidden::new();
        let body = secret.within(r#"{"access_token":""#, end);
        let (_, then) = http(start(Source::imds("http://127.0.0.1:1").unwrap()));
        let error = done(then.resume(Ok(HttpResponse::new(200, body.into_bytes())), NOW)).unwrap_err();
        assert!(matches!(&error, Error::InvalidResponse { error, .. } if *error == expected), "{error}");
        assert_gone(&[&secret]);
    }
}

#[test]
fn a_flow_that_is_given_up_while_it_waits() {
    let secret = Hidden::new();
    assert_wiped(&[&secret], || {
        let (call, then) = proven(azure_arc(), secret.reveal());
        drop(call);
        let step = then.resume(Ok(HttpResponse::new(503, Vec::new())), NOW);
        assert!(matches!(step, Step::Sleep { .. }), "{step:?}");
        step
    });
}

#[test]
fn a_flow_that_a_panic_takes_down() {
    // The first panic loads what unwinds the stack, and the dynamic linker puts the processor's registers on the stack then,
    // in which there may still be what was copied last. No library can wipe those.
    assert!(catch_unwind(|| panic!("on purpose")).is_err());
    let secret = Hidden::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let (call, then) = proven(azure_arc(), secret.reveal());
        assert_ne!(secret.pieces_in_memory(), 0);
        assert!(call.request().body().len() > 1, "on purpose");
        then
    }));
    assert!(outcome.is_err());
    assert_gone(&[&secret]);
}

#[test]
fn a_cached_token_that_is_replaced_or_rejected_or_dropped_with_the_cache() {
    let (first, second, third) = (Hidden::new(), Hidden::new(), Hidden::new());
    let (mut cache, key) = cache_with(token(&first));
    assert_ne!(first.pieces_in_memory(), 0);
    put(&mut cache, &key, token(&second));
    assert_gone(&[&first]);
    assert_ne!(second.pieces_in_memory(), 0);

    // Others keep it until another one is there.
    let rejected = TokenDigest::of(cache.held(&key).unwrap().0);
    cache.reject(&key, rejected, NOW);
    assert_ne!(second.pieces_in_memory(), 0);

    put(&mut cache, &key, token(&third));
    assert_gone(&[&second]);
    assert_wiped(&[&third], || cache);
}

#[test]
fn a_key_file_that_was_read_from_the_disk() {
    let secret = Hidden::new();
    let folder = TempDir::with_prefix("managed-identity-").unwrap();
    let path = folder.path().to_str().unwrap();
    fs::write(folder.path().join("x.key"), Secret::new(secret.reveal()).expose()).unwrap();
    assert_gone(&[&secret]);
    let wanted = || {
        let (_, then) = http(start(azure_arc_with(path)));
        flows::file(then.resume(Ok(challenge(path)), NOW))
    };
    assert_wiped(&[&secret], || {
        let (file, then) = wanted();
        then.resume(managed_identity_fs::read(&file))
    });
    // A file that is refused after it was read in part: the limit is below its length as soon as it has grown.
    let (mut file, _) = wanted();
    file.max_len = 16;
    assert!(managed_identity_fs::read(&file).is_err());
    assert_gone(&[&secret]);
}

/// An agent that answers a key with a token, both of which are in memory only on their way.
struct Agent {
    key: Hidden,
    token: Hidden,
}

impl AsyncEffects for Agent {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            Ok(match call.request().header("authorization") {
                None => challenge(flows::KEY_FOLDER),
                Some(_) => answer(&self.token),
            })
        })
    }

    fn read_file<'a>(&'a self, _: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(Ok(self.key.reveal().into_bytes())))
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

/// But for what the HTTP library keeps, which is not asked here.
#[test]
fn a_native_client_with_the_tokens_it_has_cached() {
    let agent = Arc::new(Agent { key: Hidden::new(), token: Hidden::new() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder =
        ManagedIdentityClient::builder().source(azure_arc()).effects(Arc::clone(&agent) as Arc<dyn AsyncEffects>);
    assert_wiped(&[&agent.token], || {
        let client = builder.build().unwrap();
        let handle = client.resource(RESOURCE).unwrap();
        let token =
            runtime.block_on(async { (handle.get_token().await.unwrap(), client.get_token(RESOURCE).await.unwrap()) });
        assert_gone(&[&agent.key]);
        (client, handle, token)
    });
}
#[test]
fn an_error_whose_answer_sends_the_secret_back() {
    let secret = Hidden::new();
    let (call, then) = proven(azure_arc(), secret.reveal());
    drop(call);
    let body = secret.within(r#"{"error":"invalid_key","error_description":"no such key: "#, r#""}"#);
    let error = done(then.resume(Ok(HttpResponse::new(400, body.into_bytes())), NOW)).unwrap_err();
    assert!(error.to_string().contains("no such key: [redacted]"), "{error}");
    assert_gone(&[&secret]);
}
