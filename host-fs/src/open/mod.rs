//! Opening a file, once, in the way of the system, and what is known of it then. Each has a module with the same functions:
//!
//! - `in_directory(directory, name)` opens a file that is directly in a folder and follows no symbolic link, neither at
//!   the file nor at the folder; it refuses a file with several names (Unix and WASI) and one whose owner is neither the
//!   folder's nor root (Unix), which only the system can tell;
//! - `anywhere(path)` opens a file and follows symbolic links;
//! - `read(file, limit, content)` appends the file to `content`, and stops after `limit` bytes.
//!
//! Opening does not block on a pipe.

mod facts;

#[cfg(any(unix, windows))]
mod native;
#[cfg(any(unix, windows))]
pub(crate) use native::read;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{anywhere, in_directory};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{anywhere, in_directory};

#[cfg(any(target_arch = "wasm32", test))]
mod preopen;
#[cfg(target_arch = "wasm32")]
mod wasi;
#[cfg(target_arch = "wasm32")]
pub(crate) use wasi::{anywhere, exists, grants, in_directory, is_grant, read};
