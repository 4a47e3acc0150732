//! A running simulator and what can be asked of it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use crate::builder::SimulatorBuilder;
use crate::error::SimulatorError;
use crate::fault::FaultScript;
use crate::identity::AssignedIdentity;
use crate::record::RequestRecord;
use crate::server::{Endpoint, RunningServer};
use crate::source::SimulatedSource;
use crate::tls::TrustedCertificate;
use crate::token::{InvalidToken, TokenClaims};

/// A simulated managed-identity endpoint. Dropping it stops the server and removes the files it made.
pub struct Simulator {
    source: SimulatedSource,
    // Declared before the endpoint: the server must have stopped when the endpoint removes its files.
    _server: RunningServer,
    endpoint: Arc<Endpoint>,
    trusted: Option<TrustedCertificate>,
}

impl Simulator {
    /// Choices for a simulator of `source`.
    #[must_use]
    pub fn builder(source: SimulatedSource) -> SimulatorBuilder {
        SimulatorBuilder::new(source)
    }

    pub(crate) fn new(
        source: SimulatedSource,
        server: RunningServer,
        endpoint: Arc<Endpoint>,
        trusted: Option<TrustedCertificate>,
    ) -> Self {
        Self { source, _server: server, endpoint, trusted }
    }

    /// The source that is simulated.
    #[must_use]
    pub fn source(&self) -> SimulatedSource {
        self.source
    }

    /// The environment variables a client needs to find and use the endpoint.
    ///
    /// `AZURE_POD_IDENTITY_AUTHORITY_HOST` is among them for every source: a client that does not know the source and falls
    /// back to IMDS then asks the simulator, which refuses and records it, and not the address of the real service.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        let base_url = &self.endpoint.base_url;
        let mut variables = self.endpoint.dialect.environment(base_url, self.trusted.as_ref());
        variables.insert("AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned(), base_url.clone());
        variables
    }

    /// Scheme, host and port, such as `http://127.0.0.1:40342`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.endpoint.base_url
    }

    /// The tenant that issues the tokens.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        self.endpoint.service.issuer.tenant_id()
    }

    /// The identities that are assigned.
    #[must_use]
    pub fn identities(&self) -> &[AssignedIdentity] {
        &self.endpoint.service.identities
    }

    /// The folder of the key files, on Azure Arc.
    #[must_use]
    pub fn key_folder(&self) -> Option<&Path> {
        self.endpoint.dialect.key_folder()
    }

    /// The certificate to trust: the CA of the workload-identity authority, or the certificate of Service Fabric.
    #[must_use]
    pub fn ca_certificate(&self) -> Option<&TrustedCertificate> {
        self.trusted.as_ref()
    }

    /// The requests that came, oldest first, secrets masked. The last 20,000 are kept.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.endpoint.service.recorder.records()
    }

    /// How many requests came.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.endpoint.service.recorder.count()
    }

    /// Every secret that was handed out or is expected: the value of a secret header, key-file contents, tokens, the
    /// federated token. For tests that search a program's output for leaks. The last 20,000 are kept.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.endpoint.service.recorder.secrets()
    }

    /// Replaces what is left of the fault script.
    ///
    /// # Errors
    ///
    /// [`SimulatorError::Fault`] when an entry cannot be carried out; the old script stays then.
    pub fn set_faults(&self, faults: FaultScript) -> Result<(), SimulatorError> {
        faults.check()?;
        *self.endpoint.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
        Ok(())
    }

    /// Whether `token` is a valid one of this simulator for `audience`.
    #[must_use]
    pub fn is_valid_token(&self, token: &str, audience: &str) -> bool {
        self.verify_token(token, audience).is_ok()
    }

    /// The claims of `token`, after its signature, issuer, audience and expiry were checked.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] names the first check that failed.
    pub fn verify_token(&self, token: &str, audience: &str) -> Result<TokenClaims, InvalidToken> {
        self.endpoint.service.issuer.verify(token, audience)
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Simulator")
            .field("source", &self.source)
            .field("base_url", &self.base_url())
            .field("request_count", &self.request_count())
            .finish_non_exhaustive()
    }
}
