//! Writes an object into a container and lists what is there: `lake NAME TEXT`. The account is named by
//! `AZURE_STORAGE_ACCOUNT`, its address by `AZURE_STORAGE_URL`, such as `https://myaccount.blob.core.windows.net`, and the
//! container by `AZURE_STORAGE_CONTAINER`.
//!
//! Offline, from the folder `bridges`, with the simulator and Azurite in the place of Azure:
//!
//! ```sh
//! bash ../scripts/test-bridges.sh --tools
//! cargo build --example lake
//! cargo run -p managed-identity-simulator -- run imds -- \
//!     cargo run --quiet --bin with-azurite -- cargo run --quiet --example lake tom.txt meow
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;

use managed_identity_core::TokenRequest;
use managed_identity_object_store::{ProviderCredential, STORAGE};
use managed_identity_reqwest::ManagedIdentityClient;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};

async fn write_and_list(name: &str, text: String) -> Result<Vec<String>, Box<dyn Error>> {
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} has to be set"));
    let tokens = ManagedIdentityClient::from_env()?;
    let store = MicrosoftAzureBuilder::new()
        .with_account(variable("AZURE_STORAGE_ACCOUNT")?)
        .with_endpoint(variable("AZURE_STORAGE_URL")?)
        .with_container_name(variable("AZURE_STORAGE_CONTAINER")?)
        .with_credentials(ProviderCredential::new(tokens, TokenRequest::for_resource(STORAGE)?))
        .build()?;
    store.put(&Path::from(name), text.into()).await?;
    let listed = store.list_with_delimiter(None).await?;
    Ok(listed.objects.into_iter().map(|object| format!("{} {}", object.location, object.size)).collect())
}

#[tokio::main]
async fn main() -> ExitCode {
    let (Some(name), Some(text)) = (env::args().nth(1), env::args().nth(2)) else {
        eprintln!("usage: lake NAME TEXT");
        return ExitCode::from(2);
    };
    match write_and_list(&name, text).await {
        Ok(objects) => {
            println!("{}", objects.join("\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("nothing can be written: {error}");
            ExitCode::FAILURE
        }
    }
}
