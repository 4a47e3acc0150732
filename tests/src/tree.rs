//! The files of the repository.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

/// The files with this extension in a folder and below it, in order, but for what tools put there; none if there is no such
/// folder.
///
/// # Panics
/// When a folder cannot be read.
#[must_use]
pub fn files_of(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let in_entry = |path: PathBuf| if path.is_dir() { files_of(&path, extension) } else { vec![path] };
    let mut found: Vec<_> = entries(folder).into_iter().flat_map(in_entry).collect();
    found.retain(|file| file.extension().is_some_and(|it| it == extension));
    found
}

/// What is in a folder, in order, but for what tools put there; nothing if there is no such folder.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let path = |entry: std::io::Result<DirEntry>| match entry {
        Ok(entry) => entry.path(),
        Err(error) => panic!("{} cannot be read: {error}", folder.display()),
    };
    let mut found: Vec<_> = entries.map(path).collect();
    found.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Cargo marks its folders, whatever they are called.
        !name.starts_with('.') && name != "node_modules" && name != "target" && !path.join("CACHEDIR.TAG").exists()
    });
    found.sort();
    found
}
