//! Compares what came with what a vector expects. The first difference is the error.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use http::{HeaderMap, Uri};
use managed_identity_core::{
    AccessToken, Error, FileRequest, HttpCall, HttpHeader, RetryCause, TransportErrorKind, Trust,
};

use crate::outcome::{ErrorOutcome, Moment, Outcome, TokenOutcome};
use crate::setup::Failure;
use crate::transcript::{Cause, FileEffect, HeaderForm, HeaderText, HttpEffect, SleepEffect, TrustName};

/// The result of a comparison.
pub type Verdict = Result<(), String>;

/// Compares two values.
///
/// # Errors
/// When they differ.
pub fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Verdict {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

/// Headers that belong to transports: some hosts refuse a request that brings them along.
const OF_TRANSPORTS: [&str; 5] = ["connection", "host", "keep-alive", "transfer-encoding", "upgrade"];

/// Looks for headers that belong to transports among these names.
///
/// # Errors
/// When there is one.
pub fn no_header_of_transports<'a>(names: impl IntoIterator<Item = &'a str>) -> Verdict {
    let belongs = |name: &&str| OF_TRANSPORTS.contains(name) || name.starts_with("proxy-");
    match names.into_iter().find(belongs) {
        Some(name) => Err(format!("header {name} belongs to the transport")),
        None => Ok(()),
    }
}

/// A request, as a call of the machine or as a server received it.
#[derive(Debug)]
pub struct SeenRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The address; without an authority where a server saw it.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

/// Compares a call, its trust included.
///
/// # Errors
/// The first difference.
pub fn call(found: &HttpCall, expected: &HttpEffect) -> Verdict {
    let request = found.request();
    let trust = match &found.policy().trust {
        Trust::Plain => TrustName::Plain,
        Trust::Roots => TrustName::Roots,
        Trust::Leaf(thumbprint) => TrustName::Leaf(thumbprint.to_string()),
        _ => return Err(format!("unknown trust {:?}", found.policy().trust)),
    };
    same("trust", &trust, &expected.trust)?;
    no_header_of_transports(request.headers().iter().map(HttpHeader::name))?;
    same("url", &request.url().to_string(), &expected.url)?;
    let uri: Uri = request.url().as_str().parse().map_err(|error| format!("the url: {error}"))?;
    let headers = request.headers().iter().map(|it| Ok((it.name().parse()?, it.value().parse()?)));
    let headers = headers.collect::<Result<HeaderMap, http::Error>>().map_err(|error| format!("a header: {error}"))?;
    let (method, body) = (request.method().as_str(), request.body().as_bytes());
    seen_request(&SeenRequest { method, uri: &uri, headers: &headers, body }, expected)
}

/// Compares everything of a request but its scheme and authority.
///
/// # Errors
/// The first difference.
pub fn seen_request(found: &SeenRequest<'_>, expected: &HttpEffect) -> Verdict {
    same("method", &found.method, &expected.method.as_str())?;
    let path: Uri = expected.url.parse().map_err(|error| format!("the vector's url: {error}"))?;
    same("path", &found.uri.path(), &path.path())?;
    same("query", &decoded(found.uri.query().unwrap_or_default().as_bytes())?, &expected.query)?;
    let form = expected.form.iter().map(|(name, value)| Ok((name.clone(), value.text()?)));
    same("form", &decoded(found.body)?, &form.collect::<Result<_, String>>()?)?;
    for (name, text) in &expected.headers {
        header(name, found.headers, text)?;
    }
    if !expected.form.is_empty() {
        let form = HeaderText::Exact("application/x-www-form-urlencoded".to_owned());
        header("content-type", found.headers, &form)?;
    }
    match expected.absent_headers.iter().find(|name| found.headers.contains_key(name.as_str())) {
        Some(name) => Err(format!("header {name}: expected none")),
        None => Ok(()),
    }
}

/// Names and values of a query or a form; a name that comes twice is refused.
fn decoded(text: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(text) {
        if fields.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(format!("{name} is there twice"));
        }
    }
    Ok(fields)
}

fn header(name: &str, headers: &HeaderMap, expected: &HeaderText) -> Verdict {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(format!("header {name}: expected exactly one, found {}", headers.get_all(name).iter().count()));
    };
    let value = value.to_str().map_err(|_| format!("header {name} is not text"))?;
    match expected {
        HeaderText::Exact(text) => same(&format!("header {name}"), &value, &text.as_str()),
        HeaderText::Form { form: HeaderForm::NotEmpty } if !value.is_empty() => Ok(()),
        HeaderText::Form { form: HeaderForm::UuidV4 } if is_uuid_v4(value) => Ok(()),
        HeaderText::Form { form } => Err(format!("header {name}: {value:?} is not of the form {form:?}")),
    }
}

/// RFC 9562, sections 4 and 5.4.
fn is_uuid_v4(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let digits = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    lengths == [8, 4, 4, 4, 12] && digits && groups[2].starts_with('4') && groups[3].starts_with(['8', '9', 'a', 'b'])
}

/// Compares the reading of a file.
///
/// # Errors
/// The first difference.
pub fn file(found: &FileRequest, expected: &FileEffect) -> Verdict {
    same("path", &found.path, &expected.path)?;
    same("directory", &found.directory, &expected.directory)?;
    same("max_len", &found.max_len, &expected.max_len)
}

/// Compares a wait.
///
/// # Errors
/// The first difference.
pub fn sleep(delay: Duration, cause: RetryCause, expected: &SleepEffect) -> Verdict {
    let found = match cause {
        RetryCause::Status(status) => Cause::Status(status),
        RetryCause::Transport(kind) => Cause::TransportError(transport_kind(kind)),
        _ => return Err(format!("unknown cause {cause:?}")),
    };
    same("cause", &found, &expected.cause)?;
    self::delay(delay, expected)
}

/// Compares how long a wait is.
///
/// # Errors
/// When it is too short or too long.
pub fn delay(delay: Duration, expected: &SleepEffect) -> Verdict {
    let limits = Duration::from_millis(expected.min_ms)..=Duration::from_millis(expected.max_ms);
    if limits.contains(&delay) { Ok(()) } else { Err(format!("delay: expected {limits:?}, found {delay:?}")) }
}

/// The name of a kind of transport error in a vector.
#[must_use]
pub fn transport_kind(kind: TransportErrorKind) -> String {
    match kind {
        TransportErrorKind::Unsupported(field) => format!("unsupported-{}", field.as_str()),
        other => kebab(&format!("{other:?}")),
    }
}

/// `NoAccessToken`, or what `Debug` shows of an enum's value, as `no-access-token`.
#[must_use]
pub fn kebab(debug: &str) -> String {
    let mut name = String::new();
    for character in debug.chars().take_while(char::is_ascii_alphanumeric) {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// Compares the end of a flow that began at `now`.
///
/// # Errors
/// The first difference.
pub fn outcome(found: &Result<AccessToken, Failure>, expected: &Outcome, now: u64) -> Verdict {
    match (found, expected) {
        (Ok(found), Outcome::Token(expected)) => token(found, expected, now),
        (Err(found), Outcome::Error(expected)) => error(found, expected),
        (Ok(found), Outcome::Error(_)) => Err(format!("expected an error, found {found:?}")),
        (Err(found), Outcome::Token(_)) => Err(format!("expected a token, found the error: {found}")),
    }
}

fn token(found: &AccessToken, expected: &TokenOutcome, now: u64) -> Verdict {
    same("secret", &found.secret(), &expected.secret.as_str())?;
    same("token_type", &found.token_type(), &expected.token_type.as_str())?;
    same("resource", &found.resource(), &expected.resource.as_str())?;
    same("source", &found.source().as_str(), &expected.source.as_str())?;
    same("client_id", &found.identity().client_id, &expected.identity.client_id)?;
    same("object_id", &found.identity().object_id, &expected.identity.object_id)?;
    same("resource_id", &found.identity().resource_id, &expected.identity.resource_id)?;
    let ahead = found.clock_ahead_by().map(|it| it.as_secs());
    same("clock_ahead_seconds", &ahead, &expected.clock_ahead_seconds)?;
    moment("expires_on", found.expires_on().as_secs(), &expected.expires_on, now)?;
    match (found.refresh_on(), &expected.refresh_on) {
        (None, None) => Ok(()),
        (Some(found), Some(expected)) => moment("refresh_on", found.as_secs(), expected, now),
        (found, expected) => Err(format!("refresh_on: expected {expected:?}, found {found:?}")),
    }
}

/// Compares a time, in seconds since the epoch, with one of a vector that began at `now`.
///
/// # Errors
/// When they differ.
pub fn moment(what: &str, found: u64, expected: &Moment, now: u64) -> Verdict {
    let seconds = match expected {
        Moment::Epoch(seconds) => Some(*seconds),
        Moment::Relative(text) => match text.strip_prefix("now") {
            Some("") => Some(now),
            Some(offset) => offset.parse().ok().and_then(|offset| now.checked_add_signed(offset)),
            None => None,
        },
    };
    same(what, &found, &seconds.ok_or_else(|| format!("{expected:?} is not a point in time"))?)
}

fn error(found: &Failure, expected: &ErrorOutcome) -> Verdict {
    let message = found.to_string();
    let facts = match found {
        Failure::Identity(_) => {
            same("kind", &"configuration", &expected.kind.as_str())?;
            same("fault", &"caller", &expected.fault.as_str())?;
            same("transient", &false, &expected.transient)?;
            same("variant", &Some("invalid-identity"), &expected.variant.as_deref())
        }
        Failure::Flow(error) => error_facts(error, expected),
    };
    facts.map_err(|difference| format!("{difference}; the message is: {message}"))?;
    let next_step = match found {
        Failure::Identity(_) => "",
        Failure::Flow(error) => error.next_step(),
    };
    self::message(&message, next_step, expected)
}

/// Compares what an error says to people: its message and its next step.
///
/// # Errors
/// The first text that is missing, or that must not be there.
pub fn message(message: &str, next_step: &str, expected: &ErrorOutcome) -> Verdict {
    let found = format!("{message}. Next step: {next_step}");
    if let Some(text) = expected.message_contains.iter().find(|text| !found.contains(text.as_str())) {
        return Err(format!("message: expected {text:?} in: {found}"));
    }
    match expected.message_excludes.iter().find(|text| found.contains(text.as_str())) {
        Some(text) => Err(format!("message: {text:?} must not be in: {found}")),
        None => Ok(()),
    }
}

fn error_facts(found: &Error, expected: &ErrorOutcome) -> Verdict {
    let (kind, variant) = match found {
        Error::Challenge { error, .. } => ("challenge", Some(kebab(&format!("{error:?}")))),
        Error::Configuration(error) => ("configuration", Some(kebab(&format!("{error:?}")))),
        Error::CredentialFile { error, .. } => ("credential-file", Some(kebab(&format!("{:?}", error.kind())))),
        Error::Endpoint { .. } => ("endpoint", None),
        Error::ForeignService { service, .. } => ("foreign-service", Some(kebab(&format!("{service:?}")))),
        Error::InvalidResponse { error, .. } => ("invalid-response", Some(kebab(&format!("{error:?}")))),
        Error::Transport { error, .. } => ("transport", Some(transport_kind(error.kind()))),
        _ => return Err(format!("unknown error {found:?}")),
    };
    same("kind", &kind, &expected.kind.as_str())?;
    same("variant", &variant, &expected.variant)?;
    same("fault", &kebab(&format!("{:?}", found.fault())), &expected.fault)?;
    same("transient", &found.is_transient(), &expected.transient)?;
    same("retry_after_seconds", &found.retry_after().map(|delay| delay.as_secs()), &expected.retry_after_seconds)?;
    let evidence = found.evidence();
    let about = match found {
        Error::Configuration(error) => error.source_kind().map(|kind| kind.as_str().to_owned()),
        _ => None,
    };
    same("source", &about, &expected.source)?;
    same("attempts", &evidence.map(|evidence| evidence.attempts), &expected.attempts)?;
    same("stopped", &evidence.map(|evidence| kebab(&format!("{:?}", evidence.stopped))), &expected.stopped)?;
    let (Error::Endpoint { error, .. } | Error::ForeignService { error, .. }) = found else {
        return same("status", &None, &expected.status);
    };
    same("status", &Some(error.status), &expected.status)?;
    same("code", &error.code, &expected.code)?;
    same("correlation_id", &error.correlation_id, &expected.correlation_id)?;
    let description = expected.description.as_ref().map(crate::transcript::Content::text).transpose()?;
    same("description", &error.description, &description)
}
