//! The blocking client over WASI 0.2.

#[cfg(target_arch = "wasm32")]
mod duration;
#[cfg(any(target_arch = "wasm32", test))]
mod failure;
#[cfg(target_arch = "wasm32")]
mod http;
#[cfg(target_arch = "wasm32")]
mod upload;
#[cfg(target_arch = "wasm32")]
mod wasi;

#[cfg(target_arch = "wasm32")]
pub use wasi::{WasiEffects, client, client_of};

#[cfg(any(target_arch = "wasm32", test))]
use wasip2::http::types as error_types;
