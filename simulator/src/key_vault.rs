//! A minimal Azure Key Vault: hands out secrets to whoever brings a valid token for it.
//!
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>

use std::collections::BTreeMap;

use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, StatusCode};
use serde_json::json;

use crate::answer::Answer;
use crate::random;
use crate::request::Request;
use crate::token::{InvalidToken, TokenIssuer, seconds_since_1970};

/// The audience of a vault's tokens.
const AUDIENCE: &str = "https://vault.azure.net";

/// The secrets of the vault. Without any there is no vault.
#[derive(Default)]
pub(crate) struct KeyVault {
    secrets: BTreeMap<String, Secret>,
}

struct Secret {
    value: String,
    version: String,
    created: u64,
}

impl KeyVault {
    pub(crate) fn new(secrets: impl IntoIterator<Item = (String, String)>) -> Self {
        let secret = |(name, value)| (name, Secret { value, version: random::hex(16), created: seconds_since_1970() });
        Self { secrets: secrets.into_iter().map(secret).collect() }
    }

    /// Whether there is no vault.
    pub(crate) fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The values of all secrets.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.secrets.values().map(|secret| secret.value.as_str())
    }

    /// The answer to `request` if it is one to the vault.
    pub(crate) fn answer(&self, request: &Request, base_url: &str, issuer: &TokenIssuer) -> Option<Answer> {
        if self.is_empty() {
            return None;
        }
        let path = request.path.strip_prefix("/secrets/")?;
        let (name, version) = path.split_once('/').unwrap_or((path, ""));
        Some(self.secret(request, name, version, base_url, issuer))
    }

    fn secret(&self, request: &Request, name: &str, version: &str, base_url: &str, issuer: &TokenIssuer) -> Answer {
        if let Err(message) = authorized(request, issuer) {
            return challenge(&message, base_url, issuer);
        }
        if request.method != Method::GET {
            return failure(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "secrets can be read only");
        }
        match request.parameter("api-version") {
            None => return failure(StatusCode::BAD_REQUEST, "BadParameter", "api-version must be specified"),
            Some(known) if known.starts_with("7.") => {}
            Some(_) => return failure(StatusCode::BAD_REQUEST, "BadParameter", "the api-version must be one of 7.x"),
        }
        let found = self.secrets.get(name).filter(|secret| version.is_empty() || version == secret.version);
        let Some(secret) = found else {
            let message = format!("A secret with (name/id) {name} was not found in this key vault.");
            return failure(StatusCode::NOT_FOUND, "SecretNotFound", &message);
        };
        let id = format!("{base_url}/secrets/{name}/{}", secret.version);
        let attributes = json!({ "enabled": true, "created": secret.created, "updated": secret.created });
        Answer::json(StatusCode::OK, &json!({ "value": secret.value, "id": id, "attributes": attributes, "tags": {} }))
    }
}

/// Whether the request brings a valid token for the vault; what is wrong with it if not.
fn authorized(request: &Request, issuer: &TokenIssuer) -> Result<(), String> {
    let token = request.header("authorization").and_then(|value| value.split_once(' '));
    let Some((_, token)) = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return Err("AKV10000: Request is missing a Bearer or PoP token.".to_owned());
    };
    match issuer.verify(token, AUDIENCE) {
        Ok(_) => Ok(()),
        Err(InvalidToken::Audience) => Err(format!("AKV10022: Invalid audience. Expected {AUDIENCE}.")),
        Err(error) => Err(format!("Error validating token: {error}.")),
    }
}

/// By the challenge a client learns where to get a token, and for which resource.
///
/// <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
fn challenge(message: &str, base_url: &str, issuer: &TokenIssuer) -> Answer {
    let answer = failure(StatusCode::UNAUTHORIZED, "Unauthorized", message);
    let challenge = format!(r#"Bearer authorization="{base_url}/{}", resource="{AUDIENCE}""#, issuer.tenant_id());
    match HeaderValue::try_from(challenge) {
        Ok(value) => answer.with_header(WWW_AUTHENTICATE, value),
        Err(_) => answer,
    }
}

fn failure(status: StatusCode, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}
