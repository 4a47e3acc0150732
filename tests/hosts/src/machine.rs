//! A machine with a source of tokens, as a guest is told of it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use managed_identity_simulator::{SimulatedSource, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The secret that the tool of the example reads.
pub(crate) const SECRET: (&str, &str) = ("database-password", "correct horse battery staple");

/// A simulated machine, and a folder with what its guest is told.
pub(crate) struct Machine {
    simulator: Simulator,
    folder: TempDir,
    settings: Value,
}

impl Machine {
    pub(crate) fn with(source: SimulatedSource) -> Result<Self> {
        let simulator = Simulator::builder(source).key_vault_secret(SECRET.0, SECRET.1).start()?;
        let variables = simulator.environment();
        let variable = |name: &str| variables.get(name).cloned().with_context(|| format!("{name} is not set"));
        let name = source.name();
        let settings = match source {
            SimulatedSource::Imds => json!({"source": name, "base": variable("AZURE_POD_IDENTITY_AUTHORITY_HOST")?}),
            SimulatedSource::AppService => json!({
                "source": name, "endpoint": variable("IDENTITY_ENDPOINT")?, "header": variable("IDENTITY_HEADER")?,
            }),
            SimulatedSource::AzureArc => json!({
                "source": name, "endpoint": variable("IDENTITY_ENDPOINT")?, "key_directory": simulator.key_folder(),
            }),
            _ => json!({
                "source": name, "endpoint": variable("IDENTITY_ENDPOINT")?, "header": variable("IDENTITY_HEADER")?,
                "thumbprint": variable("IDENTITY_SERVER_THUMBPRINT")?,
            }),
        };
        Ok(Self { simulator, folder: TempDir::new()?, settings })
    }

    /// The source, as one value of a configuration.
    pub(crate) fn settings(&self) -> &Value {
        &self.settings
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file that only this user can read: what is in it can be a secret.
    pub(crate) fn file(&self, name: &str, content: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content)?;
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(path)
    }

    /// The address of the endpoint, without its query.
    pub(crate) fn endpoint(&self) -> String {
        match &self.settings["endpoint"] {
            Value::String(endpoint) => endpoint.clone(),
            _ => format!("{}/metadata/identity/oauth2/token", self.settings["base"].as_str().unwrap_or_default()),
        }
    }

    /// Host and port of the endpoint.
    pub(crate) fn authority(&self) -> String {
        self.endpoint().split('/').nth(2).unwrap_or_default().to_owned()
    }

    pub(crate) fn vault(&self) -> Option<&str> {
        self.simulator.key_vault_url()
    }

    pub(crate) fn key_folder(&self) -> Option<&Path> {
        self.simulator.key_folder()
    }

    /// How many requests reached the endpoint.
    pub(crate) fn asked(&self) -> usize {
        self.simulator.request_count()
    }

    /// Neither a token, nor what gets one, nor the secret of the vault.
    pub(crate) fn nothing_secret_in(&self, said: &str) -> Result<()> {
        for secret in self.simulator.secrets().iter().map(String::as_str).chain([SECRET.1]) {
            ensure!(!said.contains(secret), "a secret was printed\n{said}");
        }
        Ok(())
    }
}
