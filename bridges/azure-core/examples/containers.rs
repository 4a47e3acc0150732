//! Makes a container in a storage account and lists all of them: `containers NAME`, with the account's address in
//! `AZURE_STORAGE_URL`, such as `https://myaccount.blob.core.windows.net`.
//!
//! Offline, from the folder `bridges`, with the simulator and Azurite in the place of Azure:
//!
//! ```sh
//! bash ../scripts/test-bridges.sh --tools
//! cargo build --example containers
//! cargo run -p managed-identity-simulator -- run imds -- \
//!     cargo run --quiet --bin with-azurite -- cargo run --quiet --example containers music
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;

use azure_core::http::Url;
use azure_storage_blob::BlobServiceClient;
use futures::TryStreamExt as _;
use managed_identity_azure_core::ProviderCredential;
use managed_identity_reqwest::ManagedIdentityClient;

async fn containers(new: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let account = env::var("AZURE_STORAGE_URL").map_err(|_| "AZURE_STORAGE_URL has to name the account")?;
    let credential = ProviderCredential::new(ManagedIdentityClient::from_env()?);
    let client = BlobServiceClient::new(Url::parse(&account)?, Some(credential), None)?;

    client.blob_container_client(new).create(None).await?;
    let containers: Vec<_> = client.list_containers(None)?.try_collect().await?;
    Ok(containers.into_iter().filter_map(|container| container.name).collect())
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(new) = env::args().nth(1) else {
        eprintln!("usage: containers NAME");
        return ExitCode::from(2);
    };
    match containers(&new).await {
        Ok(names) => {
            println!("{}", names.join("\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the containers cannot be listed: {error}");
            ExitCode::FAILURE
        }
    }
}
