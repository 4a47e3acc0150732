//! Access tokens of an Azure managed identity for programs that are WebAssembly components.
//!
//! ```no_run
//! # #[cfg(all(target_arch = "wasm32", feature = "p2"))]
//! # fn example() -> Result<(), managed_identity_wasi::Error> {
//! let mut client = managed_identity_wasi::p2::client()?;
//! let token = client.get_token("https://vault.azure.net")?;
//! # Ok(())
//! # }
//! ```
//!
//! The host decides what the component may do, and what it does not grant ends in an error that says so
//! ([`TransportErrorKind::Denied`](managed_identity_core::TransportErrorKind::Denied),
//! [`FileErrorKind::Denied`](managed_identity_core::FileErrorKind::Denied)), never in a search for another source:
//!
//! | grant | for |
//! | --- | --- |
//! | outgoing HTTP to the endpoint of the source | all sources |
//! | the environment variables of the source | all sources but IMDS, and Azure Arc by its agent |
//! | the token folder as a read-only preopen under the path it has on the host | Azure Arc |
//! | the folder of `AZURE_FEDERATED_TOKEN_FILE`, likewise | AKS workload identity |
//!
//! Where the host passes no environment, the component's own settings name the source, as one value of a configuration:
//!
//! ```no_run
//! # #[cfg(all(target_arch = "wasm32", feature = "p2"))]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let settings: managed_identity_wasi::SourceSettings = serde_json::from_str(r#"{"source":"imds"}"#)?;
//! let mut client = managed_identity_wasi::p2::client_of(&settings)?;
//! # Ok(())
//! # }
//! ```
//!
//! A pinned certificate is beyond what `wasi:http` can express, so Service Fabric ends in
//! [`TransportErrorKind::Unsupported`](managed_identity_core::TransportErrorKind::Unsupported).
//!
//! # Features
//!
//! - `p2` (default): the blocking client over WASI 0.2, by the bindings of the crate `wasip2`.
//! - `p3`: the asynchronous client over WASI 0.3, by those of the crate `wasip3`.
//!
//! These bindings are everybody's, so the client links beside whatever else a component is made of, with the standard
//! library and without. They name the newest version of WASI 0.2, which a host with an older one satisfies unless it
//! compares versions by letter; for such a host see the component `self-contained`, whose imports are those of 0.2.0.
//!
//! Both exist only where the target is WebAssembly. [`ManagedIdentityClient`] does not depend on the target: it is the
//! blocking client over any [`Effects`]. Nor does [`ConcurrentClient`], the asynchronous one over any
//! [`ConcurrentEffects`].

#![no_std]
#![allow(clippy::duplicate_mod, reason = "one module serves the types of WASI 0.2 and those of 0.3")]
#![warn(clippy::alloc_instead_of_core, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod client;
mod concurrent;
mod options;
#[cfg(feature = "p2")]
pub mod p2;
#[cfg(feature = "p3")]
pub mod p3;
#[cfg(all(target_arch = "wasm32", any(feature = "p2", feature = "p3")))]
mod request;

pub use client::ManagedIdentityClient;
pub use concurrent::{ConcurrentClient, ConcurrentEffects};
pub use managed_identity_core as core;
pub use managed_identity_core::{
    AccessToken, Effects, Error, Identity, RetryPolicy, Source, SourceKind, SourceSettings, TokenRequest,
};
pub use options::TokenOptions;
