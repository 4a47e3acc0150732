//! Judges what an endpoint answered: a token, or what is wrong.

use alloc::borrow::Cow;
use alloc::string::ToString as _;
use core::time::Duration;

use super::date;
use super::document::{Document, Value};
use super::message::HttpResponse;
use crate::error::{EndpointError, InvalidResponse, presentable};
use crate::kind::SourceKind;
use crate::values::{AccessToken, Identity, Secret, TokenParts, TokenRequest, UnixTime};

/// Reads the token out of the body of an answer with a success status. Type and resource are shown where the token is
/// not, so a peer that puts a secret there is not believed about them.
pub(crate) fn token(
    body: &[u8],
    now: UnixTime,
    request: &TokenRequest,
    source: SourceKind,
    secrets: &[&str],
) -> Result<AccessToken, InvalidResponse> {
    let document = Document::parse(body).ok_or(InvalidResponse::NotAnObject)?;
    let secret = document.text("access_token").ok_or(InvalidResponse::NoAccessToken)?;
    // Looking at all bytes of a token, eight or more at a time, takes less time than stopping at the first illegal one.
    if !secret.bytes().fold(true, |legal, byte| legal & byte.is_ascii_graphic()) {
        return Err(InvalidResponse::IllegalAccessToken);
    }
    let expires_on = expiry(&document, now)?;
    let refresh_on = match seconds(document.value("refresh_in")) {
        Some(Ok(seconds)) => Some(now.saturating_add(Duration::from_secs(seconds))),
        _ => None,
    };
    if source == SourceKind::AzureArc && !confirms(&document, request.identity()) {
        return Err(InvalidResponse::IdentityNotConfirmed);
    }
    let shows_no_secret = |text: &&str| {
        let mut hidden = secrets.iter().copied().filter(|hidden| !hidden.is_empty()).chain([secret]);
        !hidden.any(|hidden| text.contains(hidden)) && !text.contains(char::is_control)
    };
    Ok(AccessToken::from(TokenParts {
        secret: Secret::from(secret),
        token_type: match document.text("token_type").filter(shows_no_secret) {
            None | Some("Bearer") => Cow::Borrowed("Bearer"),
            Some(other) => Cow::Owned(other.to_string()),
        },
        resource: document.text("resource").filter(shows_no_secret).unwrap_or(request.resource()).to_string(),
        expires_on,
        refresh_on,
        source,
        clock_ahead_by: None,
    }))
}

/// Whether Azure Arc's answer names the user-assigned identity that was asked for. An agent that is too old to know
/// user-assigned identities ignores the request for one and answers with the system-assigned identity's token.
fn confirms(document: &Document<'_>, identity: &Identity) -> bool {
    let (echo, wanted) = match identity {
        Identity::SystemAssigned => return true,
        Identity::ClientId(id) => (document.text("client_id"), id),
        Identity::ObjectId(id) => (document.text("object_id"), id),
        Identity::ResourceId(id) => (document.text("msi_res_id").or(document.text("mi_res_id")), id),
    };
    echo.is_some_and(|echo| echo.eq_ignore_ascii_case(wanted))
}

/// Both fields present: the earlier counts, so that a mistake in one of them shortens the token's life.
fn expiry(document: &Document<'_>, now: UnixTime) -> Result<UnixTime, InvalidResponse> {
    let absolute = match document.value("expires_on") {
        Value::Text(text) if !text.trim().is_empty() => match seconds(document.value("expires_on")) {
            Some(Ok(seconds)) => Some(UnixTime::from_secs(seconds)),
            _ => Some(date::expiry(text).ok_or(InvalidResponse::InvalidExpiry)?),
        },
        other => seconds(other).transpose()?.map(UnixTime::from_secs),
    };
    let relative = seconds(document.value("expires_in"))
        .transpose()?
        .map(|seconds| now.saturating_add(Duration::from_secs(seconds)));
    match (absolute, relative) {
        (Some(absolute), Some(relative)) => Ok(absolute.min(relative)),
        (Some(expiry), None) | (None, Some(expiry)) => Ok(expiry),
        (None, None) => Err(InvalidResponse::NoExpiry),
    }
}

/// A number or numeric text; `None` when absent or empty.
fn seconds(value: &Value<'_>) -> Option<Result<u64, InvalidResponse>> {
    match value {
        Value::Absent => None,
        Value::Number(number) => Some(Ok(*number)),
        Value::Text(text) if text.trim().is_empty() => None,
        Value::Text(text) => Some(text.trim().parse().map_err(|_| InvalidResponse::InvalidExpiry)),
        Value::Object(_) | Value::Other => Some(Err(InvalidResponse::InvalidExpiry)),
    }
}

/// Reads the error out of an answer of any other status. `secrets` are texts that were sent to the peer and must not
/// come back in a message.
pub(crate) fn error(response: &HttpResponse, now: UnixTime, secrets: &[&str]) -> EndpointError {
    let document = Document::parse(response.body()).unwrap_or_default();
    let inner = match document.value("error") {
        Value::Object(inner) => Some(inner),
        _ => None,
    };
    let show = |text: Option<&str>, limit| {
        let text = text?;
        // Wiped, since a secret may be in it that the peer sent back.
        let mut clean = Secret::from(text);
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            clean = Secret::new(clean.expose().replace(secret, "[redacted]"));
        }
        Some(presentable(clean.expose(), limit)).filter(|text| !text.is_empty())
    };
    let outer = |names: &[&str]| names.iter().find_map(|name| document.text(name));
    let inner = |names: &[&str]| names.iter().find_map(|name| inner?.text(name));
    let code = outer(&["error"]).or(inner(&["code"])).or(outer(&["code"]));
    let description = outer(&["error_description", "message", "Message"]).or(inner(&["message", "Message"]));
    let ids = ["correlation_id", "correlationId"];
    let correlation_id = outer(&ids).or(inner(&ids));
    EndpointError {
        status: response.status,
        code: show(code, 128),
        description: show(description, 1024),
        correlation_id: show(correlation_id, 128),
        retry_after: retry_after(response.retry_after.as_deref(), now),
    }
}

/// `Retry-After` as seconds, where a fraction is rounded up, or as an HTTP date (RFC 9110, section 10.2.3).
fn retry_after(value: Option<&[u8]>, now: UnixTime) -> Option<Duration> {
    let text = core::str::from_utf8(value?).ok()?.trim();
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b.is_ascii_digit()) => {
            whole.parse::<u64>().ok().map(|s| s.saturating_add(1))
        }
        _ => text.parse::<u64>().ok(),
    };
    match whole {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => date::http(text).map(|date: UnixTime| date.saturating_since(now)),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use core::time::Duration;

    use super::{error, retry_after, token};
    use crate::kind::SourceKind;
    use crate::values::{TokenRequest, UnixTime};
    use crate::wire::HttpResponse;

    fn after(value: &str) -> Option<Duration> {
        retry_after(Some(value.as_bytes()), UnixTime::from_secs(784_111_770))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(after("3"), Some(Duration::from_secs(3)));
        assert_eq!(after("1.5"), Some(Duration::from_secs(2)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "-1", "soon", "1.5.2", "1e3"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_secret_that_the_peer_echoes_is_not_repeated() {
        let body =
            br#"{"error":"bad hunter2","error_description":"header was hunter2\u0007","correlation_id":"hunter2"}"#;
        let found = error(&HttpResponse::new(400, body.to_vec()), UnixTime::default(), &["hunter2"]);
        assert_eq!(found.code.as_deref(), Some("bad [redacted]"));
        assert_eq!(found.description.as_deref(), Some("header was [redacted]"));
        assert_eq!(found.correlation_id.as_deref(), Some("[redacted]"));
    }

    #[test]
    fn type_and_resource_are_not_taken_from_a_peer_that_hides_a_secret_in_them() {
        let asked = TokenRequest::for_resource("asked").unwrap();
        for hidden in ["token-1", "hunter2", "\\u001b[2J"] {
            let body = alloc::format!(
                r#"{{"access_token":"token-1","expires_in":60,"token_type":"{hidden}","resource":"for {hidden}"}}"#
            );
            let found =
                token(body.as_bytes(), UnixTime::default(), &asked, SourceKind::Imds, &["", "hunter2"]).unwrap();
            assert_eq!((found.token_type(), found.resource()), ("Bearer", "asked"));
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let body = alloc::format!("{{\"message\":\"{}\"}}", "ä".repeat(4000));
        let found = error(&HttpResponse::new(400, body.into_bytes()), UnixTime::default(), &[]);
        assert_eq!(found.description.map(|text: String| text.len()), Some(1024));
    }
}
