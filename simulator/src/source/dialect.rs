//! What every dialect does, and what it may use.

use std::collections::BTreeMap;
use std::path::Path;

use hyper::StatusCode;

use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::identity::AssignedIdentity;
use crate::record::Recorder;
use crate::request::Request;
use crate::tls::TrustedCertificate;
use crate::token::{IssuedToken, TokenIssuer};

/// How one source speaks.
pub(crate) trait Dialect: Send + Sync {
    /// The variables by which a client finds the endpoint at `base_url`.
    fn environment(&self, base_url: &str, trusted: Option<&TrustedCertificate>) -> BTreeMap<String, String>;

    /// Checks a request and answers it with a token (or, on Azure Arc, a challenge).
    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal>;

    /// A refusal in the shape of this source.
    fn refuse(&self, refusal: &Refusal) -> Answer;

    /// Makes what clients need to find the endpoint, which will serve at `base_url`.
    fn serves_at(&self, base_url: &str) -> Result<(), SimulatorError> {
        let _ = base_url;
        Ok(())
    }

    /// Where key files are made, on the one source that has them.
    fn key_folder(&self) -> Option<&Path> {
        None
    }
}

/// Why a request gets no token, before it has the shape of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }
}

/// What the dialects share: identities, tokens, the record of secrets.
pub(crate) struct Service {
    pub(crate) identities: Vec<AssignedIdentity>,
    pub(crate) issuer: TokenIssuer,
    pub(crate) recorder: Recorder,
}

impl Service {
    /// Issues a token and takes note of it as a secret.
    pub(crate) fn issue(&self, identity: &AssignedIdentity, resource: &str) -> Result<IssuedToken, Refusal> {
        let unsigned = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "unknown", "the token could not be signed");
        let token = self.issuer.issue(identity, resource).map_err(unsigned)?;
        self.recorder.add_secret(&token.access_token);
        Ok(token)
    }

    /// A random secret that clients have to send, taken note of.
    pub(crate) fn new_secret(&self) -> String {
        let secret = crate::random::hex(16);
        self.recorder.add_secret(&secret);
        secret
    }
}
