//! What keeps the core pure, and for each guard a case that shows it bites.
//!
//! The core promises no I/O, no clock, no randomness, no thread and nothing that depends on the operating system. Four
//! guards hold it to that, each from another side: clippy's bans on what its code calls, the imports of its WebAssembly
//! module, the list of its dependencies, and a look at its sources.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "clippy spares test functions, but not their helpers")]

mod bans;
mod command;
mod dependencies;
mod imports;
mod sources;
