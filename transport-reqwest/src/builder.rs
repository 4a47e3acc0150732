//! Configures a client.

use std::cell::LazyCell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use managed_identity_core::{
    DetectionOptions, Environment, Error, HostFacts, Identity, RefreshPolicy, RetryCause, RetryPolicy, Source,
    SourceSettings,
};

use crate::client::ManagedIdentityClient;
use crate::effects::AsyncEffects;
use crate::native::NativeEffectsBuilder;
use crate::proxy::ProxySettings;
use crate::settings::Settings;

/// Configures a [`ManagedIdentityClient`]. Whatever is not set has the default that suits the detected source.
#[derive(Default)]
#[must_use = "call `build`"]
pub struct ManagedIdentityClientBuilder {
    host: Option<(Environment, HostFacts)>,
    source: Option<Source>,
    source_settings: SourceSettings,
    options: DetectionOptions,
    key_directory: Option<String>,
    identity: Identity,
    identity_from_env: bool,
    settings: Settings,
    native: NativeEffectsBuilder,
    effects: Option<Arc<dyn AsyncEffects>>,
}

impl ManagedIdentityClient {
    /// A client for the system-assigned identity of wherever this program runs. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the environment names a source that cannot work.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Starts a configuration.
    pub fn builder() -> ManagedIdentityClientBuilder {
        ManagedIdentityClientBuilder::default()
    }
}

impl ManagedIdentityClientBuilder {
    /// Uses this source instead of detecting one.
    pub fn source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// Uses the source that a configuration means, as [`SourceSettings`] describes. A source that is set counts more.
    pub fn source_settings(mut self, settings: SourceSettings) -> Self {
        self.source_settings = settings;
        self
    }

    /// Detects the source from this snapshot instead of from the process and the machine.
    pub fn environment(mut self, environment: Environment, facts: HostFacts) -> Self {
        self.host = Some((environment, facts));
        self
    }

    /// On Azure Arc, reads key files from this folder only, for containers into which the agent's folder is mounted
    /// elsewhere. On other sources it has no effect.
    pub fn key_directory(mut self, directory: &str) -> Self {
        self.key_directory = Some(directory.to_owned());
        self
    }

    /// Accepts an Azure Arc endpoint in the environment that is not on this machine. Whoever controls that variable, or
    /// the network to that endpoint, can then collect the keys of this machine's agent.
    pub fn dangerous_allow_remote_arc_endpoint(mut self) -> Self {
        self.options = self.options.allow_remote_arc_endpoint();
        self
    }

    /// Asks for tokens of this identity; the system-assigned one unless set.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Asks for tokens of the identity whose client id is in `AZURE_CLIENT_ID`; of the system-assigned one where that is not
    /// set. Without this choice, only AKS workload identity looks at that variable.
    pub fn identity_from_env(mut self) -> Self {
        self.identity_from_env = true;
        self
    }

    /// Tells Service Fabric what this client can handle, such as `cp1`; other sources are not told.
    pub fn client_capabilities<I>(mut self, capabilities: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.settings.client_capabilities = capabilities.into_iter().map(Into::into).collect();
        self
    }

    /// Retries by this policy instead of the source's own; [`RetryPolicy::none`] switches retries off.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.acquire.retry = Some(policy);
        self
    }

    /// Limits the time of each acquisition, retries included; two and a half minutes unless set.
    pub fn time_budget(mut self, budget: Duration) -> Self {
        self.settings.acquire.time_budget = Some(budget);
        self
    }

    /// Waits no longer than this for a connection, instead of what evidence and the time budget suggest.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.acquire.connect_timeout = Some(limit);
        self
    }

    /// Takes the patience out of retries, as [`RetryPolicy::fail_fast`] says: an endpoint that cannot be connected to is tried
    /// once more only, and a long `Retry-After` is not waited for.
    pub fn fail_fast(mut self) -> Self {
        self.settings.acquire.fail_fast = true;
        self
    }

    /// Renews and forgets tokens by this policy instead of the default one.
    pub fn refresh(mut self, policy: RefreshPolicy) -> Self {
        self.settings.refresh = policy;
        self
    }

    /// Leaves out the headers `x-client-sku`, `x-client-ver` and `x-ms-client-request-id` on IMDS.
    pub fn without_client_headers(mut self) -> Self {
        self.settings.acquire.without_client_headers = true;
        self
    }

    /// Calls this before each wait of a retry, with the delay and its cause, for progress messages.
    pub fn on_retry(mut self, hook: impl Fn(Duration, RetryCause) + Send + Sync + 'static) -> Self {
        self.settings.on_retry = Some(Arc::new(hook));
        self
    }

    /// Trusts this certificate authority (in DER form) too, beside those of the machine, for HTTPS to the authority of
    /// workload identity. Service Fabric's pinned certificate is not affected.
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.native = self.native.root_certificate(der);
        self
    }

    /// Reaches the authority of workload identity by these settings instead of those of the process's environment
    /// ([`ProxySettings::from_env`]). All other endpoints are reached directly, always.
    pub fn proxy(mut self, settings: ProxySettings) -> Self {
        self.native = self.native.proxy(settings);
        self
    }

    /// Sends through a client of the caller, whatever it does: it may use proxies and follow redirects, which can lead
    /// an identity header or a key away from this machine. Service Fabric, whose certificate must be pinned, is refused.
    pub fn dangerous_foreign_client(mut self, client: reqwest::Client) -> Self {
        self.native = self.native.dangerous_foreign_client(client);
        self
    }

    /// Performs all effects through this instead of the network, the file system and the system's clock.
    pub fn effects(mut self, effects: Arc<dyn AsyncEffects>) -> Self {
        self.effects = Some(effects);
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the environment or the identity cannot work.
    pub fn build(self) -> Result<ManagedIdentityClient, Error> {
        // A relative one is meant from here, whatever becomes the current folder later.
        let absolute = |directory: String| std::path::absolute(&directory).unwrap_or_else(|_| directory.into());
        let key_directory = self.key_directory.map(|directory| absolute(directory).to_string_lossy().into_owned());
        // Looked at only where it matters: twenty variables and a file cost more than all the rest.
        let host = LazyCell::new(|| {
            let (environment, facts) =
                self.host.unwrap_or_else(|| (managed_identity_fs::environment(), managed_identity_fs::host_facts()));
            match &key_directory {
                Some(directory) => (environment.with_key_directory(directory), facts),
                None => (environment, facts),
            }
        });
        let source = match (self.source, &key_directory) {
            (Some(source), Some(directory)) => source.with_key_directory(directory),
            (Some(source), None) => source,
            // The folder is in the environment, where on Windows the name of its usual place need not be known then.
            (None, _) => self.source_settings.source(&host.0, host.1, self.options)?,
        };
        let mut settings = self.settings;
        let identity = if self.identity_from_env { host.0.identity()? } else { self.identity };
        settings.stretch_lease(source.kind());
        let effects = match self.effects {
            Some(effects) => effects,
            None => Arc::new(self.native.build()),
        };
        ManagedIdentityClient::new(source, identity, settings, effects)
    }
}

impl fmt::Debug for ManagedIdentityClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentityClientBuilder")
            .field("source", &self.source)
            .field("source_settings", &self.source_settings)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
