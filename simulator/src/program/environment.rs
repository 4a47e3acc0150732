//! The environment of a source: as text, and as what a command must not inherit.

use std::collections::BTreeMap;

/// Every environment variable by which a client chooses or configures a source of tokens.
///
/// `run` removes them all from the command's environment before it sets those of the simulated source.
pub const MANAGED_IDENTITY_VARIABLES: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "AZUREPS_HOST_ENVIRONMENT",
    "AZURESUBSCRIPTION_CLIENT_ID",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    "AZURESUBSCRIPTION_TENANT_ID",
    "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_KUBERNETES_CA_DATA",
    "AZURE_KUBERNETES_CA_FILE",
    "AZURE_KUBERNETES_SNI_NAME",
    "AZURE_KUBERNETES_TOKEN_PROXY",
    "AZURE_PASSWORD",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_REGIONAL_AUTHORITY_NAME",
    "AZURE_TENANT_ID",
    "AZURE_TOKEN_CREDENTIALS",
    "AZURE_USERNAME",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "IDENTITY_API_VERSION",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MANAGED_IDENTITY_CLIENT_ID",
    "MANAGED_IDENTITY_CREDENTIAL",
    "MANAGED_IDENTITY_KEY_DIRECTORY",
    "MANAGED_IDENTITY_OBJECT_ID",
    "MANAGED_IDENTITY_RESOURCE_ID",
    "MANAGED_IDENTITY_SOURCE",
    "MANAGED_IDENTITY_TENANT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
];

/// How `serve` prints the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EnvironmentFormat {
    /// `NAME=value` lines
    Dotenv,
    /// `export NAME='value'` lines for a POSIX shell
    Shell,
    /// One JSON object in one line
    Json,
}

impl EnvironmentFormat {
    /// `variables` as text, with a line break at the end.
    #[must_use]
    pub fn render(self, variables: &BTreeMap<String, String>) -> String {
        let lines = |line: fn(&str, &str) -> String| variables.iter().map(|(name, value)| line(name, value)).collect();
        match self {
            Self::Dotenv => lines(|name, value| format!("{name}={value}\n")),
            Self::Shell => lines(|name, value| format!("export {name}='{}'\n", value.replace('\'', r"'\''"))),
            Self::Json => serde_json::json!(variables).to_string() + "\n",
        }
    }
}
