//! Builds the WebAssembly components of the worlds in `component/wit/worlds.wit`, and checks what they import and how
//! large they are. A program uses it from the command line; tests use it to have the components.

mod compile;
mod encode;
mod imports;
mod optimize;
mod sizes;
mod strip;
mod world;

pub use compile::{build, component, remapped_paths};
pub use imports::{check_imports, imports_of};
pub use optimize::{optimize, wasm_opt};
pub use sizes::{Budget, Committed, Figures, Size, check_sizes, table};
pub use strip::stripped;
pub use world::World;
