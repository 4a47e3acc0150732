//! How a vault says no.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use serde_json::json;

use crate::answer::Answer;
use crate::token::{TokenIssuer, seconds_since_1970};

/// The audience of a vault's tokens.
pub(super) const AUDIENCE: &str = "https://vault.azure.net";

pub(super) fn failure(status: StatusCode, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}

pub(super) fn bad_parameter(message: &str) -> Answer {
    failure(StatusCode::BAD_REQUEST, "BadParameter", message)
}

pub(super) fn secret_not_found(name: &str) -> Answer {
    let message = format!("A secret with (name/id) {name} was not found in this key vault.");
    failure(StatusCode::NOT_FOUND, "SecretNotFound", &message)
}

/// Why a request is not let in.
pub(super) enum Unauthorized {
    /// There is no token, or it is not a valid one.
    Token(String),
    /// It was valid, and has been taken back.
    Revoked,
}

impl Unauthorized {
    /// By the challenge a client learns where to get a token, and for which resource; and by its claims, that the token it
    /// has is of no use any more.
    ///
    /// <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    pub(super) fn answer(&self, authority: &str, issuer: &TokenIssuer) -> Answer {
        let (message, claims) = match self {
            Self::Token(message) => (message.as_str(), String::new()),
            Self::Revoked => {
                let from = json!({ "essential": true, "value": seconds_since_1970().to_string() });
                let claims = STANDARD.encode(json!({ "access_token": { "nbf": from } }).to_string());
                ("The token has been revoked.", format!(r#", error="insufficient_claims", claims="{claims}""#))
            }
        };
        let answer = failure(StatusCode::UNAUTHORIZED, "Unauthorized", message);
        let tenant = issuer.tenant_id();
        let challenge = format!(r#"Bearer authorization="{authority}/{tenant}", resource="{AUDIENCE}"{claims}"#);
        match HeaderValue::try_from(challenge) {
            Ok(value) => answer.with_header(WWW_AUTHENTICATE, value),
            Err(_) => answer,
        }
    }
}
