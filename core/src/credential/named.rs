//! A source that the caller names, built from the environment.

use super::azure_arc::{self, AzureArc};
use super::environment::{Environment, HostFacts};
use super::source::Source;
use super::token_proxy::TokenProxy;
use super::unused;
use super::variables::needed;
use super::{cloud_shell, imds};
use crate::error::ConfigError;
use crate::kind::{Platform, SourceKind};

/// What a caller may allow beyond the defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DetectionOptions {
    allow_remote_arc: bool,
    #[cfg(feature = "chain")]
    without_workload_identity: bool,
}

impl DetectionOptions {
    /// Accepts an Azure Arc endpoint in the environment that is not on this machine. Whoever controls that variable, or
    /// the network to that endpoint, can then collect the keys of this machine's agent.
    #[must_use]
    pub const fn allow_remote_arc_endpoint(mut self) -> Self {
        self.allow_remote_arc = true;
        self
    }

    /// Leaves workload identity out: a chain has it as a member of its own.
    #[cfg(feature = "chain")]
    #[must_use]
    pub(super) const fn without_workload_identity(mut self) -> Self {
        self.without_workload_identity = true;
        self
    }

    #[cfg(feature = "chain")]
    pub(super) const fn leaves_out(self, kind: SourceKind) -> bool {
        self.without_workload_identity && matches!(kind, SourceKind::WorkloadIdentity)
    }
}

impl Source {
    /// The source of this kind, as the environment describes it, for a caller who knows which one it has to be. Sends
    /// nothing.
    ///
    /// Cloud Shell, Azure Arc and IMDS have default addresses, so that they need no variable.
    ///
    /// # Errors
    /// [`ConfigError::MissingVariable`] names what the source needs and the environment does not have; any other
    /// [`ConfigError`] what of it is not usable.
    ///
    /// ```
    /// use managed_identity_core::{ConfigError, DetectionOptions, Environment, HostFacts, Platform, Source, SourceKind};
    ///
    /// let environment = Environment::from_lookup(|_| None);
    /// let facts = HostFacts::of(Platform::Linux);
    /// let named = |kind| Source::named(kind, &environment, facts, DetectionOptions::default());
    /// assert_eq!(named(SourceKind::Imds)?.endpoint().host(), "169.254.169.254");
    /// let error = named(SourceKind::AppService).unwrap_err();
    /// assert_eq!(error.to_string(), "App Service needs IDENTITY_ENDPOINT and IDENTITY_HEADER, which are not set");
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn named(
        kind: SourceKind,
        environment: &Environment,
        facts: HostFacts,
        options: DetectionOptions,
    ) -> Result<Self, ConfigError> {
        environment.check()?;
        let source = build(kind, environment, facts, options)?;
        let set_by_hand = kind == SourceKind::Imds && environment.var("AZURE_POD_IDENTITY_AUTHORITY_HOST").is_some();
        let source = if set_by_hand { source.vouched_for() } else { source };
        Ok(unused::noted(source, environment, facts))
    }
}

/// The source of this kind, as the environment describes it.
pub(super) fn build(
    kind: SourceKind,
    environment: &Environment,
    facts: HostFacts,
    options: DetectionOptions,
) -> Result<Source, ConfigError> {
    let has_default = matches!(kind, SourceKind::AzureArc | SourceKind::CloudShell | SourceKind::Imds);
    let names = environment.missing(needed(kind));
    if !has_default && !names.is_empty() {
        return Err(ConfigError::MissingVariable { source_kind: kind, names });
    }
    let var = |name| environment.var(name).unwrap_or_default();
    match kind {
        SourceKind::AppService => Source::app_service(var("IDENTITY_ENDPOINT"), var("IDENTITY_HEADER")),
        SourceKind::AzureArc => azure_arc(environment, facts, options),
        SourceKind::CloudShell => {
            Source::cloud_shell(environment.var("MSI_ENDPOINT").unwrap_or(cloud_shell::DEFAULT_ENDPOINT))
        }
        SourceKind::Imds => {
            Source::imds(environment.var("AZURE_POD_IDENTITY_AUTHORITY_HOST").unwrap_or(imds::DEFAULT_BASE))
        }
        SourceKind::MachineLearning => {
            let default_client_id = environment.var("DEFAULT_IDENTITY_CLIENT_ID");
            Source::machine_learning(var("MSI_ENDPOINT"), var("MSI_SECRET"), default_client_id)
        }
        SourceKind::ServiceFabric => {
            let thumbprint = var("IDENTITY_SERVER_THUMBPRINT");
            Source::service_fabric(var("IDENTITY_ENDPOINT"), var("IDENTITY_HEADER"), thumbprint)
        }
        SourceKind::WorkloadIdentity => workload_identity(environment, facts.platform),
        #[cfg(feature = "chain")]
        SourceKind::ClientSecret => {
            let authority = environment.var("AZURE_AUTHORITY_HOST");
            let (tenant, client) = (var("AZURE_TENANT_ID"), var("AZURE_CLIENT_ID"));
            Source::client_secret(authority, tenant, client, var("AZURE_CLIENT_SECRET"))
        }
        #[cfg(feature = "chain")]
        SourceKind::ClientCertificate => {
            let authority = environment.var("AZURE_AUTHORITY_HOST");
            let (tenant, client) = (var("AZURE_TENANT_ID"), var("AZURE_CLIENT_ID"));
            let file = var("AZURE_CLIENT_CERTIFICATE_PATH");
            let mut source = Source::client_certificate(authority, tenant, client, file, facts.platform)?;
            if let Some(password) = environment.var("AZURE_CLIENT_CERTIFICATE_PASSWORD") {
                source = source.with_certificate_password(password);
            }
            let sends_chain = var("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN").trim().to_ascii_lowercase();
            Ok(if matches!(sends_chain.as_str(), "1" | "true") { source.with_certificate_chain() } else { source })
        }
        // Those that have an assertion from elsewhere are made of two: see `federated`.
        #[cfg(feature = "chain")]
        SourceKind::AzurePipelines
        | SourceKind::Chain
        | SourceKind::DeveloperTool(_)
        | SourceKind::FederatedIdentity
        | SourceKind::GitHubActions => Err(ConfigError::MissingVariable { source_kind: kind, names }),
    }
}

/// By both variables that the agent sets for services, else at the address where it always listens.
fn azure_arc(environment: &Environment, facts: HostFacts, options: DetectionOptions) -> Result<Source, ConfigError> {
    let by_environment = environment.missing(needed(SourceKind::AzureArc)).is_empty();
    let endpoint = environment.var("IDENTITY_ENDPOINT").filter(|_| by_environment);
    let name = "MANAGED_IDENTITY_KEY_DIRECTORY";
    let mounted = environment.var(name);
    if mounted.is_some_and(|directory| !is_absolute(directory, facts.platform)) {
        return Err(ConfigError::RelativePath { source_kind: SourceKind::AzureArc, name });
    }
    let directory = AzureArc::key_directory_of(facts.platform, environment, mounted)?;
    let source = Source::azure_arc(endpoint.unwrap_or(azure_arc::DEFAULT_ENDPOINT), &directory, facts.platform)?;
    if !source.endpoint().is_loopback() && !options.allow_remote_arc {
        return Err(ConfigError::RemoteEndpoint { name: "IDENTITY_ENDPOINT" });
    }
    Ok(match mounted {
        Some(directory) => source.with_key_directory(directory),
        None => source,
    })
}

/// Whether a path means the same wherever a program is started.
fn is_absolute(path: &str, platform: Platform) -> bool {
    match platform {
        Platform::Windows => path.starts_with(r"\\") || path.get(1..).is_some_and(|rest| rest.starts_with(":\\")),
        Platform::Linux | Platform::Other => path.starts_with('/'),
    }
}

fn workload_identity(environment: &Environment, platform: Platform) -> Result<Source, ConfigError> {
    let var = |name| environment.var(name).unwrap_or_default();
    let source = Source::workload_identity(
        environment.var("AZURE_AUTHORITY_HOST"),
        var("AZURE_TENANT_ID"),
        environment.var("AZURE_CLIENT_ID"),
        var("AZURE_FEDERATED_TOKEN_FILE"),
        platform,
    )?;
    match TokenProxy::of(environment)? {
        Some(proxy) => source.with_token_proxy(proxy),
        None => Ok(source),
    }
}
