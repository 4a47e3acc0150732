//! Descriptions of what a driver has to do, as plain data: calls, files, waits.

mod call;
mod cause;
mod file;

pub use call::{HttpCall, HttpPolicy, Route, Trust};
pub use cause::RetryCause;
pub use file::FileRequest;
