//! Answers that end at every byte.

use std::collections::VecDeque;
use std::fs;
use std::sync::{Arc, Mutex};

use managed_identity_reqwest::core::{Platform, TransportErrorKind};
use managed_identity_reqwest::{AccessToken, Error, ManagedIdentityClient, NativeEffects, RetryPolicy, Source};
use managed_identity_tests::listener::{self, Listener};

use crate::{HERE, RESOURCE, TOKEN, at};

/// Sends the next of some answers to each connection.
struct Endpoint {
    listener: Listener,
    answers: Arc<Mutex<VecDeque<Vec<u8>>>>,
    effects: Arc<NativeEffects>,
}

impl Endpoint {
    fn start() -> Self {
        let answers = Arc::<Mutex<VecDeque<Vec<u8>>>>::default();
        let left = Arc::clone(&answers);
        let next = move || left.lock().unwrap().pop_front().unwrap_or_default();
        let listener = Listener::start(HERE, move |stream| listener::answer(stream, &next())).unwrap();
        Self { listener, answers, effects: Arc::new(NativeEffects::builder().build()) }
    }

    /// What a client makes of these answers that has seen none before, and how many requests it sends.
    async fn ask(&self, source: &Source, answers: &[&[u8]]) -> (Result<AccessToken, Error>, usize) {
        *self.answers.lock().unwrap() = answers.iter().map(|answer| answer.to_vec()).collect();
        let before = self.listener.connections();
        let client = ManagedIdentityClient::builder()
            .source(source.clone())
            .retry(RetryPolicy::none())
            .effects(self.effects.clone())
            .build()
            .unwrap();
        let outcome = client.get_token(RESOURCE).await;
        (outcome, self.listener.connections() - before)
    }
}

/// The same answer in the three ways to say where it ends.
fn forms(head: &str, body: &str) -> [(&'static str, Vec<u8>); 3] {
    let (first, rest) = body.split_at(body.len() / 2);
    let chunk = |text: &str| format!("{:x};extension=1\r\n{text}\r\n", text.len());
    let length = body.len();
    [
        ("a length", format!("{head}content-length: {length}\r\n\r\n{body}")),
        (
            "chunks",
            format!("{head}transfer-encoding: chunked\r\n\r\n{}{}0\r\nx-trailer: 1\r\n\r\n", chunk(first), chunk(rest)),
        ),
        ("the connection's end", format!("{head}\r\n{body}")),
    ]
    .map(|(name, text)| (name, text.into_bytes()))
}

fn is_broken(error: &Error) -> bool {
    matches!(error, Error::Transport { error, .. }
        if matches!(error.kind(), TransportErrorKind::Broken | TransportErrorKind::Protocol))
}

#[tokio::test]
async fn a_token_answer_that_is_cut_at_any_byte_gives_no_token() {
    let endpoint = Endpoint::start();
    let source = Source::imds(&endpoint.listener.base_url()).unwrap();
    for (form, answer) in forms("HTTP/1.1 200 OK\r\nconnection: close\r\n", TOKEN) {
        for end in 0..answer.len() {
            let (outcome, _) = endpoint.ask(&source, &[&answer[..end]]).await;
            let error = outcome.expect_err(form);
            let expected = is_broken(&error) || matches!(error, Error::InvalidResponse { .. });
            assert!(expected, "{form}, cut after {end} bytes: {error}");
        }
        let (outcome, _) = endpoint.ask(&source, &[&answer]).await;
        assert_eq!(outcome.unwrap().secret(), "the-whole-token", "{form}");
    }
}

#[tokio::test]
async fn an_exchange_with_azure_arc_that_is_cut_at_any_byte_gives_no_token() {
    let endpoint = Endpoint::start();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("agent.key");
    fs::write(&key, "the-key").unwrap();
    let folder = folder.path().to_str().unwrap();
    let source = Source::azure_arc(&at(endpoint.listener.address()), folder, Platform::Linux).unwrap();
    let head = format!(
        "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\nwww-authenticate: Basic realm={}\r\n",
        key.display()
    );
    let whole_token = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{TOKEN}").into_bytes();

    // Nothing in a challenge's body counts; one that ends with the connection may as well be empty.
    let [length, chunks, _] = forms(&head, r#"{"error":"unauthorized"}"#);
    let [_, _, nothing] = forms(&head, "");
    for (form, challenge) in [length, chunks, nothing] {
        for end in 0..challenge.len() {
            let (outcome, requests) = endpoint.ask(&source, &[&challenge[..end], &whole_token]).await;
            let error = outcome.expect_err(form);
            assert!(is_broken(&error), "{form}, cut after {end} bytes: {error}");
            assert_eq!(requests, 1, "{form}, cut after {end} bytes: no key is sent after half a challenge");
        }
        let (outcome, requests) = endpoint.ask(&source, &[&challenge, &whole_token]).await;
        assert_eq!((outcome.unwrap().secret(), requests), ("the-whole-token", 2), "{form}");
    }

    let [(_, challenge), _, _] = forms(&head, "");
    for (form, answer) in forms("HTTP/1.1 200 OK\r\nconnection: close\r\n", TOKEN) {
        for end in 0..answer.len() {
            let (outcome, requests) = endpoint.ask(&source, &[&challenge, &answer[..end]]).await;
            let error = outcome.expect_err(form);
            let expected = is_broken(&error) || matches!(error, Error::InvalidResponse { .. });
            assert!(expected, "{form}, cut after {end} bytes: {error}");
            assert_eq!(requests, 2, "{form}, cut after {end} bytes");
            assert!(!format!("{error} {error:?}").contains("the-key"), "{error:?}");
        }
    }
}
