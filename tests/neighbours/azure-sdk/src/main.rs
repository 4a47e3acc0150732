//! It has the Azure SDK with its defaults. A credential and a client of the SDK are made but not asked: they would go to
//! addresses that are not on this machine.

use azure_identity::ManagedIdentityCredential;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let credential = ManagedIdentityCredential::new(None)?;
    let client = azure_core::http::new_http_client(None);
    neighbours_token::from_every_kind_of_endpoint().await?;
    drop((credential, client));
    Ok(())
}
