//! Tokens of a managed identity for Azure Storage through reqsign, and so through OpenDAL.
//!
//! ```
//! use managed_identity_core::{FakeTokens, TokenRequest};
//! use managed_identity_reqsign::{ProviderCredential, STORAGE};
//! use opendal::services::Azblob;
//! use reqsign_core::ProvideCredentialChain;
//!
//! let tokens = FakeTokens::new(); // or ManagedIdentityClient::from_env()?
//! let credential = ProviderCredential::new(tokens, TokenRequest::for_resource(STORAGE)?);
//! let service = Azblob::default()
//!     .endpoint("https://myaccount.blob.core.windows.net")
//!     .account_name("myaccount")
//!     .container("pictures")
//!     .credential_provider_chain(ProvideCredentialChain::new().push(credential));
//! # drop(service);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! reqsign keeps a credential until twenty seconds before its end, so it is always told the end.

mod credential;
mod error;

pub use credential::{ProviderCredential, STORAGE};

/// The page about this crate, so that what it shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/bridges/reqsign.md")]
struct Page;
