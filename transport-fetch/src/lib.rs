//! The managed-identity state machine and the token cache, exported to JavaScript.
//!
//! Everything here is synchronous and does nothing by itself. The TypeScript in `js` performs the effects; a host that
//! has a loop of its own uses these classes directly:
//!
//! | class | is |
//! | --- | --- |
//! | [`Source`] | where tokens come from, detected from an environment |
//! | [`TokenRequest`] | what is asked of a source |
//! | [`Acquisition`] | one flow: its next step, and the answers to it |
//! | [`HttpResponse`] | the answer to a request |
//! | [`TokenCache`], [`Lease`], [`Wish`] | which token to use, and who fetches the next one |
//!
//! With the feature `chain` there is a class `Chain` too: credentials beside managed identity, for `DefaultCredential`.
//!
//! The package is built by `managed-identity-fetch-build`; on other targets than `wasm32` this crate only compiles.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod acquisition;
mod cache;
#[cfg(feature = "chain")]
mod chain;
#[cfg(feature = "chain")]
mod effects;
mod error;
mod host;
mod object;
mod options;
mod origin;
mod problem;
mod request;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod source;
mod step;
mod time;
mod token;

pub use acquisition::{Acquisition, HttpResponse};
pub use cache::{Lease, TokenCache, Wish};
#[cfg(feature = "chain")]
pub use chain::Chain;
pub use request::TokenRequest;
pub use source::Source;
