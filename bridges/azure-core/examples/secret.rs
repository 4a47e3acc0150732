//! Reads a secret of a Key Vault: `secret NAME`, with the vault's address in `AZURE_KEYVAULT_URL`.
//!
//! Offline, from the folder `bridges`, with the simulator in the place of Azure:
//!
//! ```sh
//! cargo build --example secret
//! cargo run -p managed-identity-simulator -- run imds --services-https --key-vault-secret greeting=hello \
//!     -- cargo run --quiet --example secret greeting
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;

use azure_security_keyvault_secrets::{SecretClient, SecretClientOptions};
use managed_identity_azure_core::ProviderCredential;
use managed_identity_reqwest::ManagedIdentityClient;

async fn secret(name: &str) -> Result<String, Box<dyn Error>> {
    let vault = env::var("AZURE_KEYVAULT_URL").map_err(|_| "AZURE_KEYVAULT_URL has to name the vault")?;
    let credential = ProviderCredential::new(ManagedIdentityClient::from_env()?);

    // The simulator has no name under vault.azure.net, which is otherwise checked before a token is sent.
    let is_simulated = vault.starts_with("https://127.0.0.1:");
    let options = SecretClientOptions { verify_challenge_resource: Some(!is_simulated), ..Default::default() };
    let client = SecretClient::new(&vault, credential, Some(options))?;

    let secret = client.get_secret(name, None).await?.into_model()?;
    secret.value.ok_or_else(|| format!("the secret {name} has no value").into())
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(name) = env::args().nth(1) else {
        eprintln!("usage: secret NAME");
        return ExitCode::from(2);
    };
    match secret(&name).await {
        Ok(value) => {
            println!("{value}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the secret cannot be read: {error}");
            ExitCode::FAILURE
        }
    }
}
