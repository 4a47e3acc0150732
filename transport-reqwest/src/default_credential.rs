//! The client for programs that run anywhere: a chain of credentials.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, Chain, ChainOptions, CredentialKind, Environment, Error, HostFacts, Identity, RefreshPolicy,
    RetryCause, RetryPolicy, Secret, SourceKind, TokenFuture, TokenProvider, TokenRequest,
};

use crate::effects::AsyncEffects;
use crate::metrics::Metrics;
use crate::native::NativeEffectsBuilder;
use crate::origin::Origin;
use crate::proxy::ProxySettings;
use crate::resource::ResourceClient;
use crate::settings::Settings;
use crate::tokens::Tokens;

/// Gets access tokens wherever a program runs: as the service principal of the environment, by workload identity, as a managed
/// identity, or, on a developer's machine, as the account that is signed in to Azure CLI, Azure PowerShell or Azure Developer
/// CLI. The first that gives a token is asked first from then on.
///
/// ```no_run
/// # async fn example() -> Result<(), managed_identity_reqwest::Error> {
/// use managed_identity_reqwest::{CredentialKind, DefaultCredential};
///
/// let credential = DefaultCredential::from_env()?;
/// let token = credential.get_token("https://vault.azure.net").await?;
/// println!("from {}", CredentialKind::of(token.source()));
/// # Ok(())
/// # }
/// ```
///
/// Everything else is as it is with [`ManagedIdentityClient`](crate::ManagedIdentityClient): the cache, one walk along the
/// chain however many callers wait, renewal in the background. Cheap to clone.
#[derive(Clone)]
pub struct DefaultCredential {
    chain: Chain,
    tokens: Tokens,
}

impl DefaultCredential {
    /// The credentials of wherever this program runs, as `AZURE_TOKEN_CREDENTIALS` chooses them. Nothing is sent or run.
    ///
    /// # Errors
    /// [`Error::Configuration`] when that variable says nothing that is known.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// One credential and no other, whatever `AZURE_TOKEN_CREDENTIALS` says.
    ///
    /// # Errors
    /// [`Error::Configuration`] when a variable is no text.
    pub fn only(credential: CredentialKind) -> Result<Self, Error> {
        Self::builder().options(ChainOptions::default().only([credential])).build()
    }

    /// Starts a configuration.
    pub fn builder() -> DefaultCredentialBuilder {
        DefaultCredentialBuilder::default()
    }

    /// The credentials in their order, each with what can be told of it without asking.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// A token for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`. [`CredentialKind::of`] its source tells which credential it is from.
    ///
    /// # Errors
    /// [`Error::Chain`] has a line for each credential. One that is alone ends with its own error.
    pub async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        self.tokens.get(resource).await
    }

    /// The token of a resource that was asked for before, if it is at hand and fresh.
    #[must_use]
    pub fn fresh_token(&self, resource: &str) -> Option<AccessToken> {
        self.tokens.fresh(resource)
    }

    /// A handle bound to one resource, for the shortest path to its token, and for renewing and replacing it.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the resource is empty.
    pub fn resource(&self, resource: &str) -> Result<ResourceClient, Error> {
        self.tokens.resource(resource)
    }

    /// What this and its clones have done so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.tokens.metrics()
    }
}

/// A request for another identity than the system-assigned one is one for that managed identity; a service principal and the
/// developer tools are who they are.
impl TokenProvider for DefaultCredential {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(self.tokens.provide(request))
    }

    fn fresh_token(&self, request: &TokenRequest) -> Option<AccessToken> {
        self.tokens.fresh_for(request)
    }
}

impl fmt::Debug for DefaultCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.chain.members().iter().map(|member| member.kind().as_str());
        f.debug_tuple("DefaultCredential").field(&members.collect::<Vec<_>>()).finish()
    }
}

/// Configures a [`DefaultCredential`].
#[derive(Default)]
#[must_use = "call `build`"]
pub struct DefaultCredentialBuilder {
    host: Option<(Environment, HostFacts)>,
    options: ChainOptions,
    identity: Identity,
    settings: Settings,
    native: NativeEffectsBuilder,
    effects: Option<Arc<dyn AsyncEffects>>,
    only: Option<CredentialKind>,
    variables: Vec<(&'static str, Secret)>,
}

impl DefaultCredentialBuilder {
    /// This credential and no other, with these variables in place of those of the environment.
    pub(crate) fn of(mut self, credential: CredentialKind, variables: &[(&'static str, &str)]) -> Self {
        self.only = Some(credential);
        self.variables = variables.iter().map(|(name, value)| (*name, Secret::from(*value))).collect();
        self
    }

    /// Makes the chain from this snapshot instead of from the process and the machine.
    pub fn environment(mut self, environment: Environment, facts: HostFacts) -> Self {
        self.host = Some((environment, facts));
        self
    }

    /// Chooses the members and how they are asked.
    pub fn options(mut self, options: ChainOptions) -> Self {
        self.options = options;
        self
    }

    /// The managed identity to ask for, instead of the one that `AZURE_CLIENT_ID` names.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Retries by this policy instead of each source's own.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.acquire.retry = Some(policy);
        self
    }

    /// Limits the time of each walk, retries included; two and a half minutes unless set.
    pub fn time_budget(mut self, budget: Duration) -> Self {
        self.settings.acquire.time_budget = Some(budget);
        self
    }

    /// Waits no longer than this for a connection.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.acquire.connect_timeout = Some(limit);
        self
    }

    /// Takes the patience out of retries, as [`RetryPolicy::fail_fast`] says.
    pub fn fail_fast(mut self) -> Self {
        self.settings.acquire.fail_fast = true;
        self
    }

    /// Renews and forgets tokens by this policy instead of the default one.
    pub fn refresh(mut self, policy: RefreshPolicy) -> Self {
        self.settings.refresh = policy;
        self
    }

    /// Calls this before each wait of a retry, with the delay and its cause, for progress messages.
    pub fn on_retry(mut self, hook: impl Fn(Duration, RetryCause) + Send + Sync + 'static) -> Self {
        self.settings.on_retry = Some(Arc::new(hook));
        self
    }

    /// Trusts this certificate authority (in DER form) too, beside those of the machine, for HTTPS to the authority.
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.native = self.native.root_certificate(der);
        self
    }

    /// Reaches the authority by these settings instead of those of the process's environment
    /// ([`ProxySettings::from_env`]).
    pub fn proxy(mut self, settings: ProxySettings) -> Self {
        self.native = self.native.proxy(settings);
        self
    }

    /// Looks for developer tools in these folders, in the form of `PATH`, instead of those of the process's `PATH`.
    pub fn search_path(mut self, folders: impl Into<OsString>) -> Self {
        self.native = self.native.search_path(folders);
        self
    }

    /// Performs all effects through this instead of the network, the file system, processes and the system's clock.
    pub fn effects(mut self, effects: Arc<dyn AsyncEffects>) -> Self {
        self.effects = Some(effects);
        self
    }

    /// Makes it. Nothing is sent or run.
    ///
    /// # Errors
    /// [`Error::Configuration`] when `AZURE_TOKEN_CREDENTIALS` says nothing that is known, or a variable is no text.
    pub fn build(self) -> Result<DefaultCredential, Error> {
        let (environment, facts) =
            self.host.unwrap_or_else(|| (managed_identity_fs::environment(), managed_identity_fs::host_facts()));
        let variables = self.variables.into_iter();
        let environment = variables.fold(environment, |it, (name, value)| it.with_variable(name, value));
        let options = match self.only {
            Some(credential) => self.options.only([credential]),
            None => self.options,
        };
        let chain = Chain::of(&environment, facts, &options)?;
        let mut settings = self.settings;
        settings.stretch_lease(SourceKind::Chain);
        let effects = match self.effects {
            Some(effects) => effects,
            None => Arc::new(self.native.build()),
        };
        let tokens = Tokens::new(Origin::chain(chain.clone()), self.identity, settings, effects);
        Ok(DefaultCredential { chain, tokens })
    }
}

impl fmt::Debug for DefaultCredentialBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefaultCredentialBuilder").field("options", &self.options).finish_non_exhaustive()
    }
}
