//! A component that exports something, by the bindings of the crate that is chosen, and asks for a token when it is called.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg(target_arch = "wasm32")]

#[cfg(feature = "wasip2")]
mod by_wasip2;
#[cfg(feature = "wasip3")]
mod by_wasip3;
#[cfg(feature = "wit-bindgen")]
mod by_wit_bindgen;
#[cfg(feature = "wit-bindgen-older")]
mod by_wit_bindgen_older;
#[cfg(feature = "wstd")]
mod by_wstd;
