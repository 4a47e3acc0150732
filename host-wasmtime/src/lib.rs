//! Lends Azure access tokens to WebAssembly plug-ins in wasmtime, by a policy for each.
//!
//! A plug-in imports `managed-identity:client/tokens` and does not know where tokens come from. Its host holds the identity
//! and decides which plug-in gets a token for what:
//!
//! ```
//! use managed_identity_core::FakeTokens;
//! use managed_identity_wasmtime::{Lend, LendView, Loan, Policy, add_to_linker};
//! use wasmtime::component::Linker;
//!
//! struct MyState {
//!     lend: Lend, // and whatever else the store has
//! }
//!
//! impl LendView for MyState {
//!     fn lend(&self) -> &Lend {
//!         &self.lend
//!     }
//! }
//!
//! let engine = wasmtime::Engine::default();
//! let mut linker = Linker::<MyState>::new(&engine);
//! add_to_linker(&mut linker)?; // beside whatever else the linker has
//!
//! let policy = Policy::nothing().resource("https://vault.azure.net")?;
//! let tokens = FakeTokens::new(); // or a `ManagedIdentityClient`, or a `DefaultCredential`
//! let lend = Lend::new("invoice-reader", tokens, &policy).with_audit(|loan: &Loan<'_>| println!("{loan}"));
//! let store = wasmtime::Store::new(&engine, MyState { lend });
//! # drop(store);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | see |
//! | --- | --- |
//! | decide what a plug-in may have and do | [`Policy`], which can be read from a configuration |
//! | lend it tokens | [`Lend`], [`LendView`], [`add_to_linker`] |
//! | know who got which token | [`Audit`], [`Loan`] |
//! | let it use tokens that it never sees | [`HttpRule::with_token`], [`Gate`] |
//! | let it ask an endpoint itself, and nothing else | [`Grants`], [`Gate`], [`GrantedFiles`], [`add_client_grants_to_linker`] |
//! | bound its memory and its time | [`Limits`], [`Guard`], [`pooled`], [`tick`] |
//! | have a store's data without writing one | [`PluginState`] |
//!
//! # Versions
//!
//! wasmtime 48, which has long-term support until August 2028, from 48.0.8 on. Components of WASI 0.2 and of WASI 0.3.

/// The page for embedders, so that what it shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding-wasmtime.md")]
struct Page;

mod audit;
pub mod bindings;
mod bucket;
mod convert;
mod files;
mod gate;
mod grants;
mod lend;
mod limits;
mod link;
mod outcome;
mod policy;
mod refusal;
mod rejected;
mod state;
mod tokens;

pub use audit::{Audit, Form, Loan, Outcome};
pub use files::{FilesView, GrantedFiles, add_files_to_linker};
pub use gate::{Gate, Io, Sender, Sending, Sent, WasmtimeSender};
pub use grants::Grants;
pub use lend::Lend;
pub use limits::{Guard, Limits, Stopped, pooled, tick};
pub use link::add_client_grants_to_linker;
pub use outcome::NoToken;
pub use policy::{FileRule, HttpRule, Policy, PolicyError, Rate, Resources};
pub use refusal::Refusal;
pub use state::PluginState;
pub use tokens::{LendView, add_to_linker};
