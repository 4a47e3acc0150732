//! What the managed-identity state machine wants to know of the host it runs on: the environment, the facts that no
//! variable tells, and the files that prove an identity.
//!
//! | to | see |
//! | --- | --- |
//! | find the source of tokens on this host | [`detect`] |
//! | take the parts of that one by one | [`environment`], [`host_facts`], [`platform`] |
//! | look at another host, or a made-up one | [`environment_of`], [`host_facts_of`] |
//! | read a file that the state machine asks for | [`read()`] |
//!
//! Which files may be read, and how large they may be, is not decided here: the state machine puts it into each
//! [`FileRequest`](managed_identity_core::FileRequest), and [`read()`] obeys every field of it.

#[cfg(not(any(unix, windows)))]
compile_error!("managed-identity-fs opens files on Unix and Windows only");

mod open;
mod path;
mod read;
mod snapshot;

pub use read::read;
pub use snapshot::{detect, environment, environment_of, host_facts, host_facts_of, platform};
