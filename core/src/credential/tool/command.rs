//! What one tool runs.

use alloc::string::String;
use alloc::vec::Vec;

/// The parts of a command that differ from tool to tool.
pub(super) struct Command {
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(&'static str, String)>,
}
