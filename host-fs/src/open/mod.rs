//! Opening a file, once, in the way of the operating system. Each has a module with the same two functions:
//!
//! - `in_directory(directory, name)` opens a file that is directly in a folder and follows no symbolic link, neither at
//!   the file nor at the folder;
//! - `anywhere(path)` opens a file and follows symbolic links.
//!
//! Neither blocks on a pipe, and neither says whether what it opened is a regular file: `is_regular` tells it of the open
//! handle's metadata.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{anywhere, in_directory, is_regular};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{anywhere, in_directory, is_regular};
