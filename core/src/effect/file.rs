//! A file that a driver reads.

use alloc::string::String;

use crate::kind::{FilePurpose, Platform};

/// A file to read, and the rules under which it may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileRequest {
    /// The absolute path.
    pub path: String,
    /// What the file is for.
    pub purpose: FilePurpose,
    /// The folder that the opened file must be directly in, and reached without following a symbolic link; `None` where
    /// links are legitimate, as in Kubernetes' projected volumes.
    pub directory: Option<String>,
    /// The most bytes to accept; a larger file is refused, not cut.
    pub max_len: usize,
    /// Whose path rules apply.
    pub platform: Platform,
}
