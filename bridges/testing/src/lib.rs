//! What the tests and examples of the bridges need: a client of the simulator, and Azurite, the emulator of Azure Storage.

mod azurite;
mod client;

pub use azurite::{Azurite, AzuriteError};
pub use client::client;

/// A page that needs no crate of ours but core, so that what it shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/bridges/databases.md")]
struct Page;
