//! Access tokens for native programs that run with an Azure managed identity.
//!
//! ```no_run
//! # async fn example() -> Result<(), managed_identity_reqwest::Error> {
//! use managed_identity_reqwest::ManagedIdentityClient;
//!
//! let client = ManagedIdentityClient::from_env()?;
//! let token = client.get_token("https://vault.azure.net").await?;
//! println!("a token of {} bytes, until {}", token.secret().len(), token.expires_on().as_secs());
//! # Ok(())
//! # }
//! ```
//!
//! The client finds out where it runs (App Service, Azure Arc, a virtual machine, AKS, ...), speaks that source's dialect,
//! retries what is worth retrying, and keeps every promise of [`HttpPolicy`](managed_identity_core::HttpPolicy): no
//! proxy, no redirect, time limits, a limit on the body, and on Service Fabric the pinned certificate. Dropping a future
//! cancels what it was doing.
//!
//! Tokens are cached. A fresh one is handed out without waiting for anything; one that is due for renewal is renewed in
//! the background; and however many callers want one at once, one request is sent. For the shortest path, bind a handle
//! to a resource with [`ManagedIdentityClient::resource`].
//!
//! All decisions are made by the state machine of [`managed_identity_core`]; this crate performs its effects.
//!
//! # Features
//!
//! - `tls` (default): HTTPS, which Service Fabric and AKS workload identity need. Its crypto provider is chosen here and
//!   independent of any process-wide one. Without the feature no TLS stack is built, and a call that needs one ends in
//!   [`TransportErrorKind::Unsupported`](managed_identity_core::TransportErrorKind::Unsupported).

mod builder;
mod client;
mod effects;
mod flow;
mod metrics;
mod native;
mod obtain;
mod resource;
mod send;
mod settings;
mod slot;
mod threads;
#[cfg(feature = "tls")]
mod tls;

pub use builder::ManagedIdentityClientBuilder;
pub use client::ManagedIdentityClient;
pub use effects::{AsyncEffects, BoxFuture};
pub use managed_identity_core as core;
pub use managed_identity_core::{
    AccessToken, Error, Identity, RefreshPolicy, RetryCause, RetryPolicy, Source, SourceKind,
};
pub use metrics::Metrics;
pub use native::{NativeEffects, NativeEffectsBuilder};
pub use resource::ResourceClient;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
