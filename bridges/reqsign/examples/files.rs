//! Writes a file into a container by OpenDAL and lists what is there: `files NAME TEXT`, with the account's address in
//! `AZURE_STORAGE_URL`, such as `https://myaccount.blob.core.windows.net`, and the container in `AZURE_STORAGE_CONTAINER`.
//!
//! Offline, from the folder `bridges`, with the simulator and Azurite in the place of Azure:
//!
//! ```sh
//! bash ../scripts/test-bridges.sh --tools
//! cargo build --example files
//! cargo run -p managed-identity-simulator -- run imds -- \
//!     cargo run --quiet --bin with-azurite -- cargo run --quiet --example files tom.txt meow
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;

use managed_identity_core::TokenRequest;
use managed_identity_reqsign::{ProviderCredential, STORAGE};
use managed_identity_reqwest::ManagedIdentityClient;
use opendal::services::Azblob;
use opendal::{HttpTransporter, Operator};
use opendal_http_transport_reqwest::ReqwestTransport;
use reqsign_core::ProvideCredentialChain;

async fn write_and_list(name: &str, text: String) -> Result<Vec<String>, Box<dyn Error>> {
    let account = env::var("AZURE_STORAGE_URL").map_err(|_| "AZURE_STORAGE_URL has to name the account")?;
    let container = env::var("AZURE_STORAGE_CONTAINER").map_err(|_| "AZURE_STORAGE_CONTAINER has to name one")?;

    let tokens = ManagedIdentityClient::from_env()?;
    let credential = ProviderCredential::new(tokens, TokenRequest::for_resource(STORAGE)?);
    let service = Azblob::default()
        .endpoint(&account)
        .container(&container)
        // Instead of the default chain, which asks the Azure CLI first.
        .credential_provider_chain(ProvideCredentialChain::new().push(credential));
    // The crate `opendal` does this by itself with its default features.
    HttpTransporter::install_default(ReqwestTransport::default());
    let operator = Operator::new(service)?;

    operator.write(name, text).await?;
    let files = operator.list("").await?;
    Ok(files.iter().map(|file| format!("{} {}", file.path(), file.metadata().content_length())).collect())
}

#[tokio::main]
async fn main() -> ExitCode {
    let (Some(name), Some(text)) = (env::args().nth(1), env::args().nth(2)) else {
        eprintln!("usage: files NAME TEXT");
        return ExitCode::from(2);
    };
    match write_and_list(&name, text).await {
        Ok(files) => {
            println!("{}", files.join("\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("nothing can be written: {error}");
            ExitCode::FAILURE
        }
    }
}
