//! Descriptions of what a driver has to do, as plain data: calls, files, commands, signatures, waits.

mod call;
mod cause;
mod command;
mod file;
mod sign;

pub use call::{HttpCall, HttpPolicy, Route, Trust};
pub use cause::RetryCause;
pub use command::{CommandOutput, CommandRequest};
pub use file::FileRequest;
pub use sign::{SignRequest, Signed};
