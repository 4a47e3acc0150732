//! Answers that never end, a byte at a time: each byte comes soon enough, the whole does not.

use std::io::Write as _;
use std::iter;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use managed_identity_reqwest::core::{Platform, TransportErrorKind};
use managed_identity_reqwest::{Error, ManagedIdentityClient, RetryPolicy, Source};
use managed_identity_tests::listener::{Listener, read_request};

use crate::{HERE, RESOURCE, TOKEN, at};

/// What the callers grant, and what a busy machine may add.
const BUDGET: Duration = Duration::from_millis(400);
const GRACE: Duration = Duration::from_secs(5);
const BETWEEN_BYTES: Duration = Duration::from_millis(3);

fn drip(stream: &mut TcpStream, bytes: impl IntoIterator<Item = u8>) {
    for byte in bytes {
        // Ends when the client hangs up.
        if stream.write_all(&[byte]).is_err() {
            return;
        }
        thread::sleep(BETWEEN_BYTES);
    }
}

/// Answers each request with `start`, and then with `again` and `again`, byte by byte.
fn endless(start: &'static str, again: &'static str) -> Listener {
    let serve = move |mut stream: TcpStream| {
        if read_request(&mut stream).is_ok() && stream.write_all(start.as_bytes()).is_ok() {
            drip(&mut stream, iter::repeat(again.bytes()).flatten());
        }
    };
    Listener::start(HERE, serve).unwrap()
}

/// How several callers of this source fare who share one request, and how long it takes them.
async fn fare(source: Source) -> (Vec<Error>, Duration) {
    let client = ManagedIdentityClient::builder().source(source).time_budget(BUDGET).build().unwrap();
    let started = Instant::now();
    let outcomes = tokio::time::timeout(2 * GRACE, join_all((0..4).map(|_| client.get_token(RESOURCE)))).await;
    (outcomes.unwrap().into_iter().map(Result::unwrap_err).collect(), started.elapsed())
}

fn assert_in_time(what: &str, (errors, elapsed): (Vec<Error>, Duration)) {
    for error in errors {
        let is_timeout =
            matches!(&error, Error::Transport { error, .. } if error.kind() == TransportErrorKind::Timeout);
        assert!(is_timeout, "{what}: {error}");
    }
    assert!((BUDGET..BUDGET + GRACE).contains(&elapsed), "{what}: {elapsed:?}");
}

#[tokio::test]
async fn an_answer_that_drips_for_ever_ends_with_the_time_budget() {
    let head = "HTTP/1.1 200 OK\r\n";
    let cases = [
        ("nothing at all", "", ""),
        ("a status line", "HTTP/1.1 200 ", "O"),
        ("a header", "HTTP/1.1 200 OK\r\nx-long: ", "x"),
        ("headers", head, "a: b\r\n"),
        ("answers before the answer", "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
        ("a body of a length", "HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n", " "),
        ("a body in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\n \r\n"),
        ("the length of a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "0"),
        ("a body until the end", "HTTP/1.1 200 OK\r\n\r\n", " "),
        ("a failure's body", "HTTP/1.1 503 Busy\r\n\r\n", " "),
    ];
    let fares = cases.map(|(what, start, again)| async move {
        let listener = endless(start, again);
        (what, fare(Source::imds(&listener.base_url()).unwrap()).await)
    });
    for (what, fare) in join_all(fares).await {
        assert_in_time(what, fare);
    }
}

#[tokio::test]
async fn a_challenge_that_drips_for_ever_ends_with_the_time_budget() {
    for (what, again) in [("a realm", "a"), ("challenges", "\r\nwww-authenticate: Basic realm=/a.key")] {
        let listener = endless("HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=/", again);
        let source = Source::azure_arc(&at(listener.address()), "/keys", Platform::Linux).unwrap();
        assert_in_time(what, fare(source).await);
    }
}

/// A Service Fabric endpoint whose handshake never comes to an end.
fn endless_handshake() -> (Listener, Source) {
    // The header of a handshake record of 16 KiB, whose content then comes byte by byte.
    let serve = |mut stream: TcpStream| drip(&mut stream, [22, 3, 3, 64, 0].into_iter().chain(iter::repeat(0)));
    let listener = Listener::start(HERE, serve).unwrap();
    let endpoint = at(listener.address()).replace("http:", "https:");
    let source = Source::service_fabric(&endpoint, "identity-header", &"ab".repeat(20)).unwrap();
    (listener, source)
}

#[tokio::test]
async fn a_handshake_that_drips_for_ever_ends_with_the_time_budget() {
    let (_listener, source) = endless_handshake();
    assert_in_time("a handshake", fare(source).await);
}

#[tokio::test]
async fn a_handshake_that_drips_for_ever_ends_with_the_limit_on_connecting() {
    let (_listener, source) = endless_handshake();
    let builder = ManagedIdentityClient::builder().source(source).retry(RetryPolicy::none());
    let client = builder.connect_timeout(Duration::from_secs(1)).build().unwrap();
    let error = tokio::time::timeout(2 * GRACE, client.get_token(RESOURCE)).await.unwrap().unwrap_err();
    let is_connect = matches!(&error, Error::Transport { error, .. } if error.kind() == TransportErrorKind::Connect);
    assert!(is_connect, "{error}");
}

#[tokio::test]
async fn an_answer_that_drips_but_ends_in_time_is_taken() {
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{TOKEN}", TOKEN.len());
    let serve = move |mut stream: TcpStream| {
        if read_request(&mut stream).is_ok() {
            drip(&mut stream, answer.bytes());
        }
    };
    let listener = Listener::start(HERE, serve).unwrap();
    let source = Source::imds(&listener.base_url()).unwrap();
    let client = ManagedIdentityClient::builder().source(source).build().unwrap();
    assert_eq!(client.get_token(RESOURCE).await.unwrap().secret(), "the-whole-token");
}
