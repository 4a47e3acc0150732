//! Credentials of two parts: somebody gives an assertion, and an application that trusts it takes it to the authority.

use alloc::sync::Arc;

use super::application::Application;
use super::detect::detect;
use super::environment::{Environment, HostFacts};
use super::oidc::{Oidc, exchange_audience};
use super::selection::ChainOptions;
use super::source::Source;
use super::variables::needed;
use crate::error::ConfigError;
use crate::kind::SourceKind;
use alloc::string::String;

/// An application, and who gives its assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Federated {
    /// Who gives the assertion: the service of a pipeline, or the source of a managed identity.
    pub(crate) proof: Arc<Source>,
    /// What the assertion is for, where it is the token of a managed identity.
    pub(crate) audience: String,
    pub(crate) application: Arc<Source>,
}

impl Federated {
    /// The one of this kind, as the environment describes it.
    pub(super) fn of(
        kind: SourceKind,
        environment: &Environment,
        facts: HostFacts,
        options: &ChainOptions,
    ) -> Result<Self, ConfigError> {
        let (tenant_name, client_name) = match kind {
            SourceKind::AzurePipelines => ("AZURESUBSCRIPTION_TENANT_ID", "AZURESUBSCRIPTION_CLIENT_ID"),
            _ => ("AZURE_TENANT_ID", "AZURE_CLIENT_ID"),
        };
        let names = environment.missing(needed(kind));
        if !names.is_empty() {
            return Err(ConfigError::MissingVariable { source_kind: kind, names });
        }
        let var = |name| environment.var(name).unwrap_or_default();
        let authority = environment.var("AZURE_AUTHORITY_HOST");
        let audience = exchange_audience(authority);
        let proof = match kind {
            SourceKind::AzurePipelines => {
                let connection = var("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
                let oidc = Oidc::azure_pipelines(var("SYSTEM_OIDCREQUESTURI"), connection, var("SYSTEM_ACCESSTOKEN"));
                Source::oidc(oidc, kind)?
            }
            SourceKind::GitHubActions => {
                let token = var("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
                let oidc = Oidc::github_actions(var("ACTIONS_ID_TOKEN_REQUEST_URL"), &audience, token);
                Source::oidc(oidc, kind)?
            }
            _ => detect(environment, facts, options.detection.without_workload_identity())?.source,
        };
        let (tenant, client) = ((tenant_name, var(tenant_name)), (client_name, var(client_name)));
        let application = Source::application(Application::new(kind, authority, tenant, client), kind)?;
        Ok(Self { proof: Arc::new(proof), audience, application: Arc::new(application) })
    }
}
