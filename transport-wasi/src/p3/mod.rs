//! The asynchronous client over WASI 0.3.

#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(any(target_arch = "wasm32", test))]
#[path = "../p2/failure.rs"]
mod failure;
#[cfg(target_arch = "wasm32")]
mod http;
#[cfg(target_arch = "wasm32")]
mod race;

#[cfg(target_arch = "wasm32")]
pub use client::{ManagedIdentityClient, WasiEffects};
#[cfg(any(target_arch = "wasm32", test))]
use wasip3::http::types as error_types;
