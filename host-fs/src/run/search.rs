//! Finding a program: by this crate and not by the system, which may look into the current folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use super::unix::{ENDINGS, is_program};
#[cfg(windows)]
use super::windows::{ENDINGS, is_program};

/// The first of these programs that is in an absolute folder of `search_path` (in the form of `PATH`), where `run` looks for
/// it.
#[must_use]
pub fn find_program(programs: &[&str], search_path: &OsStr) -> Option<PathBuf> {
    programs.iter().find_map(|name| {
        let folders = std::env::split_paths(search_path).filter(|folder| folder.is_absolute());
        folders.into_iter().find_map(|folder| in_folder(&folder, name))
    })
}

fn in_folder(folder: &Path, name: &str) -> Option<PathBuf> {
    ENDINGS.iter().map(|ending| folder.join(format!("{name}{ending}"))).find(|path| is_program(path))
}
