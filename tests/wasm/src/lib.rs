//! The components of this project in wasmtime: the conformance vectors of `tests/vectors` played through them, and what
//! that takes.

mod answer;
pub mod artifacts;
pub mod bindings;
mod clock;
pub mod compose;
pub mod effects;
pub mod elsewhere;
mod judge;
pub mod linked;
pub mod machine;
mod request;
mod script;
pub mod self_contained;
mod send;
mod state;
pub mod store;
pub mod transcript;
mod wall_clock;
