//! Answers in the form of App Service.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use managed_identity_core::{AccessToken, Error, Fault};
use serde::Serialize;

use super::contract::Refusal;
use crate::json::json_line;

pub(super) type Answer = Response<Full<Bytes>>;

#[derive(Serialize)]
struct TokenDocument<'a> {
    access_token: &'a str,
    /// A text, as on App Service.
    expires_on: String,
    resource: &'a str,
    token_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefusalDocument<'a> {
    status_code: u16,
    message: &'a str,
}

pub(super) fn token(token: &AccessToken) -> Answer {
    json(
        StatusCode::OK,
        json_line(&TokenDocument {
            access_token: token.secret(),
            expires_on: token.expires_on().as_secs().to_string(),
            resource: token.resource(),
            token_type: token.token_type(),
            client_id: token.identity().client_id.as_deref(),
        }),
    )
}

pub(super) fn refusal(refusal: &Refusal) -> Answer {
    let document = RefusalDocument { status_code: refusal.status.as_u16(), message: &refusal.message };
    json(refusal.status, json_line(&document))
}

/// Why there is no token: so that clients try again what passes by itself, and nothing else.
pub(super) fn failure(error: &Error) -> Answer {
    let status = match error.fault() {
        _ if error.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Caller | Fault::Service => StatusCode::BAD_REQUEST,
        Fault::Host | Fault::Security => StatusCode::FORBIDDEN,
    };
    let mut answer = refusal(&Refusal { status, message: error.explain().to_string() });
    if let Some(delay) = error.retry_after() {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(delay.as_secs().max(1)));
    }
    answer
}

pub(super) fn text(text: String) -> Answer {
    made(StatusCode::OK, "text/plain; version=0.0.4", text)
}

fn json(status: StatusCode, text: String) -> Answer {
    made(status, "application/json; charset=utf-8", text)
}

fn made(status: StatusCode, content_type: &'static str, text: String) -> Answer {
    let mut answer = Response::new(Full::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
