//! A driver without an async runtime, over a small HTTP client.

mod driver;

pub use crate::driver::Blocking;
