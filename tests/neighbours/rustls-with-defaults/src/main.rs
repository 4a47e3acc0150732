//! It makes its own TLS configuration with whatever rustls takes for the default, and installs no provider.

use rustls::{ClientConfig, RootCertStore};

fn own_configuration() -> ClientConfig {
    ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Before the client has done anything, and after: it must not install a provider for the program either.
    drop(own_configuration());
    neighbours_token::from_every_kind_of_endpoint().await?;
    drop(own_configuration());
    Ok(())
}
