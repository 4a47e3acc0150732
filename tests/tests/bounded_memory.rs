//! However much an endpoint sends, the client takes in little and keeps less. The one test of its process, whose memory it
//! measures.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use managed_identity_reqwest::{Error, ManagedIdentityClient, RetryPolicy, Source};
use managed_identity_tests::held_by_process::peak_memory_kib;
use managed_identity_tests::listener::{Listener, read_request};

/// How many clients are flooded at once.
const CLIENTS: usize = 16;
/// What one connection would send to a client that takes in everything.
const FLOOD: usize = 256 << 20;
/// The most that one connection gets rid of: what the client reads, and what the buffers of two sockets hold.
const MOST_SENT: usize = 24 << 20;
/// How much all of it may add to the peak of the process's memory, the server's part included.
const MOST_GROWTH_KIB: u64 = 64 * 1024;
/// Enough for any of these on a busy machine, save one that is not ended by a limit on its size.
const BUDGET: Duration = Duration::from_secs(60);
const SHORT_BUDGET: Duration = Duration::from_millis(500);

/// An answer that begins so and then goes on with this for ever.
struct Flood {
    name: &'static str,
    start: &'static str,
    again: &'static str,
    ends_by: EndsBy,
}

#[derive(Clone, Copy, PartialEq)]
enum EndsBy {
    Size,
    /// Nothing of it is kept, so that only the time is limited.
    Time,
}

const FLOODS: [Flood; 9] = {
    use EndsBy::{Size, Time};
    const fn flood(name: &'static str, start: &'static str, again: &'static str, ends_by: EndsBy) -> Flood {
        Flood { name, start, again, ends_by }
    }
    [
        flood("a body until the end", "HTTP/1.1 200 OK\r\n\r\n", " ", Size),
        flood("a huge body", "HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n", " ", Size),
        flood("a huge failure", "HTTP/1.1 500 Busy\r\ncontent-length: 9223372036854775807\r\n\r\n", " ", Size),
        flood("chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "10\r\n                \r\n", Size),
        flood("a chunk's extension", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "x", Size),
        flood("trailers", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "a: b\r\n", Size),
        flood("a header", "HTTP/1.1 200 OK\r\nx-long: ", "x", Size),
        flood("headers", "HTTP/1.1 200 OK\r\n", "a: b\r\n", Size),
        flood("answers before the answer", "", "HTTP/1.1 103 Early Hints\r\n\r\n", Time),
    ]
};

/// Sends until the client hangs up, and notes how much of it that took.
fn send(mut stream: TcpStream, start: &str, again: &str, most_sent: &AtomicUsize) {
    let piece = again.repeat(64 * 1024 / again.len());
    let mut sent = 0;
    if read_request(&mut stream).is_ok() && stream.write_all(start.as_bytes()).is_ok() {
        while sent < FLOOD && stream.write_all(piece.as_bytes()).is_ok() {
            sent += piece.len();
            most_sent.fetch_max(sent, Ordering::SeqCst);
        }
    }
}

async fn ask(base_url: &str, budget: Duration) -> Error {
    let source = Source::imds(base_url).unwrap();
    let client = ManagedIdentityClient::builder().source(source).retry(RetryPolicy::none()).time_budget(budget);
    client.build().unwrap().get_token("https://vault.azure.net").await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_end_takes_little_memory() {
    let before = peak_memory_kib();
    for Flood { name, start, again, ends_by } in FLOODS {
        let most_sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&most_sent);
        let serve = move |stream| send(stream, start, again, &counter);
        let listener = Listener::start((Ipv4Addr::LOCALHOST, 0), serve).unwrap();
        let base_url = listener.base_url();
        let budget = if ends_by == EndsBy::Size { BUDGET } else { SHORT_BUDGET };
        for error in join_all((0..CLIENTS).map(|_| ask(&base_url, budget))).await {
            assert!(matches!(&error, Error::Transport { .. }), "{name}: {error}");
        }
        let sent = most_sent.load(Ordering::SeqCst);
        println!("{name}: at most {sent} bytes sent");
        assert!(ends_by == EndsBy::Time || sent < MOST_SENT, "{name}: {sent} bytes were taken in");
    }
    let growth = peak_memory_kib().unwrap_or(0).saturating_sub(before.unwrap_or(0));
    println!("peak memory grew by {growth} KiB");
    assert!(growth < MOST_GROWTH_KIB, "peak memory grew by {growth} KiB");
}
