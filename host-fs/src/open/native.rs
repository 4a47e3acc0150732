//! What Unix and Windows have in common: the standard library's file.

use std::fs::File;
use std::io::{self, Read as _};

use managed_identity_core::{FileError, FileErrorKind};

pub(crate) fn read(file: &File, limit: usize, content: &mut Vec<u8>) -> Result<(), FileError> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(content).map(drop).map_err(|error| failure(&error))
}

/// A failure that the operating system reports.
pub(super) fn failure(error: &io::Error) -> FileError {
    let kind = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileErrorKind::NotFound,
        io::ErrorKind::PermissionDenied => FileErrorKind::PermissionDenied,
        _ => FileErrorKind::Unreadable,
    };
    FileError::new(kind, &error.to_string())
}
