//! The smallest program that gets a token, by our client.

use std::error::Error;

use managed_identity_benchmarks::RESOURCE;
use managed_identity_reqwest::ManagedIdentityClient;

fn main() -> Result<(), Box<dyn Error>> {
    // Without the benchmark's endpoint it would ask that of the machine it runs on.
    std::env::var("IDENTITY_ENDPOINT")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = ManagedIdentityClient::from_env()?;
        let token = client.get_token(RESOURCE).await?;
        println!("{}", token.secret().len());
        Ok(())
    })
}
