//! What each guest does: it asks for a token by the clients that are chosen, so that they and all they import are linked.

#![no_std]
#![cfg(target_arch = "wasm32")]

#[cfg(feature = "runtime")]
mod runtime;

pub use managed_identity_wasi::Error;

const VAULT: &str = "https://vault.azure.net";

/// Asks, and waits for the answers: how many bytes the tokens have.
///
/// # Errors
/// What the first client that fails says.
pub fn ask() -> Result<u64, Error> {
    #[cfg(feature = "p3")]
    return wasip3::wit_bindgen::rt::async_support::block_on(ask_awaiting());
    #[cfg(not(feature = "p3"))]
    ask_blocking()
}

/// Asks by the client over WASI 0.2, and awaits the answer of the one over 0.3.
///
/// # Errors
/// What the first client that fails says.
pub async fn ask_awaiting() -> Result<u64, Error> {
    Ok(ask_blocking()? + ask_p3().await?)
}

#[cfg(feature = "p2")]
fn ask_blocking() -> Result<u64, Error> {
    managed_identity_wasi::p2::client()?.get_token(VAULT).map(|token| token.secret().len() as u64)
}

#[cfg(not(feature = "p2"))]
fn ask_blocking() -> Result<u64, Error> {
    Ok(0)
}

#[cfg(feature = "p3")]
async fn ask_p3() -> Result<u64, Error> {
    let client = managed_identity_wasi::p3::ManagedIdentityClient::from_env()?;
    Ok(client.get_token(VAULT).await?.secret().len() as u64)
}

#[cfg(not(feature = "p3"))]
async fn ask_p3() -> Result<u64, Error> {
    Ok(0)
}
