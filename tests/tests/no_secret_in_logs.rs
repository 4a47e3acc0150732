//! Everything that is logged while every vector is played, down to TRACE and from every library, holds no secret.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use managed_identity_tests::files;
use managed_identity_tests::loopback;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

/// Shorter texts than this turn up by chance, as a part of some other word.
const SHORTEST: usize = 10;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Identity headers, contents of key and federated token files, and tokens.
fn secrets(vector: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in ["IDENTITY_HEADER", "MSI_SECRET"] {
        found.extend(vector["environment"][name].as_str().map(str::to_owned));
    }
    for exchange in vector["transcript"].as_array().into_iter().flatten() {
        let answer = &exchange["answer"];
        found.extend(answer["file"].as_str().map(|content| content.trim().to_owned()));
        if let (Some(part), Some(times)) = (answer["file"]["repeat"].as_str(), answer["file"]["times"].as_u64()) {
            found.insert(part.repeat(times as usize));
        }
        let body = &answer["response"]["body"];
        let parsed = body["json"].clone();
        let parsed = if parsed.is_null() {
            serde_json::from_str(body.as_str().unwrap_or_default()).unwrap_or_default()
        } else {
            parsed
        };
        found.extend(parsed["access_token"].as_str().map(str::to_owned));
    }
    found.extend(vector["outcome"]["token"]["secret"].as_str().map(str::to_owned));
    found.retain(|secret| secret.len() >= SHORTEST);
    found
}

/// The secrets that stand in a text, as they are or percent-encoded.
fn leaks<'a>(text: &str, secrets: &'a BTreeSet<String>) -> Vec<&'a String> {
    let encoded = |secret: &str| form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
    secrets.iter().filter(|secret| text.contains(*secret) || text.contains(&encoded(secret))).collect()
}

#[tokio::test]
async fn nothing_that_is_logged_holds_a_secret() {
    let captured = Captured::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(captured.clone())
        .init();

    let (mut lines, mut searched_for, mut seen) = (0, 0, String::new());
    for (_, document) in files::documents().unwrap() {
        for vector in document["vectors"].as_array().unwrap() {
            let secrets = secrets(vector);
            // What the vectors themselves say is tested elsewhere; here it is only a way to make noise.
            let _ = loopback::run(vector).await;
            let text = captured.take();
            assert_eq!(leaks(&text, &secrets), Vec::<&String>::new(), "{}:\n{text}", vector["name"]);
            lines += text.lines().count();
            searched_for += secrets.len();
            seen.push_str(&text);
        }
    }
    println!("{lines} lines searched for {searched_for} secrets");
    assert!(searched_for > 500, "only {searched_for} secrets were searched for");
    for expected in ["got a token", "got no token", "waiting before the next attempt", "reading a file", "evidence="] {
        assert!(seen.contains(expected), "nothing was logged of {expected:?}");
    }
    // Libraries below log too, and were captured.
    assert!(seen.contains("hyper_util") || seen.contains("reqwest"), "no library below was captured");
}

#[test]
fn a_leak_would_be_found() {
    let secrets = BTreeSet::from(["secret header/value".to_owned()]);
    assert_eq!(leaks("sent secret header/value", &secrets).len(), 1);
    assert_eq!(leaks("sent secret+header%2Fvalue", &secrets).len(), 1);
    assert!(leaks("sent [redacted]", &secrets).is_empty());
}
