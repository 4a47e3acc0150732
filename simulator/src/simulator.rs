//! A running simulator and what can be asked of it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::TlsAcceptor;

use crate::background::Background;
use crate::configuration::Configuration;
use crate::endpoint::Endpoint;
use crate::error::SimulatorError;
use crate::fault::FaultScript;
use crate::identity::AssignedIdentity;
use crate::key_vault::KeyVault;
use crate::keys::TokenKey;
use crate::proxy::Proxy;
use crate::record::{Recorder, RequestRecord};
use crate::server::{Bound, Served};
use crate::source::{Service, SimulatedSource};
use crate::storage::StorageAccount;
use crate::tls::{self, NAME_BEHIND_PROXY, TrustedCertificate};
use crate::token::{InvalidToken, TokenClaims, TokenIssuer};

/// A simulated managed-identity endpoint. Dropping it stops the server and removes the files it made.
pub struct Simulator {
    source: SimulatedSource,
    // Declared before the endpoint: the server must have stopped when the endpoint removes its files.
    _server: Background,
    endpoint: Arc<Endpoint>,
    trusted: Option<TrustedCertificate>,
    services_trusted: Option<TrustedCertificate>,
    proxy_url: Option<String>,
}

impl Simulator {
    /// Starts what is described.
    pub(crate) fn start(configuration: Configuration) -> Result<Self, SimulatorError> {
        configuration.check()?;
        let direct = Bound::new(configuration.port)?;
        let proxy = if configuration.proxy { Some(Bound::new(0)?) } else { None };
        let key = configuration.signing_key.map_or_else(TokenKey::of_process, |pem| TokenKey::from_pem(&pem))?;
        let service = Service {
            identities: configuration.identities,
            issuer: TokenIssuer::new(key, configuration.tenant_id, configuration.token_lifetime),
            recorder: Recorder::new(configuration.most_kept, configuration.request_log),
        };
        let source = configuration.source;
        let opened =
            source.open(&service, configuration.key_folder, configuration.key_access, configuration.old_tool)?;
        let (tls, trusted) = opened.tls.map(|tls| (TlsAcceptor::from(tls.config), tls.trusted)).unzip();
        // A source that speaks https already does so for the services, too.
        let services = if configuration.services_https && trusted.is_none() {
            let identity = tls::from_own_ca()?;
            Some((Bound::new(0)?, TlsAcceptor::from(identity.config), identity.trusted))
        } else {
            None
        };
        let behind_proxy = proxy.is_some() && source.is_on_the_internet();
        let base_url =
            if behind_proxy { format!("https://{NAME_BEHIND_PROXY}") } else { direct.base_url(tls.is_some()) };
        opened.dialect.serves_at(&base_url)?;
        let services_url = services.as_ref().map_or_else(|| base_url.clone(), |(bound, ..)| bound.base_url(true));
        let key_vault =
            KeyVault::new(services_url.clone(), configuration.key_vault_scope, configuration.key_vault_secrets);
        let storage = StorageAccount::new(services_url, configuration.storage_containers);
        key_vault.values().for_each(|secret| service.recorder.add_secret(secret));
        let endpoint = Arc::new(Endpoint {
            base_url,
            dialect: opened.dialect,
            service,
            key_vault,
            storage,
            faults: Mutex::new(configuration.faults),
        });
        let proxy_url = proxy.as_ref().map(|bound| bound.base_url(false));
        let proxy = proxy.map(|bound| {
            let leads_to = behind_proxy.then(|| format!("{NAME_BEHIND_PROXY}:443"));
            (bound, Arc::new(Proxy { endpoint: Arc::clone(&endpoint), tls: tls.clone(), leads_to }))
        });
        let (services, services_trusted) = services.map(|(bound, tls, trusted)| ((bound, tls), trusted)).unzip();
        let served = Served { direct, endpoint: Arc::clone(&endpoint), tls, proxy, services };
        let server = served.start(configuration.late)?;
        Ok(Self { source, _server: server, endpoint, trusted, services_trusted, proxy_url })
    }

    /// The source that is simulated.
    #[must_use]
    pub fn source(&self) -> SimulatedSource {
        self.source
    }

    /// The environment variables a client needs to find and use the endpoint, and those that keep it from others.
    ///
    /// For every source there are
    /// - `AZURE_POD_IDENTITY_AUTHORITY_HOST`: a client that does not know the source and falls back to IMDS then asks the
    ///   simulator, which refuses and records it, and not the address of the real service;
    /// - `AZURE_AUTHORITY_HOST`: where no authority is simulated, a name that nobody knows;
    /// - `AZURE_TOKEN_CREDENTIALS`: a chain of credentials leaves out developer tools and their real sign-in; where a tool is
    ///   simulated, it has developer tools only, and `PATH` leads to the simulated ones.
    ///
    /// With a proxy there are `HTTP_PROXY`, `HTTPS_PROXY` and both in lower case, and with a secret in the Key Vault there is
    /// its address in `AZURE_KEYVAULT_URL`, with a container in the storage account its address in `AZURE_STORAGE_URL`. Where
    /// they have a CA of their own, the variables that name it are there too.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        let Endpoint { base_url, dialect, key_vault, storage, .. } = &*self.endpoint;
        let mut variables = BTreeMap::from([
            ("AZURE_AUTHORITY_HOST".to_owned(), format!("https://{NAME_BEHIND_PROXY}/")),
            ("AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned(), base_url.clone()),
            ("AZURE_TOKEN_CREDENTIALS".to_owned(), "prod".to_owned()),
        ]);
        if let Some(url) = &self.proxy_url {
            let names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
            variables.extend(names.map(|name| (name.to_owned(), url.clone())));
        }
        for (name, url) in [("AZURE_KEYVAULT_URL", key_vault.url()), ("AZURE_STORAGE_URL", storage.url())] {
            variables.extend(url.map(|url| (name.to_owned(), url.to_owned())));
        }
        variables.extend(self.services_trusted.iter().flat_map(TrustedCertificate::authority_variables));
        variables.extend(dialect.environment(base_url, self.trusted.as_ref()));
        variables
    }

    /// Scheme, host and port, such as `http://127.0.0.1:40342`, without a slash at the end. For workload identity behind a
    /// proxy the host is a name that only the proxy knows.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.endpoint.base_url
    }

    /// The address of the proxy, such as `http://127.0.0.1:3128`, if there is one.
    #[must_use]
    pub fn proxy_url(&self) -> Option<&str> {
        self.proxy_url.as_deref()
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

    /// The certificate to trust: the CA of the workload-identity authority, the certificate of Service Fabric, or else the
    /// CA of Key Vault and storage account at an https address.
    #[must_use]
    pub fn ca_certificate(&self) -> Option<&TrustedCertificate> {
        self.trusted.as_ref().or(self.services_trusted.as_ref())
    }

    /// The address of the Key Vault, without a slash at the end, if there is one.
    #[must_use]
    pub fn key_vault_url(&self) -> Option<&str> {
        self.endpoint.key_vault.url()
    }

    /// The address of the storage account, without a slash at the end, if there is one.
    #[must_use]
    pub fn storage_url(&self) -> Option<&str> {
        self.endpoint.storage.url()
    }

    /// From now on the Key Vault refuses this token, and says by a claims challenge that another one is wanted, as a service
    /// does where a token is taken back before its end (continuous access evaluation).
    pub fn revoke_token(&self, token: &str) {
        self.endpoint.key_vault.revoke(token);
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
        faults.check(self.source)?;
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
