//! A source as one value of a configuration, for hosts and guests without environment variables.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;

use super::detect::detect;
use super::environment::{Environment, HostFacts};
use super::named::DetectionOptions;
use super::source::Source;
use crate::error::ConfigError;
use crate::kind::SourceKind;
use crate::values::Secret;

/// Which source to ask, and where it is, as one value of a configuration: `"detect"`, or an object with the name of the source
/// and those of its members that the environment does not tell, or tells otherwise.
///
/// | source | members, each with the variable it stands for |
/// | --- | --- |
/// | `"app-service"` | `endpoint` (`IDENTITY_ENDPOINT`), `header` (`IDENTITY_HEADER`) |
/// | `"azure-arc"` | `endpoint` (`IDENTITY_ENDPOINT`), `key_directory` (`MANAGED_IDENTITY_KEY_DIRECTORY`) |
/// | `"cloud-shell"` | `endpoint` (`MSI_ENDPOINT`) |
/// | `"imds"` | `base` (`AZURE_POD_IDENTITY_AUTHORITY_HOST`) |
/// | `"machine-learning"` | `endpoint` (`MSI_ENDPOINT`), `secret` (`MSI_SECRET`), `default_client_id` (`DEFAULT_IDENTITY_CLIENT_ID`) |
/// | `"service-fabric"` | `endpoint` (`IDENTITY_ENDPOINT`), `header` (`IDENTITY_HEADER`), `thumbprint` (`IDENTITY_SERVER_THUMBPRINT`) |
/// | `"workload-identity"` | `tenant_id` (`AZURE_TENANT_ID`), `client_id` (`AZURE_CLIENT_ID`), `token_file` (`AZURE_FEDERATED_TOKEN_FILE`), `authority` (`AZURE_AUTHORITY_HOST`) |
///
/// ```
/// use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, SourceSettings};
///
/// let settings: SourceSettings = serde_json::from_str(r#"{"source":"imds","base":"http://127.0.0.1:2579"}"#)?;
/// let (nothing, facts) = (Environment::default(), HostFacts::of(Platform::Linux));
/// let source = settings.source(&nothing, facts, DetectionOptions::default())?;
/// assert_eq!(source.endpoint().authority(), "127.0.0.1:2579");
///
/// assert!(serde_json::from_str::<SourceSettings>(r#"{"source":"imds","header":"h"}"#).is_err());
/// let settings: SourceSettings = serde_json::from_str(r#"{"source":"app-service","header":"h"}"#)?;
/// let error = settings.source(&nothing, facts, DetectionOptions::default()).unwrap_err();
/// assert_eq!(error.to_string(), "App Service needs IDENTITY_ENDPOINT, which is not set");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Document")]
pub struct SourceSettings {
    /// None: whichever is found.
    kind: Option<SourceKind>,
    /// The variables that the members stand for.
    variables: Vec<(&'static str, Secret)>,
}

impl SourceSettings {
    /// The source that is meant. What the settings do not say is taken from the environment.
    ///
    /// # Errors
    /// Those of [`detect`] and of [`Source::named`]; a member that is missing is named by its variable.
    pub fn source(
        &self,
        environment: &Environment,
        facts: HostFacts,
        options: DetectionOptions,
    ) -> Result<Source, ConfigError> {
        let Some(kind) = self.kind else { return detect(environment, facts, options).map(|found| found.source) };
        let mut environment = environment.clone();
        for (name, value) in &self.variables {
            environment.set(name, value.clone());
        }
        Source::named(kind, &environment, facts, options)
    }

    /// The source that is named; `None` where it is to be detected.
    #[must_use]
    pub const fn kind(&self) -> Option<SourceKind> {
        self.kind
    }
}

impl fmt::Debug for SourceSettings {
    /// Shows which members are given, not their values, since some are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<_> = self.variables.iter().map(|(name, _)| name).collect();
        f.debug_struct("SourceSettings").field("kind", &self.kind).field("variables", &members).finish()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Name(String),
    Members(Box<Members>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    source: String,
    authority: Option<String>,
    base: Option<String>,
    client_id: Option<String>,
    default_client_id: Option<String>,
    endpoint: Option<String>,
    header: Option<String>,
    key_directory: Option<String>,
    secret: Option<String>,
    tenant_id: Option<String>,
    thumbprint: Option<String>,
    token_file: Option<String>,
}

impl TryFrom<Document> for SourceSettings {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        let members = match document {
            Document::Name(name) if name == "detect" => return Ok(Self::default()),
            Document::Name(name) => {
                let kind = name.parse::<SourceKind>().map_err(|error| format!("{error}, or detect"))?;
                return Ok(Self { kind: Some(kind), variables: Vec::new() });
            }
            Document::Members(members) => *members,
        };
        let kind = members.source.parse::<SourceKind>().map_err(|error| format!("{error}"))?;
        let mut variables = Vec::new();
        for (member, value) in members.given() {
            let name = variable(kind, member).ok_or_else(|| format!("{} has no {member}", kind.as_str()))?;
            variables.push((name, value));
        }
        // Azure Arc's endpoint counts where both variables of the agent are set.
        if kind == SourceKind::AzureArc
            && let Some((_, endpoint)) = variables.iter().find(|(name, _)| *name == "IDENTITY_ENDPOINT")
        {
            variables.push(("IMDS_ENDPOINT", endpoint.clone()));
        }
        Ok(Self { kind: Some(kind), variables })
    }
}

impl Members {
    fn given(self) -> impl Iterator<Item = (&'static str, Secret)> {
        let all = [
            ("authority", self.authority),
            ("base", self.base),
            ("client_id", self.client_id),
            ("default_client_id", self.default_client_id),
            ("endpoint", self.endpoint),
            ("header", self.header),
            ("key_directory", self.key_directory),
            ("secret", self.secret),
            ("tenant_id", self.tenant_id),
            ("thumbprint", self.thumbprint),
            ("token_file", self.token_file),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, Secret::new(value?))))
    }
}

/// The variable that a member of a source stands for.
fn variable(kind: SourceKind, member: &str) -> Option<&'static str> {
    use SourceKind as Kind;
    Some(match (kind, member) {
        (Kind::AppService | Kind::AzureArc | Kind::ServiceFabric, "endpoint") => "IDENTITY_ENDPOINT",
        (Kind::AppService | Kind::ServiceFabric, "header") => "IDENTITY_HEADER",
        (Kind::AzureArc, "key_directory") => "MANAGED_IDENTITY_KEY_DIRECTORY",
        (Kind::CloudShell | Kind::MachineLearning, "endpoint") => "MSI_ENDPOINT",
        (Kind::Imds, "base") => "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        (Kind::MachineLearning, "secret") => "MSI_SECRET",
        (Kind::MachineLearning, "default_client_id") => "DEFAULT_IDENTITY_CLIENT_ID",
        (Kind::ServiceFabric, "thumbprint") => "IDENTITY_SERVER_THUMBPRINT",
        (Kind::WorkloadIdentity, "authority") => "AZURE_AUTHORITY_HOST",
        (Kind::WorkloadIdentity, "client_id") => "AZURE_CLIENT_ID",
        (Kind::WorkloadIdentity, "tenant_id") => "AZURE_TENANT_ID",
        (Kind::WorkloadIdentity, "token_file") => "AZURE_FEDERATED_TOKEN_FILE",
        _ => return None,
    })
}
