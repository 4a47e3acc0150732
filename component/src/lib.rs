//! The managed-identity state machine as WebAssembly components, one for each world of `wit/worlds.wit`.
//!
//! A component is built for `wasm32-unknown-unknown` with the feature of its world; `managed-identity-component-build`
//! does it and makes the module a component. On other targets the worlds compile, for their tests, and export nothing.
//!
//! The conversions between the types of the interface and those of the core are the same for every world, while the
//! generated types are each world's own. So the modules in `convert` are part of each world that needs them, and refer to
//! the generated types of the world they are in.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(any(feature = "effects", feature = "machine", feature = "self-contained"))]
extern crate alloc;

#[cfg(all(target_arch = "wasm32", feature = "effects", feature = "self-contained"))]
compile_error!("a component is built with the feature of one world");
#[cfg(all(target_arch = "wasm32", feature = "machine", any(feature = "effects", feature = "self-contained")))]
compile_error!("a component is built with the feature of one world");

#[cfg(feature = "effects")]
mod effects;
#[cfg(feature = "machine")]
mod machine;
#[cfg(target_arch = "wasm32")]
mod runtime;
#[cfg(feature = "self-contained")]
mod self_contained;
