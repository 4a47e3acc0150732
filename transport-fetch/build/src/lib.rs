//! Builds the npm package `managed-identity-fetch`: cargo makes a module, wasm-bindgen its glue, wasm-opt makes it smaller,
//! the TypeScript compiler and esbuild make the driver, and npm packs it all. Nothing is downloaded here; `npm ci` in
//! `component` and in `transport-fetch/js` has brought the tools.

mod module;
mod names;
mod package;
mod run;
mod types;

pub use package::{build_package, pack};
