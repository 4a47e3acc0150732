//! Its reqwest knows no TLS by itself, and installs no provider.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    reqwest::Client::builder().build()?;
    neighbours_token::from_every_kind_of_endpoint().await?;
    reqwest::Client::builder().build()?;
    Ok(())
}
