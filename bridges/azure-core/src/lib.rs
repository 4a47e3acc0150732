//! Tokens of a managed identity for every client of the Azure SDK for Rust.
//!
//! Those clients take an `Arc<dyn TokenCredential>`. [`ProviderCredential`] is one, over anything that gives out tokens: the
//! client of `managed-identity-reqwest`, a fake in a test, a provider of your own.
//!
//! ```
//! use azure_core::credentials::TokenCredential;
//! use managed_identity_azure_core::ProviderCredential;
//! use managed_identity_core::FakeTokens;
//! use std::sync::Arc;
//!
//! let credential: Arc<dyn TokenCredential> = ProviderCredential::new(FakeTokens::new());
//! // SecretClient::new("https://myvault.vault.azure.net", credential, None)?
//! # drop(credential);
//! ```
//!
//! # What is not passed on
//!
//! `azure_core` hands a credential scopes and nothing else: no claims, no tenant. After a 401 it asks for a token again
//! without saying that the last one was rejected, and gets the same one. [`ReplaceRejected`] is a policy that closes this
//! gap where a service challenges for claims.

mod credential;
mod error;
mod rejected;
mod replace;

pub use credential::ProviderCredential;
pub use replace::ReplaceRejected;

/// The page about this crate, so that what it shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/bridges/azure-core.md")]
struct Page;
