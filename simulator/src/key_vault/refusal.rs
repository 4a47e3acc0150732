//! How a vault says no.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use serde_json::json;

use crate::answer::Answer;
use crate::token::seconds_since_1970;

/// Why a request gets no secret.
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// What its `WWW-Authenticate` says, if it has one.
    challenge: Option<String>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), challenge: None }
    }

    pub(super) fn bad_parameter(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadParameter", message)
    }

    pub(super) fn secret_not_found(name: &str) -> Self {
        let message = format!("A secret with (name/id) {name} was not found in this key vault.");
        Self::new(StatusCode::NOT_FOUND, "SecretNotFound", message)
    }

    /// There is no token, or it is not a valid one. By the challenge a client learns where to get one, and for which
    /// resource.
    ///
    /// <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
    pub(super) fn unauthorized(message: impl Into<String>, challenge: String) -> Self {
        let challenge = Some(challenge);
        Self { challenge, ..Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", message) }
    }

    /// The token was valid, and has been taken back. By the claims in the challenge a client learns that the token it has is
    /// of no use any more.
    ///
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    pub(super) fn revoked(challenge: &str) -> Self {
        let from = json!({ "essential": true, "value": seconds_since_1970().to_string() });
        let claims = STANDARD.encode(json!({ "access_token": { "nbf": from } }).to_string());
        let challenge = format!(r#"{challenge}, error="insufficient_claims", claims="{claims}""#);
        Self::unauthorized("The token has been revoked.", challenge)
    }

    pub(super) fn answer(self) -> Answer {
        let document = json!({ "error": { "code": self.code, "message": self.message } });
        let answer = Answer::json(self.status, &document);
        match self.challenge.map(HeaderValue::try_from) {
            Some(Ok(value)) => answer.with_header(WWW_AUTHENTICATE, value),
            // A tenant and an address of legal characters only make a legal header.
            Some(Err(_)) | None => answer,
        }
    }
}
