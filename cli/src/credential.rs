//! What gives the tokens: a managed identity, a chain of credentials, or one of them by its name.

use std::sync::Arc;

use managed_identity_core::{
    AccessToken, Chain, ChainOptions, CredentialKind, Environment, Error, Identity, Member, Source, TokenProvider,
    TokenRequest,
};
use managed_identity_reqwest::{
    DefaultCredential, DefaultCredentialBuilder, ManagedIdentityClient, Metrics, ProxySettings,
};
use managed_identity_simulator::program::KeyVaultSecret;
use managed_identity_simulator::{SimulatedSource, Simulator};

use crate::failure::Failure;
use crate::options::{CredentialArguments, CredentialChoice};
use crate::patience::show_waits;
use crate::runtime::{block_on, block_on_unless_ended};
use crate::source::{Origin, simulated_host};

/// What was chosen, ready to be asked.
pub(crate) struct Credential {
    pub(crate) provider: Arc<dyn TokenProvider>,
    /// Whether it was chosen among others, so that it is worth telling which one gave a token.
    pub(crate) is_chosen: bool,
    metrics: Box<dyn Fn() -> Metrics + Send + Sync>,
    /// Who is asked.
    pub(crate) asked: Asked,
    /// Tokens come from it as long as it lives.
    pub(crate) simulator: Option<Simulator>,
}

/// Who is asked for tokens.
pub(crate) enum Asked {
    /// A managed identity.
    Source(Box<Source>),
    /// One credential after the other.
    Chain(Chain),
}

impl Asked {
    /// The source of tokens that has an endpoint, where there is one.
    pub(crate) fn source(&self) -> Option<&Source> {
        match self {
            Self::Source(source) => Some(source),
            Self::Chain(chain) => chain.members().iter().find_map(Member::source),
        }
    }
}

impl Credential {
    /// Makes what the arguments choose. Nothing is sent.
    pub(crate) fn of(arguments: &CredentialArguments) -> Result<Self, Failure> {
        Self::with_services(arguments, &[], &[])
    }

    /// The same, where a simulated source has a Key Vault with these secrets and a storage account with these containers beside
    /// it.
    pub(crate) fn with_services(
        arguments: &CredentialArguments,
        secrets: &[KeyVaultSecret],
        containers: &[String],
    ) -> Result<Self, Failure> {
        let simulator = arguments.simulate.map(|kind| started(kind, secrets, containers)).transpose()?;
        let choice = arguments.choice();
        match choice {
            None | Some(CredentialChoice::MANAGED_IDENTITY) => managed_identity(arguments, choice.is_some(), simulator),
            Some(choice) => chain(choice, arguments, simulator),
        }
    }

    /// The address of the vault that is simulated with it, where there is one.
    pub(crate) fn simulated_vault(&self) -> Option<&str> {
        self.simulator.as_ref()?.key_vault_url()
    }

    /// The address of the storage account that is simulated with it, where there is one.
    pub(crate) fn simulated_account(&self) -> Option<&str> {
        self.simulator.as_ref()?.storage_url()
    }

    /// What was done for its tokens.
    pub(crate) fn metrics(&self) -> Metrics {
        (self.metrics)()
    }

    /// Gets a token of it.
    pub(crate) fn token(&self, resource: &str) -> Result<AccessToken, Failure> {
        let request = TokenRequest::for_resource(resource).map_err(Error::from)?;
        Ok(block_on(self.provider.get_token(&request))??)
    }

    /// The same for a command that does nothing else: when it is ended, so is the tool that it runs.
    pub(crate) fn token_unless_ended(&self, resource: &str) -> Result<AccessToken, Failure> {
        let request = TokenRequest::for_resource(resource).map_err(Error::from)?;
        Ok(block_on_unless_ended(self.provider.get_token(&request))??)
    }
}

/// Trusts what is simulated and nobody else, and reaches it past every proxy; or trusts what this machine trusts.
pub(crate) fn trust(
    client: reqwest::ClientBuilder,
    credential: &Credential,
) -> reqwest::Result<reqwest::ClientBuilder> {
    match credential.simulator.as_ref().and_then(Simulator::ca_certificate) {
        Some(authority) => Ok(client.no_proxy().tls_certs_only([reqwest::Certificate::from_der(authority.der())?])),
        None => Ok(client),
    }
}

impl CredentialArguments {
    /// Which credential is meant, where one is.
    pub(crate) fn choice(&self) -> Option<CredentialChoice> {
        self.credential.or_else(|| of_simulated(self.simulate?))
    }

    pub(crate) fn chain_options(&self, choice: CredentialChoice) -> ChainOptions {
        let mut options = ChainOptions::default().detection(self.source.remote_arc.options());
        if let CredentialChoice::Only(kind) = choice {
            options = options.only([kind]);
        }
        match &self.tenant {
            Some(tenant) => options.tenant(tenant),
            None => options,
        }
    }
}

/// A source that is simulated, with a vault where there are secrets for it, and an account where there are containers.
fn started(kind: SimulatedSource, secrets: &[KeyVaultSecret], containers: &[String]) -> Result<Simulator, Failure> {
    let mut builder = Simulator::builder(kind);
    // A token goes to no service but by https.
    if !(secrets.is_empty() && containers.is_empty()) {
        builder = builder.services_https();
    }
    for secret in secrets {
        builder = builder.key_vault_secret(&secret.name, &secret.value);
    }
    for container in containers {
        builder = builder.storage_container(container);
    }
    builder.start().map_err(Failure::Simulator)
}

fn managed_identity(
    arguments: &CredentialArguments,
    is_chosen: bool,
    simulator: Option<Simulator>,
) -> Result<Credential, Failure> {
    let origin = match simulator {
        Some(simulator) => Origin::simulated(simulator)?,
        None => Origin::of_host(&arguments.source)?,
    };
    let identity = arguments.identity.identity(&managed_identity_fs::environment()).map_err(Error::from)?;
    let patience = &arguments.patience;
    let mut client =
        ManagedIdentityClient::builder().source(origin.source.clone()).identity(identity).time_budget(patience.timeout);
    if patience.fail_fast {
        client = client.fail_fast();
    }
    if let Some(limit) = patience.connect_timeout {
        client = client.connect_timeout(limit);
    }
    if origin.simulator.is_some() {
        client = client.proxy(ProxySettings::none());
    }
    if let Some(certificate) = origin.root_certificate {
        client = client.root_certificate(certificate);
    }
    if let Some(hook) = show_waits() {
        client = client.on_retry(hook);
    }
    let client = client.build()?;
    Ok(Credential {
        provider: Arc::new(client.clone()),
        metrics: Box::new(move || client.metrics()),
        is_chosen,
        asked: Asked::Source(Box::new(origin.source)),
        simulator: origin.simulator,
    })
}

fn chain(
    choice: CredentialChoice,
    arguments: &CredentialArguments,
    simulator: Option<Simulator>,
) -> Result<Credential, Failure> {
    if arguments.source.source.is_some() || arguments.source.key_directory.is_some() {
        return Err(Failure::Usage {
            message: "--source and --key-directory are for a managed identity alone".to_owned(),
            next_step: "leave them out, or use --credential managed-identity",
        });
    }
    let builder = match &simulator {
        Some(simulator) => simulated(simulator),
        None => DefaultCredential::builder(),
    };
    let identity = arguments.identity.identity(&managed_identity_fs::environment()).map_err(Error::from)?;
    let identity = match &simulator {
        Some(it) if identity == Identity::SystemAssigned && choice == FEDERATED => trusted(it),
        _ => identity,
    };
    let patience = &arguments.patience;
    let options = arguments.chain_options(choice);
    let mut builder = builder.options(options).identity(identity).time_budget(patience.timeout);
    if patience.fail_fast {
        builder = builder.fail_fast();
    }
    if let Some(limit) = patience.connect_timeout {
        builder = builder.connect_timeout(limit);
    }
    if let Some(hook) = show_waits() {
        builder = builder.on_retry(hook);
    }
    let credential = builder.build()?;
    let asked = Asked::Chain(credential.chain().clone());
    Ok(Credential {
        provider: Arc::new(credential.clone()),
        metrics: Box::new(move || credential.metrics()),
        is_chosen: true,
        asked,
        simulator,
    })
}

const FEDERATED: CredentialChoice = CredentialChoice::Only(CredentialKind::FederatedIdentity);

/// The identity that a simulated application trusts.
fn trusted(simulator: &Simulator) -> Identity {
    let mut identities = simulator.identities().iter();
    identities
        .find(|it| it.is_user_assigned())
        .map_or(Identity::SystemAssigned, |it| Identity::client_id(it.client_id()))
}

/// The credentials of a machine that is simulated.
fn simulated(simulator: &Simulator) -> DefaultCredentialBuilder {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let builder = DefaultCredential::builder()
        .environment(environment, simulated_host())
        .proxy(ProxySettings::none())
        // No tool of this machine, where none is simulated.
        .search_path(variables.get("PATH").map(String::as_str).unwrap_or_default());
    match simulator.ca_certificate() {
        Some(certificate) => builder.root_certificate(certificate.der()),
        None => builder,
    }
}

/// Which credential a simulated source is for, where that is not a managed identity.
fn of_simulated(source: SimulatedSource) -> Option<CredentialChoice> {
    Some(CredentialChoice::Only(match source {
        SimulatedSource::ClientCertificate | SimulatedSource::ClientSecret => CredentialKind::Environment,
        SimulatedSource::AzurePipelines => CredentialKind::AzurePipelines,
        SimulatedSource::GitHubActions => CredentialKind::GitHubActions,
        SimulatedSource::FederatedIdentity => CredentialKind::FederatedIdentity,
        SimulatedSource::AzureCli => CredentialKind::AzureCli,
        SimulatedSource::AzureDeveloperCli => CredentialKind::AzureDeveloperCli,
        SimulatedSource::AzurePowerShell => CredentialKind::AzurePowerShell,
        _ => return None,
    }))
}
