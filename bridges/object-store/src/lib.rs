//! Tokens of a managed identity for Azure Storage through `object_store`.
//!
//! ```
//! use managed_identity_core::{FakeTokens, TokenRequest};
//! use managed_identity_object_store::{ProviderCredential, STORAGE};
//! use object_store::azure::MicrosoftAzureBuilder;
//!
//! let tokens = FakeTokens::new(); // or ManagedIdentityClient::from_env()?
//! let credential = ProviderCredential::new(tokens, TokenRequest::for_resource(STORAGE)?);
//! let builder = MicrosoftAzureBuilder::new()
//!     .with_account("myaccount")
//!     .with_container_name("pictures")
//!     .with_credentials(credential);
//! # drop(builder);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `object_store` asks for a credential before every request. While the token is the same, that costs neither a lock nor an
//! allocation besides the future that the trait demands.

mod credential;
mod error;

pub use credential::{ProviderCredential, STORAGE};
pub use error::NoToken;

/// The page about this crate, so that what it shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/bridges/object-store.md")]
struct Page;
