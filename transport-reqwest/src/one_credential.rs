//! One credential that a program knows, instead of what the environment says.

use managed_identity_core::{CredentialKind, Identity};

use crate::default_credential::DefaultCredentialBuilder;

/// Each of these makes a client of one credential and no other. What is not given is taken from the environment, as
/// `AZURE_AUTHORITY_HOST` is.
impl DefaultCredentialBuilder {
    /// A service principal with this secret.
    pub fn client_secret(self, tenant_id: &str, client_id: &str, secret: &str) -> Self {
        let variables =
            [("AZURE_TENANT_ID", tenant_id), ("AZURE_CLIENT_ID", client_id), ("AZURE_CLIENT_SECRET", secret)];
        self.of(CredentialKind::Environment, &variables)
    }

    /// A service principal with the certificate and private key in this file, which is in PEM or PKCS#12 form and is read anew
    /// for each token. It needs the feature `certificates`.
    pub fn client_certificate(self, tenant_id: &str, client_id: &str, file: &str, password: Option<&str>) -> Self {
        let variables = [
            ("AZURE_TENANT_ID", tenant_id),
            ("AZURE_CLIENT_ID", client_id),
            ("AZURE_CLIENT_SECRET", ""),
            ("AZURE_CLIENT_CERTIFICATE_PATH", file),
            ("AZURE_CLIENT_CERTIFICATE_PASSWORD", password.unwrap_or_default()),
        ];
        self.of(CredentialKind::Environment, &variables)
    }

    /// An application that trusts the federated token in this file.
    pub fn workload_identity(self, tenant_id: &str, client_id: &str, token_file: &str) -> Self {
        let variables = [
            ("AZURE_TENANT_ID", tenant_id),
            ("AZURE_CLIENT_ID", client_id),
            ("AZURE_FEDERATED_TOKEN_FILE", token_file),
        ];
        self.of(CredentialKind::WorkloadIdentity, &variables)
    }

    /// The service connection of this id, in a job of Azure Pipelines.
    pub fn azure_pipelines(self, tenant_id: &str, client_id: &str, service_connection_id: &str) -> Self {
        let variables = [
            ("AZURESUBSCRIPTION_TENANT_ID", tenant_id),
            ("AZURESUBSCRIPTION_CLIENT_ID", client_id),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", service_connection_id),
        ];
        self.of(CredentialKind::AzurePipelines, &variables)
    }

    /// An application that trusts the workflow, in a job of GitHub Actions.
    pub fn github_actions(self, tenant_id: &str, client_id: &str) -> Self {
        let variables = [("AZURE_TENANT_ID", tenant_id), ("AZURE_CLIENT_ID", client_id)];
        self.of(CredentialKind::GitHubActions, &variables)
    }

    /// An application, of another tenant too, that trusts this managed identity, which has to be a user-assigned one.
    pub fn federated(self, tenant_id: &str, client_id: &str, identity: Identity) -> Self {
        let variables = [("AZURE_TENANT_ID", tenant_id), ("AZURE_CLIENT_ID", client_id)];
        self.identity(identity).of(CredentialKind::FederatedIdentity, &variables)
    }

    /// The managed identity of where this runs.
    pub fn managed_identity(self, identity: Identity) -> Self {
        self.identity(identity).of(CredentialKind::ManagedIdentity, &[])
    }

    /// The account that is signed in to the Azure CLI.
    pub fn azure_cli(self) -> Self {
        self.of(CredentialKind::AzureCli, &[])
    }

    /// The account that is signed in to Azure PowerShell.
    pub fn azure_powershell(self) -> Self {
        self.of(CredentialKind::AzurePowerShell, &[])
    }

    /// The account that is signed in to the Azure Developer CLI.
    pub fn azure_developer_cli(self) -> Self {
        self.of(CredentialKind::AzureDeveloperCli, &[])
    }
}
