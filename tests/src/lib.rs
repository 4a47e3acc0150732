//! Conformance vectors: what a managed-identity client sends and how it judges the answers, written down as data.
//!
//! The files are in `tests/vectors`; `README.md` there documents the format. [`memory`] plays them against the state
//! machine without any I/O, [`loopback`] over real sockets, through the native client or another.
//!
//! [`hurried`], [`listener`] and [`held_by_process`] are for tests that give the native client a hard time,
//! [`tree`] for those that look at files of the repository.

pub mod expect;
pub mod files;
#[cfg(feature = "native")]
pub mod held_by_process;
#[cfg(feature = "native")]
pub mod hurried;
pub mod listener;
#[cfg(all(unix, feature = "sockets"))]
pub mod loopback;
pub mod memory;
pub mod outcome;
pub mod setup;
pub mod transcript;
pub mod tree;
pub mod vector;
