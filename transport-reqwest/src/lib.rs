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
//! proxy (but for the authority of workload identity, which is on the internet: see [`ProxySettings`]), no redirect, time
//! limits, a limit on the body, and on Service Fabric the pinned certificate. A call that is dropped stops waiting and nothing else: the flow that fetches the token goes on, and whoever asks next joins it. Flows are
//! tasks of the tokio runtime in which a call finds nothing at hand, and end with the last clone of the client; the module
//! [`blocking`] is for programs without a runtime.
//!
//! Tokens are cached. A fresh one is handed out without waiting for anything; one that is due for renewal is renewed in
//! the background; and however many callers want one at once, one request is sent. For the shortest path, bind a handle
//! to a resource with [`ManagedIdentityClient::resource`].
//!
//! All decisions are made by the state machine of [`managed_identity_core`]; this crate performs its effects.
//!
//! # Features
//!
//! - `chain`: [`DefaultCredential`], for programs that also run where there is no managed identity.
//! - `certificates`: service principals with a certificate (part of `chain`), which sign by the cryptography of TLS.
//! - `testing`: effects and a token provider for tests (module `testing`).
//! - `tls` (default): HTTPS, which Service Fabric and AKS workload identity need, with aws-lc-rs, which is also the
//!   default of reqwest and rustls: a program that uses these with their defaults, or reqwest without any, goes on
//!   working beside this crate.
//! - `tls-ring`: HTTPS with ring instead; switch the default feature off then. Once ring is built into a program beside
//!   aws-lc-rs, rustls takes neither for the default, and reqwest has none without its own: such a program installs one.
//! - `tls-no-provider`: HTTPS with the provider that the program installs (`CryptoProvider::install_default`), which is
//!   also used in place of the other two.
//!
//! Without any of them no TLS stack is built, and a call that needs one ends in
//! [`TransportErrorKind::Unsupported`](managed_identity_core::TransportErrorKind::Unsupported).

pub mod blocking;
mod builder;
#[cfg(feature = "certificates")]
mod certificate;
mod client;
mod clients;
#[cfg(feature = "chain")]
mod default_credential;
mod dns;
mod drive;
mod effects;
mod failure;
mod flight;
mod keep_fresh;
mod metrics;
mod names;
mod native;
mod news;
#[cfg(feature = "chain")]
mod one_credential;
mod origin;
mod proxy;
mod replica;
mod resource;
mod send;
mod settings;
mod shared;
mod slot;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tls-no-provider")]
mod tls;
mod tokens;

pub use builder::ManagedIdentityClientBuilder;
#[cfg(feature = "certificates")]
pub use certificate::sign;
pub use client::ManagedIdentityClient;
#[cfg(feature = "chain")]
pub use default_credential::{DefaultCredential, DefaultCredentialBuilder};
pub use effects::{AsyncEffects, BoxFuture};
pub use keep_fresh::KeepFresh;
pub use managed_identity_core as core;
pub use managed_identity_core::{
    AccessToken, Error, Identity, RefreshPolicy, RetryCause, RetryPolicy, Source, SourceKind, TokenProvider,
    TokenRequest,
};
#[cfg(feature = "chain")]
pub use managed_identity_core::{Chain, ChainOptions, CredentialKind};
pub use metrics::Metrics;
pub use native::{NativeEffects, NativeEffectsBuilder};
pub use proxy::ProxySettings;
pub use resource::ResourceClient;

// With what its examples need.
#[cfg(all(doctest, feature = "chain"))]
#[doc = include_str!("../../README.md")]
struct Readme;
#[cfg(all(doctest, feature = "chain"))]
#[doc = include_str!("../../docs/first-token.md")]
struct FirstToken;
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../docs/testing.md")]
struct Testing;
#[cfg(doctest)]
#[doc = include_str!("../../docs/transports.md")]
struct Transports;
