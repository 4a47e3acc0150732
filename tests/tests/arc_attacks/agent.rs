//! A process in the agent's place, which keeps every byte it gets.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use managed_identity_tests::listener::Listener;

/// A client that would send so many requests is refused further ones, so that no test runs for ever.
const MOST_REQUESTS: usize = 4096;

/// What the server answers to whoever sends a key.
const TOKEN: &str = r#"{"access_token":"eyJ0b2tlbg","expires_in":"0","token_type":"Bearer"}"#;

/// Answers each request without a key as it is told to, and one with a key, whatever it is, with a token.
pub(crate) struct HostileAgent {
    listener: Listener,
    received: Arc<Mutex<Vec<String>>>,
}

impl HostileAgent {
    /// Challenges with the values of these `WWW-Authenticate` headers.
    pub(crate) fn challenging(challenges: &[&str]) -> Self {
        let headers: String = challenges.iter().map(|value| format!("www-authenticate: {value}\r\n")).collect();
        Self::answering(format!("HTTP/1.1 401 Unauthorized\r\n{headers}content-length: 0\r\n"))
    }

    /// Answers with these lines of a response, to which only the end is added.
    pub(crate) fn answering(head: String) -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let listener = Listener::start((Ipv4Addr::LOCALHOST, 0), move |stream| serve(stream, &head, &log)).unwrap();
        Self { listener, received }
    }

    pub(crate) fn base_url(&self) -> String {
        self.listener.base_url()
    }

    /// Each request as it came, complete.
    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, head: &str, log: &Mutex<Vec<String>>) {
    if log.lock().unwrap().len() >= MOST_REQUESTS {
        return;
    }
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    // Whatever came, be it less than a request or more.
    let mut request = Vec::new();
    let mut bytes = [0; 8192];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut bytes) {
            Ok(count @ 1..) => request.extend_from_slice(&bytes[..count]),
            _ => break,
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let answer = if key_in(&request).is_some() {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{TOKEN}", TOKEN.len())
    } else {
        format!("{head}connection: close\r\n\r\n")
    };
    // Before the answer, so that whoever has it finds the request here.
    log.lock().unwrap().push(request);
    // The client may have gone.
    let _ = stream.write_all(answer.as_bytes());
}

/// What a request offers as the key.
pub(crate) fn key_in(request: &str) -> Option<&str> {
    let (_, value) = request
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    Some(value.trim().strip_prefix("Basic ").unwrap_or(value.trim()))
}
