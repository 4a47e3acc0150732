//! `secret`, `storage` and `exec`: what is behind the tokens, by the clients of the Azure SDK for Rust.

mod arguments;
mod cloud;
mod exec;
mod http;
mod last_answer;
mod refusal;
mod storage;
mod vault;

pub(crate) use arguments::{DataFormat, ExecArguments, SecretCommand, SecretFormat, StorageCommand};
pub(crate) use exec::execute as exec;
pub(crate) use storage::execute as storage;
pub(crate) use vault::execute as secret;
