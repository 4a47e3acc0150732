//! What the managed-identity state machine wants to know of the host it runs on: the environment, the facts that no
//! variable tells, and the files that prove an identity.
//!
//! | to | see |
//! | --- | --- |
//! | find the source of tokens on this host | [`detect`] |
//! | take the parts of that one by one | [`environment`], [`host_facts`], [`platform`] |
//! | look at another host, or a made-up one | [`Environment::from_lookup`](managed_identity_core::Environment::from_lookup), [`host_facts_of`] |
//! | read a file that the state machine asks for | [`read()`] |
//! | run a developer tool that the state machine asks for | `run`, not in WebAssembly |
//!
//! Which files may be read, and how large they may be, is not decided here: the state machine puts it into each
//! [`FileRequest`](managed_identity_core::FileRequest), and [`read()`] obeys every field of it.
//!
//! In a WebAssembly component all of it comes through WASI 0.2, and only as far as the host grants it: a file through a
//! granted folder, which must have the path that the folder has on the host. A granted token folder tells that the Azure
//! Arc agent is installed.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(not(any(unix, windows, all(target_arch = "wasm32", not(target_env = "p1")))))]
compile_error!("managed-identity-fs opens files on Unix, on Windows and with WASI 0.2 only");

mod agent;
mod environment;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod open;
mod path;
mod read;
#[cfg(not(target_arch = "wasm32"))]
mod run;
mod snapshot;
#[cfg(target_arch = "wasm32")]
mod wasi;

pub use agent::host_facts_of;
pub use environment::environment;
#[cfg(not(target_arch = "wasm32"))]
pub use native::{host_facts, platform};
pub use read::read;
#[cfg(not(target_arch = "wasm32"))]
pub use run::{find_program, run};
pub use snapshot::{detect, source};
#[cfg(target_arch = "wasm32")]
pub use wasi::{host_facts, platform};
