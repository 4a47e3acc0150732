//! The components of this project in wasmtime: the conformance vectors of `tests/vectors` played through them, and what
//! that takes.

pub mod bindings;
mod clock;
pub mod elsewhere;
pub mod machine;
mod script;
pub mod self_contained;
mod send;
mod state;
