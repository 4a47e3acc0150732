//! Plays a vector over real sockets, real TLS and real files.
//!
//! A vector's endpoint is replaced by a server on the loopback network, its key folder by a temporary one. Time is the
//! vector's own, so that no wait is real. A call to any other address is refused before it is sent.
//!
//! The server is for whoever plays; with the feature `native` the native client does.

pub mod certificates;
#[cfg(feature = "native")]
mod effects;
pub mod folder;
#[cfg(feature = "native")]
mod native;
pub mod place;
pub mod server;

#[cfg(feature = "native")]
pub use native::{Played, run};
