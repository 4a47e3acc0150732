//! What a peer answers, one part of it at a time.

use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, ChallengeError, Error, HttpResponse, InvalidResponse, Platform, RetryPolicy, Source, Step,
    TokenRequest, UnixTime,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const RESOURCE: &str = "https://vault.azure.net";
const FOLDER: &str = "/var/opt/azcmagent/tokens";
const IDENTITY_HEADER: &str = "0123456789abcdef";

/// More levels than the reader accepts are refused, where the general library stops at one level more or less.
const CERTAIN_DEPTH: usize = 100;

/// The body of a success: a token or an error, the same JSON as a general library takes, and no secret on display.
pub fn token_document(body: &[u8]) {
    let outcome = answered(HttpResponse::new(200, body.to_vec()));
    let found: Result<serde_json::Map<_, _>, _> = serde_json::from_slice(body);
    match (&outcome, found) {
        (Err(Error::Transport { .. }), _) => assert!(body.len() > 64 * 1024),
        (Err(Error::InvalidResponse { error: InvalidResponse::NotAnObject { .. }, .. }), Ok(_)) => {
            assert!(depth(body) > CERTAIN_DEPTH, "an object is taken for none");
        }
        (Err(Error::InvalidResponse { error: InvalidResponse::NotAnObject { .. }, .. }), Err(_)) => {}
        // Numbers that no floating-point number can hold are the largest here.
        (_, Err(error)) => assert!(error.to_string().starts_with("number out of range"), "{error}"),
        (_, Ok(_)) => {}
    }
    if let Ok(token) = &outcome {
        assert!(token.secret().bytes().all(|byte| byte.is_ascii_graphic()) && !token.secret().is_empty());
        let (shown, secret) = (format!("{token:?}"), token.secret());
        // A short one may well be part of a word, and any may be part of what was asked for.
        assert!(secret.len() < 12 || RESOURCE.contains(secret) || !shown.contains(secret), "the token shows");
    }
}

/// The body of a failure: an error that never shows what was sent.
pub fn error_document(body: &[u8]) {
    let Err(error) = answered(HttpResponse::new(400, body.to_vec())) else { panic!("a failure is no token") };
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(IDENTITY_HEADER), "the identity header shows");
    assert!(!shown.contains(['\r', '\u{1b}', '\u{202e}']), "control characters show");
    assert!(shown.len() < 16 * 1024, "the message is not bounded");
}

/// The text of `expires_on`.
pub fn expiry(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    let body = serde_json::json!({ "access_token": "token", "expires_on": text }).to_string();
    match answered(HttpResponse::new(200, body.into_bytes())) {
        Ok(_) | Err(Error::InvalidResponse { .. } | Error::Transport { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

/// The value of `Retry-After`.
pub fn retry_after(value: &[u8]) {
    let response = HttpResponse::new(503, Vec::new()).with_header("retry-after", value);
    let Err(error) = answered(response) else { panic!("a failure is no token") };
    if let Ok(seconds) = str::from_utf8(value).unwrap_or_default().parse::<u32>() {
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds.into())));
    }
}

/// Azure Arc's challenge: whatever it says, only a key file directly in the token folder is read.
pub fn challenge(value: &[u8]) {
    let source = Source::azure_arc("http://127.0.0.1/", FOLDER, Platform::Linux).expect("it is one");
    let Step::Http { then, .. } = acquire(source).start(1, NOW) else { panic!("no request") };
    let response = HttpResponse::new(401, Vec::new()).with_header("www-authenticate", value);
    match then.resume(Ok(response), NOW) {
        Step::ReadFile { file, .. } => {
            let name = file.path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
            let name = name.expect("the file is in the folder");
            assert!(name.ends_with(".key") && name != ".key" && !name.contains(['/', '\0']), "{name:?}");
            let said = String::from_utf8_lossy(value);
            assert!(said.contains(&file.path), "the path was rewritten");
            assert_eq!(file.directory.as_deref(), Some(FOLDER));
        }
        Step::Done(Err(Error::Challenge { error, .. })) => {
            assert!(!matches!(error, ChallengeError::NotChallenged { .. }));
        }
        step => panic!("{step:?}"),
    }
}

fn acquire(source: Source) -> Acquire {
    let request = TokenRequest::for_resource(RESOURCE).expect("it is one");
    Acquire::new(source, request)
        .expect("every source knows the system-assigned identity")
        .with_retry(RetryPolicy::none())
}

/// How a flow on App Service ends that is answered so.
fn answered(response: HttpResponse) -> Result<AccessToken, Error> {
    let source = Source::app_service("http://127.0.0.1/", IDENTITY_HEADER).expect("it is one");
    let Step::Http { then, .. } = acquire(source).start(1, NOW) else { panic!("no request") };
    match then.resume(Ok(response), NOW) {
        Step::Done(outcome) => outcome,
        step => panic!("{step:?}"),
    }
}

/// At least as deep as lists and objects lie in each other.
fn depth(body: &[u8]) -> usize {
    body.iter().filter(|byte| matches!(byte, b'[' | b'{')).count()
}
