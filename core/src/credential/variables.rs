//! The environment variables of each source.

use crate::kind::SourceKind;

/// By which a source is found: all of them have to be set. Cloud Shell, Azure Arc and IMDS have default addresses beside.
pub(super) const fn needed(kind: SourceKind) -> &'static [&'static str] {
    match kind {
        #[cfg(feature = "chain")]
        SourceKind::AzurePipelines => &[
            "AZURESUBSCRIPTION_TENANT_ID",
            "AZURESUBSCRIPTION_CLIENT_ID",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            "SYSTEM_OIDCREQUESTURI",
            "SYSTEM_ACCESSTOKEN",
        ],
        #[cfg(feature = "chain")]
        SourceKind::ClientCertificate => &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"],
        #[cfg(feature = "chain")]
        SourceKind::ClientSecret => &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"],
        #[cfg(feature = "chain")]
        SourceKind::FederatedIdentity => &["AZURE_TENANT_ID", "AZURE_CLIENT_ID"],
        #[cfg(feature = "chain")]
        SourceKind::GitHubActions => {
            &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
        }
        #[cfg(feature = "chain")]
        SourceKind::Chain | SourceKind::DeveloperTool(_) => &[],
        SourceKind::AppService => &["IDENTITY_ENDPOINT", "IDENTITY_HEADER"],
        SourceKind::AzureArc => &["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"],
        SourceKind::CloudShell => &["MSI_ENDPOINT"],
        SourceKind::Imds => &["AZURE_POD_IDENTITY_AUTHORITY_HOST"],
        SourceKind::MachineLearning => &["MSI_ENDPOINT", "MSI_SECRET"],
        SourceKind::ServiceFabric => &["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"],
        SourceKind::WorkloadIdentity => &["AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"],
    }
}

/// By which a source is found and asked.
pub(super) const fn used(kind: SourceKind) -> &'static [&'static str] {
    match kind {
        #[cfg(feature = "chain")]
        SourceKind::ClientSecret => {
            &["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"]
        }
        #[cfg(feature = "chain")]
        SourceKind::ClientCertificate => &[
            "AZURE_AUTHORITY_HOST",
            "AZURE_CLIENT_CERTIFICATE_PASSWORD",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "AZURE_CLIENT_ID",
            "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
            "AZURE_TENANT_ID",
        ],
        #[cfg(feature = "chain")]
        SourceKind::AzurePipelines => &[
            "AZURESUBSCRIPTION_CLIENT_ID",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            "AZURESUBSCRIPTION_TENANT_ID",
            "AZURE_AUTHORITY_HOST",
            "SYSTEM_ACCESSTOKEN",
            "SYSTEM_OIDCREQUESTURI",
        ],
        #[cfg(feature = "chain")]
        SourceKind::FederatedIdentity => &["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"],
        #[cfg(feature = "chain")]
        SourceKind::GitHubActions => &[
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "AZURE_AUTHORITY_HOST",
            "AZURE_CLIENT_ID",
            "AZURE_TENANT_ID",
        ],
        #[cfg(feature = "chain")]
        SourceKind::Chain | SourceKind::DeveloperTool(_) => &[],
        SourceKind::AppService | SourceKind::Imds | SourceKind::ServiceFabric => needed(kind),
        SourceKind::AzureArc => {
            &["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MANAGED_IDENTITY_KEY_DIRECTORY", "ProgramData"]
        }
        SourceKind::CloudShell => &["AZUREPS_HOST_ENVIRONMENT", "MSI_ENDPOINT"],
        SourceKind::MachineLearning => &["DEFAULT_IDENTITY_CLIENT_ID", "MSI_ENDPOINT", "MSI_SECRET"],
        SourceKind::WorkloadIdentity => &[
            "AZURE_AUTHORITY_HOST",
            "AZURE_CLIENT_ID",
            "AZURE_FEDERATED_TOKEN_FILE",
            "AZURE_KUBERNETES_CA_DATA",
            "AZURE_KUBERNETES_CA_FILE",
            "AZURE_KUBERNETES_SNI_NAME",
            "AZURE_KUBERNETES_TOKEN_PROXY",
            "AZURE_TENANT_ID",
        ],
    }
}
