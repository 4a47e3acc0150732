//! A host for agent extensions: WebAssembly components that need Azure access tokens, and are trusted with nothing else.
//!
//! | to | see |
//! | --- | --- |
//! | decide what a plug-in may do | [`Policy`] |
//! | load and run plug-ins | [`PluginHost`], [`Plugin`] |
//! | give a plug-in tokens without an endpoint | [`Tokens`], [`HostIdentity`] |
//! | give a plug-in the identity endpoint itself | [`compose::plug`] |
//!
//! There are two ways to give a plug-in tokens. Either the host holds the identity and hands out tokens for the resources
//! it allows, or the client is plugged into the plug-in and reaches the identity endpoint from in there. The plug-in is
//! the same: it imports `managed-identity:client/tokens`.

extern crate alloc;

mod artifacts;
pub mod bindings;
pub mod compose;
mod denial;
mod gate;
mod host;
mod identity;
mod limits;
mod plugin;
mod policy;
mod state;

pub use artifacts::Artifacts;
pub use denial::denied;
pub use gate::{Gate, Io, Sender, Sent, WasmtimeSender};
pub use host::{PluginHost, config, link};
pub use identity::HostIdentity;
pub use limits::Limits;
pub use plugin::{Grant, Plugin};
pub use policy::{FolderGrant, HttpRule, Policy, PolicyError};
pub use state::{NoTokens, PluginState, TokenFuture, Tokens};
