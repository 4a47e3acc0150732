//! Group and permissions.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, fchown};
use std::path::Path;

/// Group and permissions of key files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyAccess {
    /// The number of the group that files and folder get; `None` leaves them that of this process.
    pub(crate) group: Option<u32>,
    /// The permissions of a file; the folder's are those, and whoever may read may enter.
    pub(crate) mode: u32,
}

impl Default for KeyAccess {
    /// Nobody but the owner.
    fn default() -> Self {
        Self { group: None, mode: 0o600 }
    }
}

impl KeyAccess {
    pub(in crate::source) fn apply_to_file(self, file: &File) -> io::Result<()> {
        // First the group: changing it may take permissions away.
        if self.group.is_some() {
            fchown(file, None, self.group)?;
        }
        file.set_permissions(Permissions::from_mode(self.mode))
    }

    pub(in crate::source) fn apply_to_folder(self, folder: &Path) -> io::Result<()> {
        let may_enter = 0o700 | (self.mode & 0o444) >> 2;
        Self { mode: self.mode | may_enter, ..self }.apply_to_file(&File::open(folder)?)
    }
}
