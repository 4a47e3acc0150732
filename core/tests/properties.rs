//! What holds whatever the outside world answers: flows end, forbidden headers never go out, and secrets never show.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::fmt::Debug;
use std::time::Duration;

use http::Response;
use managed_identity_core::{
    AccessToken, Acquire, Environment, Error, FileError, FileErrorKind, HttpCall, Identity, Platform, PolicyField,
    RetryPolicy, Source, SourceKind, Step, TokenRequest, TransportError, TransportErrorKind, UnixTime,
};
use proptest::collection::vec;
use proptest::prelude::*;

const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";
const MOST_STEPS: usize = 64;

/// The secrets of one case.
#[derive(Clone, Debug)]
struct Secrets {
    header: String,
    key: String,
    federated: String,
    token: String,
}

impl Secrets {
    fn all(&self) -> [&str; 4] {
        [&self.header, &self.key, &self.federated, &self.token]
    }

    fn assert_hidden_in(&self, shown: &str) {
        for secret in self.all() {
            assert!(!shown.contains(secret), "a secret shows in: {shown}");
        }
    }

    fn assert_hidden(&self, value: &dyn Debug) {
        self.assert_hidden_in(&format!("{value:?} {value:#?}"));
    }
}

fn secrets() -> impl Strategy<Value = Secrets> {
    let secret = || "[A-Za-z0-9]{16,24}";
    (secret(), secret(), "[A-Za-z0-9]{8,12}\\.[A-Za-z0-9]{8,12}\\.[A-Za-z0-9]{8,12}", secret())
        .prop_map(|(header, key, federated, token)| Secrets { header, key, federated, token })
}

/// What the outside world does next, whatever it is asked.
#[derive(Clone, Debug)]
struct Event {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Body,
    transport_error: Option<TransportErrorKind>,
    file: File,
    /// The clock moves by so many seconds, and not always forward.
    clock: i64,
}

#[derive(Clone, Debug)]
enum Body {
    Bytes(Vec<u8>),
    Token(&'static str),
    Echo(usize),
    Nested(usize),
    Huge,
}

#[derive(Clone, Debug)]
enum File {
    Secret(&'static str),
    Bytes(Vec<u8>),
    Huge,
    Error(FileErrorKind),
}

fn event() -> impl Strategy<Value = Event> {
    let status = prop_oneof![
        3 => Just(200_u16),
        3 => Just(401),
        6 => prop::sample::select(vec![302, 400, 403, 404, 408, 410, 429, 500, 502, 503]),
        1 => 100..=999_u16,
    ];
    let clock =
        prop_oneof![8 => 0..3_i64, 1 => -100_000..100_000_i64, 1 => prop::sample::select(vec![i64::MIN, i64::MAX])];
    let error = prop::option::weighted(0.2, prop::sample::select(transport_errors()));
    (status, vec(header(), 0..4), body(), error, file(), clock).prop_map(
        |(status, headers, body, transport_error, file, clock)| Event {
            status,
            headers,
            body,
            transport_error,
            file,
            clock,
        },
    )
}

fn header() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        4 => Just(("www-authenticate", format!("Basic realm={KEY_FOLDER}/x.key"))),
        1 => "[ -~]{0,40}".prop_map(|text| ("www-authenticate", text)),
        1 => "Basic realm=/var/opt/azcmagent/tokens/[ -~]{0,20}".prop_map(|text| ("www-authenticate", text)),
        2 => prop_oneof!["[0-9]{1,25}", "[ -~]{0,12}"].prop_map(|text| ("retry-after", text)),
        1 => Just(("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT".to_owned())),
        1 => Just(("location", "http://127.0.0.1:9/".to_owned())),
        1 => Just(("transfer-encoding", "chunked".to_owned())),
    ]
}

/// `{token}` stands for the access token.
const TOKENS: [&str; 8] = [
    r#"{"access_token":"{token}","expires_in":"3600"}"#,
    r#"{"access_token":"{token}","expires_on":18446744073709551615,"refresh_in":18446744073709551615}"#,
    r#"{"access_token":"{token}","expires_in":1e300,"expires_on":-1e300}"#,
    r#"{"access_token":"{token}","expires_on":"{token}"}"#,
    r#"{"access_token":"{token}"}"#,
    r#"{"access_token":"{token}\n","expires_in":1}"#,
    r#"{"access_token":"{token}","expires_in":"3600","client_id":"id"}"#,
    r#"{"access_token":"{token}","expires_in":"36"#,
];

/// `{0}` stands for a text with the secrets that the peer was sent.
const ECHOES: [&str; 7] = [
    r#"{"error":"{0}","error_description":"{0}","correlation_id":"{0}"}"#,
    r#"{"error":{"code":"{0}","message":"{0}","correlationId":"{0}"}}"#,
    r#"{"statusCode":500,"message":"{0}{0}"}"#,
    r#"{"code":"{0}","Message":"{0}","correlationId":"{0}","access_token":"{token}"}"#,
    r#"{"error":"{0}"#,
    "<html>{0}</html>",
    "{0}",
];

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        3 => prop::sample::select(TOKENS.to_vec()).prop_map(Body::Token),
        4 => (0..ECHOES.len()).prop_map(Body::Echo),
        2 => vec(any::<u8>(), 0..200).prop_map(Body::Bytes),
        1 => (0..5000_usize).prop_map(Body::Nested),
        1 => Just(Body::Huge),
    ]
}

fn file() -> impl Strategy<Value = File> {
    let kinds = vec![
        FileErrorKind::Denied,
        FileErrorKind::NotFound,
        FileErrorKind::NotRegular,
        FileErrorKind::OutsideDirectory,
        FileErrorKind::PermissionDenied,
        FileErrorKind::TooLarge,
        FileErrorKind::Unreadable,
    ];
    prop_oneof![
        6 => prop::sample::select(vec!["", "\n", "\r\n", "\n\n", "\u{e9}"]).prop_map(File::Secret),
        1 => vec(any::<u8>(), 0..200).prop_map(File::Bytes),
        1 => Just(File::Huge),
        1 => prop::sample::select(kinds).prop_map(File::Error),
    ]
}

fn transport_errors() -> Vec<TransportErrorKind> {
    vec![
        TransportErrorKind::BodyTooLarge,
        TransportErrorKind::Broken,
        TransportErrorKind::Certificate,
        TransportErrorKind::Connect,
        TransportErrorKind::Denied,
        TransportErrorKind::Protocol,
        TransportErrorKind::Timeout,
        TransportErrorKind::Unsupported(PolicyField::CertificatePin),
    ]
}

impl Event {
    /// `sent` is what the peer knows and can therefore echo.
    fn response(&self, secrets: &Secrets, sent: &str) -> Result<Response<Vec<u8>>, TransportError> {
        if let Some(kind) = self.transport_error {
            return Err(TransportError::new(kind, ""));
        }
        let fill = |text: &str| text.replace("{0}", sent).replace("{token}", &secrets.token).into_bytes();
        let body = match &self.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Token(text) => fill(text),
            Body::Echo(which) => fill(ECHOES[*which]),
            Body::Nested(depth) => [&b"{\"error\":"[..], &b"[".repeat(*depth)].concat(),
            Body::Huge => vec![b' '; 65 * 1024],
        };
        let builder = Response::builder().status(self.status);
        let builder = self.headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, value));
        Ok(builder.body(body).unwrap())
    }

    fn file(&self, secret: &str) -> Result<Vec<u8>, FileError> {
        match &self.file {
            File::Secret(after) => Ok(format!("{secret}{after}").into_bytes()),
            File::Bytes(bytes) => Ok(bytes.clone()),
            File::Huge => Ok(secret.repeat(8000).into_bytes()),
            File::Error(kind) => Err(FileError::new(*kind, "")),
        }
    }
}

fn source(kind: SourceKind, secrets: &Secrets) -> Source {
    let local = "http://localhost/token";
    match kind {
        SourceKind::AppService => Source::app_service(local, &secrets.header),
        SourceKind::AzureArc => Source::azure_arc(local, KEY_FOLDER, Platform::Linux),
        SourceKind::CloudShell => Source::cloud_shell(local),
        SourceKind::Imds => Source::imds("http://localhost"),
        SourceKind::MachineLearning => Source::machine_learning(local, &secrets.header, None),
        SourceKind::ServiceFabric => Source::service_fabric("https://localhost/", &secrets.header, &"00".repeat(20)),
        SourceKind::WorkloadIdentity => {
            Source::workload_identity(None, "tenant", Some("client"), "/token", Platform::Linux)
        }
    }
    .unwrap()
}

/// The next event, and the first again after the last.
fn next<'a>(events: &mut impl Iterator<Item = &'a Event>, now: &mut u64) -> &'a Event {
    let event = events.next().unwrap();
    *now = now.saturating_add_signed(event.clock);
    event
}

/// Drives a flow through the events and returns its end and how long it slept.
fn drive(acquire: Acquire, events: &[Event], secrets: &Secrets) -> (Result<AccessToken, Error>, Duration) {
    let mut events = events.iter().cycle();
    let mut now = 1_700_000_000_u64;
    let mut slept = Duration::ZERO;
    let mut step = acquire.start(7, UnixTime::from_secs(now));
    for _ in 0..MOST_STEPS {
        secrets.assert_hidden(&step);
        step = match step {
            Step::Http { call, then } => {
                assert_clean(&call);
                secrets.assert_hidden(&call.request().headers());
                let event = next(&mut events, &mut now);
                let sent = sent(&call, secrets);
                then.resume(event.response(secrets, &sent), UnixTime::from_secs(now))
            }
            Step::ReadFile { file, then } => {
                let secret = if file.path == "/token" { &secrets.federated } else { &secrets.key };
                then.resume(next(&mut events, &mut now).file(secret))
            }
            Step::Sleep { delay, then, .. } => {
                slept += delay;
                now = now.saturating_add(delay.as_secs());
                then.resume()
            }
            Step::Done(outcome) => return (outcome, slept),
        };
    }
    panic!("no end after {MOST_STEPS} steps");
}

/// A text with the secrets that a call carries.
fn sent(call: &HttpCall, secrets: &Secrets) -> String {
    let headers = call.request().headers().values().map(|value| value.to_str().unwrap());
    let carried =
        format!("{} {}", headers.collect::<Vec<_>>().join(" "), String::from_utf8_lossy(call.request().body()));
    let known: Vec<&str> = secrets.all().into_iter().filter(|secret| carried.contains(secret)).collect();
    format!("Basic {} is wrong", known.join("; "))
}

/// WASI forbids these headers.
fn assert_clean(call: &HttpCall) {
    for name in call.request().headers().keys() {
        let forbidden = ["host", "connection", "transfer-encoding", "upgrade", "keep-alive"].contains(&name.as_str());
        assert!(!forbidden && !name.as_str().starts_with("proxy-"), "forbidden header {name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_flow_ends_in_time_and_keeps_its_secrets(
        kind in prop::sample::select(SourceKind::ALL.to_vec()),
        secrets in secrets(),
        as_client in any::<bool>(),
        retries in prop::bool::weighted(0.9),
        budget in 0..200_u64,
        events in vec(event(), 1..40),
    ) {
        let source = source(kind, &secrets);
        secrets.assert_hidden(&source);
        let identity = if as_client { Identity::ClientId("id".to_owned()) } else { Identity::SystemAssigned };
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap().with_identity(identity);
        let Ok(acquire) = Acquire::new(source, request) else { return Ok(()) };
        let policy = if retries { RetryPolicy::of(kind) } else { RetryPolicy::none() };
        let budget = Duration::from_secs(budget);
        let acquire = acquire.with_retry(policy).with_time_budget(budget);
        secrets.assert_hidden(&acquire);
        let (outcome, slept) = drive(acquire, &events, &secrets);
        prop_assert!(slept <= budget, "slept {slept:?} of {budget:?}");
        secrets.assert_hidden(&outcome);
        if let Err(error) = &outcome {
            secrets.assert_hidden_in(&error.to_string());
        }
    }

    #[test]
    fn an_environment_hides_its_values(secrets in secrets()) {
        let environment = Environment::from_lookup(|_| Some(secrets.header.clone()));
        prop_assert_eq!(environment.names().count(), Environment::NAMES.len());
        secrets.assert_hidden(&environment);
    }

    #[test]
    fn a_rejected_token_hides(secrets in secrets()) {
        let token = AccessToken::new(
            managed_identity_core::Secret::new(secrets.token.clone()),
            "https://vault.azure.net".to_owned(),
            UnixTime::from_secs(1),
            SourceKind::ServiceFabric,
        );
        secrets.assert_hidden(&token);
        secrets.assert_hidden(&token.authorization());
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap().with_rejected_token(&token);
        let acquire = Acquire::new(source(SourceKind::ServiceFabric, &secrets), request).unwrap();
        secrets.assert_hidden(&acquire);
        secrets.assert_hidden(&acquire.start(1, UnixTime::from_secs(0)));
    }
}
