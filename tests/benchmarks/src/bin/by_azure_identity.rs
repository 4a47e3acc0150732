//! The smallest program that gets a token, by `azure_identity`.

use std::error::Error;

use azure_core::credentials::TokenCredential as _;
use azure_identity::ManagedIdentityCredential;
use managed_identity_benchmarks::SCOPE;

fn main() -> Result<(), Box<dyn Error>> {
    // Without the benchmark's endpoint it would ask that of the machine it runs on.
    std::env::var("IDENTITY_ENDPOINT")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let credential = ManagedIdentityCredential::new(None)?;
        let token = credential.get_token(&[SCOPE], None).await?;
        println!("{}", token.token.secret().len());
        Ok(())
    })
}
