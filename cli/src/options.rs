//! Options that several commands have.

use std::time::Duration;

use clap::Args;
use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};
use managed_identity_core::{
    ConfigError, CredentialKind, DetectionOptions, Environment, Identity, SourceKind, SourceSettings, TokenRequest,
};
use managed_identity_simulator::SimulatedSource;
use managed_identity_simulator::program::KeyVaultSecret;

use crate::settings::SettingsParser;
use crate::time;

/// Whose tokens they are, where they come from, and how long to wait for them.
#[derive(Debug, Args)]
pub(crate) struct CredentialArguments {
    #[command(flatten)]
    pub(crate) identity: IdentityArguments,
    #[command(flatten)]
    pub(crate) patience: PatienceArguments,
    /// Get the token from a simulated source, started for this command only; it opens nothing
    #[arg(long, value_name = "SOURCE", value_parser = simulated_source(), conflicts_with_all = ["source", "key_directory", "dangerous_allow_remote_arc_endpoint"])]
    pub(crate) simulate: Option<SimulatedSource>,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[arg(
        long,
        value_name = "CREDENTIAL",
        env = "MANAGED_IDENTITY_CREDENTIAL",
        value_parser = credential(),
        help = "What to prove oneself with: default is the chain that AZURE_TOKEN_CREDENTIALS chooses; managed-identity \
                unless given"
    )]
    pub(crate) credential: Option<CredentialChoice>,
    /// Ask for a token of this tenant; a managed identity gives those of its own
    #[arg(long, value_name = "ID", env = "MANAGED_IDENTITY_TENANT", requires = "credential")]
    pub(crate) tenant: Option<String>,
}

/// The vault that is simulated beside a source: it stands for every vault that is named.
#[derive(Debug, Args)]
pub(crate) struct SimulatedVault {
    /// A secret of the Key Vault that --simulate starts too, whatever its name; more than once for several
    #[arg(
        id = "simulate_secret",
        long = "simulate-secret",
        value_name = "NAME=VALUE",
        default_value = "password=simulated",
        requires = "simulate"
    )]
    pub(crate) secrets: Vec<KeyVaultSecret>,
}

/// The storage account that is simulated beside a source: it stands for every account that is named.
#[derive(Debug, Args)]
pub(crate) struct SimulatedAccount {
    /// A container of the storage account that --simulate starts too, whatever its name; more than once for several
    #[arg(
        id = "simulate_container",
        long = "simulate-container",
        value_name = "NAME",
        default_value = "simulated",
        requires = "simulate"
    )]
    pub(crate) containers: Vec<String>,
}

/// Which credentials are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialChoice {
    /// The chain that the environment chooses.
    Default,
    /// One.
    Only(CredentialKind),
}

impl CredentialChoice {
    pub(crate) const MANAGED_IDENTITY: Self = Self::Only(CredentialKind::ManagedIdentity);
}

/// How long to wait for what.
#[derive(Debug, Args)]
pub(crate) struct PatienceArguments {
    /// The longest time to take, retries included: 90 seconds as 90, 90s or 1m30s
    #[arg(long, value_name = "TIME", env = "MANAGED_IDENTITY_TIMEOUT", default_value = "150s", value_parser = time::duration)]
    pub(crate) timeout: Duration,
    /// The longest wait for a connection; unless given it depends on what proves that there is an endpoint
    #[arg(long, value_name = "TIME", env = "MANAGED_IDENTITY_CONNECT_TIMEOUT", value_parser = time::duration)]
    pub(crate) connect_timeout: Option<Duration>,
    /// Be impatient: try an endpoint that cannot be connected to once more only, and wait no longer than five seconds even
    /// if the service asks for it
    #[arg(long, env = "MANAGED_IDENTITY_FAIL_FAST", value_parser = BoolishValueParser::new())]
    pub(crate) fail_fast: bool,
}

/// How long what runs may go on after a signal. What that is, each command's help says.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct GraceArguments {
    #[arg(
        id = "grace",
        long = "grace",
        value_name = "TIME",
        env = "MANAGED_IDENTITY_GRACE",
        value_parser = time::duration,
        default_value = "10s"
    )]
    pub(crate) time: Duration,
}

/// Where the token comes from; without any of them, from the source that applies here.
#[derive(Debug, Args)]
pub(crate) struct SourceArguments {
    /// Ask this source instead of the one that detection finds: its name, its settings as JSON such as
    /// '{"source":"imds","base":"http://127.0.0.1:40342"}', or @FILE with one of both. What the settings do not say is
    /// taken from its variables
    #[arg(long, value_name = "SOURCE", env = "MANAGED_IDENTITY_SOURCE", hide_env_values = true, value_parser = SettingsParser)]
    pub(crate) source: Option<SourceSettings>,
    #[arg(
        long,
        value_name = "DIR",
        help = "The only folder that Azure Arc key files are read from, for containers that mount it elsewhere; where the \
                source is Azure Arc, MANAGED_IDENTITY_KEY_DIRECTORY stands for it"
    )]
    pub(crate) key_directory: Option<String>,
    #[command(flatten)]
    pub(crate) remote_arc: RemoteArc,
}

/// Whether an Azure Arc endpoint may be on another machine.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RemoteArc {
    #[arg(
        id = "dangerous_allow_remote_arc_endpoint",
        long = "dangerous-allow-remote-arc-endpoint",
        help = "Accept an Azure Arc endpoint that is not on this machine: whoever controls IDENTITY_ENDPOINT, or the \
                network to it, can then collect the keys of this machine's agent"
    )]
    is_allowed: bool,
}

impl RemoteArc {
    pub(crate) fn options(self) -> DetectionOptions {
        let options = DetectionOptions::default();
        if self.is_allowed { options.allow_remote_arc_endpoint() } else { options }
    }
}

/// For what the token is asked.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Audience {
    #[arg(
        long,
        env = "MANAGED_IDENTITY_RESOURCE",
        help = "Resource the token is for, such as https://vault.azure.net"
    )]
    resource: Option<String>,
    #[arg(long, help = "Scope the token is for, such as https://vault.azure.net/.default")]
    scope: Option<String>,
}

impl Audience {
    /// The resource, without `/.default`.
    pub(crate) fn resource(&self) -> Result<String, ConfigError> {
        let request = match (&self.resource, &self.scope) {
            (Some(resource), _) => TokenRequest::for_resource(resource)?,
            (None, scope) => TokenRequest::for_scope(scope.as_deref().unwrap_or_default())?,
        };
        Ok(request.resource().to_owned())
    }
}

/// As whom the token is asked for; without any of them, as the system-assigned identity.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct IdentityArguments {
    /// Client (application) id of a user-assigned identity
    #[arg(long, value_name = "ID", env = "MANAGED_IDENTITY_CLIENT_ID")]
    client_id: Option<String>,
    /// Object (principal) id of a user-assigned identity
    #[arg(long, value_name = "ID", env = "MANAGED_IDENTITY_OBJECT_ID")]
    object_id: Option<String>,
    /// Azure Resource Manager id of a user-assigned identity
    #[arg(long, value_name = "ID", env = "MANAGED_IDENTITY_RESOURCE_ID")]
    resource_id: Option<String>,
    /// Identity in the JSON form of MSAL, such as {"ManagedIdentityIdType":"ClientId","Id":"..."}
    #[arg(id = "identity", long = "identity", value_name = "JSON", value_parser = identity)]
    named: Option<Identity>,
    #[arg(
        long,
        help = "User-assigned identity whose client id is in AZURE_CLIENT_ID; the system-assigned one where that is not set"
    )]
    identity_from_env: bool,
}

impl IdentityArguments {
    pub(crate) fn identity(&self, environment: &Environment) -> Result<Identity, ConfigError> {
        if self.identity_from_env {
            return environment.identity();
        }
        let client_id = self.client_id.clone().map(Identity::ClientId);
        let object_id = self.object_id.clone().map(Identity::ObjectId);
        let resource_id = self.resource_id.clone().map(Identity::ResourceId);
        let named = client_id.or(object_id).or(resource_id);
        Ok(named.or_else(|| self.named.clone()).unwrap_or_default())
    }
}

fn simulated_source() -> impl TypedValueParser<Value = SimulatedSource> {
    let names = SimulatedSource::ALL.into_iter().chain(SimulatedSource::CREDENTIALS).map(SimulatedSource::name);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<SimulatedSource>())
}

pub(crate) fn source_kind() -> impl TypedValueParser<Value = SourceKind> {
    let names = SourceKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<SourceKind>())
}

const DEFAULT_CHAIN: &str = "default";

pub(crate) fn credential() -> impl TypedValueParser<Value = CredentialChoice> {
    let kinds = CredentialKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(std::iter::once(DEFAULT_CHAIN).chain(kinds)).try_map(|name| match name.as_str() {
        DEFAULT_CHAIN => Ok(CredentialChoice::Default),
        name => name.parse().map(CredentialChoice::Only),
    })
}

fn identity(json: &str) -> Result<Identity, serde_json::Error> {
    serde_json::from_str(json)
}
