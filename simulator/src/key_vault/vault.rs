//! The vault.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::{Method, StatusCode};

use super::page::Page;
use super::refusal::Refusal;
use super::secret::Secrets;
use crate::answer::Answer;
use crate::request::Request;
use crate::token::{InvalidToken, TokenIssuer};

/// The audience of a vault's tokens.
const AUDIENCE: &str = "https://vault.azure.net";

/// Versions of the interface besides 7.x. In these requests and answers they are all the same.
const DATED_VERSIONS: [&str; 2] = ["2025-07-01", "2026-04-01"];

/// A vault with its secrets. Without any there is no vault.
pub(crate) struct KeyVault {
    base_url: String,
    /// Whether a challenge names a scope instead of a resource.
    names_scope: bool,
    secrets: Secrets,
    revoked: Mutex<BTreeSet<String>>,
}

impl KeyVault {
    /// A vault at this address; a secret that is named again is its next version.
    pub(crate) fn new(
        base_url: String,
        names_scope: bool,
        secrets: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self { base_url, names_scope, secrets: Secrets::new(secrets), revoked: Mutex::default() }
    }

    /// Its address; `None` when there is no vault.
    pub(crate) fn url(&self) -> Option<&str> {
        (!self.secrets.is_empty()).then_some(self.base_url.as_str())
    }

    /// The values of all secrets.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.secrets.values()
    }

    /// Lets nobody in with this token from now on.
    pub(crate) fn revoke(&self, token: &str) {
        self.revoked().insert(token.to_owned());
    }

    /// The answer to `request` if it is one to the vault. `authority` is where its clients get tokens.
    pub(crate) fn answer(&self, request: &Request, authority: &str, issuer: &TokenIssuer) -> Option<Answer> {
        self.url()?;
        let mut parts = request.path.strip_prefix("/secrets")?.trim_end_matches('/').split('/');
        // Before the first slash there is nothing, unless the path is for something else of a similar name.
        parts.next().filter(|before| before.is_empty())?;
        let path = (parts.next(), parts.next(), parts.next());
        Some(self.granted(request, path, authority, issuer).unwrap_or_else(Refusal::answer))
    }

    fn granted(
        &self,
        request: &Request,
        path: (Option<&str>, Option<&str>, Option<&str>),
        authority: &str,
        issuer: &TokenIssuer,
    ) -> Result<Answer, Refusal> {
        self.let_in(request, authority, issuer)?;
        if request.method != Method::GET {
            return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "secrets can be read only"));
        }
        let api_version = api_version(request)?;
        match path {
            (None, ..) => self.list(&Page::of(request, api_version)?),
            (Some(name), ..) if !is_name(name) => {
                Err(Refusal::bad_parameter("the name of the secret is not a legal one"))
            }
            (Some(name), Some("versions"), None) => self.list_versions(name, &Page::of(request, api_version)?),
            (Some(name), version, None) => self.secret(name, version),
            (Some(_), _, Some(_)) => Err(Refusal::bad_parameter("nothing is below a version of a secret")),
        }
    }

    fn secret(&self, name: &str, version: Option<&str>) -> Result<Answer, Refusal> {
        let version = self.secrets.find(name, version).ok_or_else(|| Refusal::secret_not_found(name))?;
        Ok(Answer::json(StatusCode::OK, &version.bundle(&self.base_url, name)))
    }

    fn list(&self, page: &Page) -> Result<Answer, Refusal> {
        let url = format!("{}/secrets", self.base_url);
        Ok(page.answer(&url, self.secrets.newest().map(|(name, version)| version.item(&format!("{url}/{name}")))))
    }

    fn list_versions(&self, name: &str, page: &Page) -> Result<Answer, Refusal> {
        let versions = self.secrets.versions(name).ok_or_else(|| Refusal::secret_not_found(name))?;
        let url = format!("{}/secrets/{name}", self.base_url);
        let items = versions.iter().map(|version| version.item(&format!("{url}/{}", version.id)));
        Ok(page.answer(&format!("{url}/versions"), items))
    }

    /// Whether the request brings a valid token for the vault; what is wrong with it if not.
    fn let_in(&self, request: &Request, authority: &str, issuer: &TokenIssuer) -> Result<(), Refusal> {
        let what = if self.names_scope {
            format!(r#"scope="{AUDIENCE}/.default""#)
        } else {
            format!(r#"resource="{AUDIENCE}""#)
        };
        let challenge = format!(r#"Bearer authorization="{authority}/{}", {what}"#, issuer.tenant_id());
        let token = request.header("authorization").and_then(|value| value.split_once(' '));
        let message = match token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
            None => "AKV10000: Request is missing a Bearer or PoP token.".to_owned(),
            Some((_, token)) => match issuer.verify(token, AUDIENCE) {
                Ok(_) if self.revoked().contains(token) => return Err(Refusal::revoked(&challenge)),
                Ok(_) => return Ok(()),
                Err(InvalidToken::Audience) => format!("AKV10022: Invalid audience. Expected {AUDIENCE}."),
                Err(error) => format!("Error validating token: {error}."),
            },
        };
        Err(Refusal::unauthorized(message, challenge))
    }

    fn revoked(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn api_version(request: &Request) -> Result<&str, Refusal> {
    match request.parameter("api-version") {
        None => Err(Refusal::bad_parameter("api-version must be specified")),
        Some(known) if known.starts_with("7.") || DATED_VERSIONS.contains(&known) => Ok(known),
        Some(_) => Err(Refusal::bad_parameter("the api-version must be 7.x, 2025-07-01 or 2026-04-01")),
    }
}

/// 1 to 127 letters, digits and `-`.
fn is_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=127).contains(&name.len()) && name.bytes().all(legal)
}
