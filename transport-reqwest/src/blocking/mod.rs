//! The clients for programs without an async runtime.

mod client;
#[cfg(feature = "chain")]
mod default_credential;
mod thread;

pub use client::ManagedIdentityClient;
#[cfg(feature = "chain")]
pub use default_credential::DefaultCredential;
