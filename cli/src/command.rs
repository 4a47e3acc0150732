//! Commands that are given after `--`.

use std::ffi::{OsStr, OsString};

/// What to start for a program that was named: on Windows the system finds programs by their name alone, but no batch files,
/// and what npm and the Azure CLI install are such.
pub(crate) fn of_path(program: &OsStr) -> OsString {
    let found = program.to_str().filter(|name| cfg!(windows) && !name.contains(['/', '\\', '.'])).and_then(|name| {
        let search_path = std::env::var_os("PATH")?;
        managed_identity_fs::find_program(&[name], &search_path)
    });
    found.map_or_else(|| program.to_owned(), OsString::from)
}
