//! What the outside world may answer: anything, and often enough something plausible.

use managed_identity_core::{FileError, FileErrorKind, HttpResponse, PolicyField, TransportError, TransportErrorKind};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::secrets::Secrets;
use crate::support::KEY_FOLDER;

/// What the outside world does next, whatever it is asked.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Body,
    transport_error: Option<TransportErrorKind>,
    file: File,
    /// The clock moves by so many seconds, and not always forward.
    pub(crate) clock: i64,
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

pub(crate) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![1 => arbitrary_event(), 1 => plausible_event()]
}

fn arbitrary_event() -> impl Strategy<Value = Event> {
    let status = prop_oneof![
        3 => Just(200_u16),
        3 => Just(401),
        6 => prop::sample::select(vec![302, 400, 403, 404, 408, 410, 429, 500, 502, 503]),
        1 => any::<u16>(),
    ];
    let error = prop::option::weighted(0.2, prop::sample::select(transport_errors()));
    (status, vec(header(), 0..4), body(), error, file(), clock()).prop_map(
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

/// An answer as a well-meaning peer gives it, so that flows often come far.
fn plausible_event() -> impl Strategy<Value = Event> {
    let challenge = ("www-authenticate", format!("Basic realm={KEY_FOLDER}/x.key"));
    let answer = prop_oneof![
        3 => Just((401, vec![challenge], Body::Bytes(Vec::new()))),
        3 => prop::sample::select(vec![404, 429, 500, 503]).prop_map(|status| (status, Vec::new(), Body::Echo(0))),
        1 => Just((200, Vec::new(), Body::Token(TOKENS[6]))),
        1 => Just((400, Vec::new(), Body::Echo(0))),
    ];
    (answer, clock()).prop_map(|((status, headers, body), clock)| Event {
        status,
        headers,
        body,
        transport_error: None,
        file: File::Secret(""),
        clock,
    })
}

fn clock() -> impl Strategy<Value = i64> {
    prop_oneof![
        5 => 0..3_i64,
        3 => -100..0_i64,
        1 => -100_000..100_000_i64,
        1 => prop::sample::select(vec![i64::MIN, i64::MAX]),
    ]
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
    pub(crate) fn response(&self, secrets: &Secrets, sent: &str) -> Result<HttpResponse, TransportError> {
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
        let answer = HttpResponse::new(self.status, body);
        Ok(self.headers.iter().fold(answer, |answer, (name, value)| answer.with_header(name, value.as_bytes())))
    }

    pub(crate) fn file(&self, secret: &str) -> Result<Vec<u8>, FileError> {
        match &self.file {
            File::Secret(after) => Ok(format!("{secret}{after}").into_bytes()),
            File::Bytes(bytes) => Ok(bytes.clone()),
            File::Huge => Ok(secret.repeat(8000).into_bytes()),
            File::Error(kind) => Err(FileError::new(*kind, "")),
        }
    }
}
