//! The key files of Azure Arc: each is made for one challenge and removed when its content has come back.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use super::key_access::KeyAccess;
use crate::error::SimulatorError;
use crate::files::write_for_owner;
use crate::random;
use crate::tls::temporary_folder;

/// The most key files at a time: a client that only asks for challenges must not fill the disk.
const MOST_KEY_FILES: usize = 1024;

struct KeyFile {
    path: PathBuf,
    content: String,
}

/// The folder of the key files and those whose content has not come back.
pub(super) struct KeyFiles {
    folder: PathBuf,
    access: KeyAccess,
    files: Mutex<VecDeque<KeyFile>>,
    made: Vec<PathBuf>,
    temporary: Option<TempDir>,
}

impl KeyFiles {
    /// Uses `folder`, which is made when it is missing, or a temporary one. A folder that is there already keeps its group
    /// and permissions.
    pub(super) fn open(folder: Option<PathBuf>, access: KeyAccess) -> Result<Self, SimulatorError> {
        let (folder, made, temporary) = match folder {
            Some(folder) => {
                let folder = std::path::absolute(&folder).map_err(SimulatorError::file("find", &folder))?;
                let made = missing_folders(&folder);
                make_for_owner(&folder).map_err(SimulatorError::file("make", &folder))?;
                (folder, made, None)
            }
            None => {
                let temporary = temporary_folder()?;
                (temporary.path().to_owned(), Vec::new(), Some(temporary))
            }
        };
        let files = Self { folder, access, files: Mutex::default(), made, temporary };
        for folder in files.temporary.iter().map(TempDir::path).chain(files.made.iter().map(PathBuf::as_path)) {
            access.apply_to_folder(folder).map_err(SimulatorError::file("set group and permissions of", folder))?;
        }
        Ok(files)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new key file: its path and its content.
    pub(super) fn make(&self) -> io::Result<(PathBuf, String)> {
        let path = self.folder.join(format!("{}.key", random::uuid()));
        let content = random::hex(32);
        let file = write_for_owner(&path, &content)?;
        self.access.apply_to_file(&file).inspect_err(|_| remove(&path))?;
        let mut files = self.files();
        if files.len() == MOST_KEY_FILES
            && let Some(oldest) = files.pop_front()
        {
            remove(&oldest.path);
        }
        files.push_back(KeyFile { path: path.clone(), content: content.clone() });
        Ok((path, content))
    }

    /// Whether `content` is that of a key file. It is so once only: the file is removed.
    pub(super) fn redeem(&self, content: &str) -> bool {
        let mut files = self.files();
        let Some(index) = files.iter().position(|file| file.content == content) else { return false };
        if let Some(file) = files.remove(index) {
            remove(&file.path);
        }
        true
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<KeyFile>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for KeyFiles {
    fn drop(&mut self) {
        for file in self.files().iter() {
            remove(&file.path);
        }
        for folder in &self.made {
            // A folder that someone else has put a file into stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Makes a folder, and those on the way to it, that only this user may enter.
fn make_for_owner(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The folders on the way to `folder` that do not exist, the innermost first.
fn missing_folders(folder: &Path) -> Vec<PathBuf> {
    folder.ancestors().take_while(|ancestor| !ancestor.exists()).map(Path::to_owned).collect()
}

fn remove(path: &Path) {
    // A test may have removed or replaced the file on purpose.
    let _ = fs::remove_file(path);
}
