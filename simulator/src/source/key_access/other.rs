//! A system without groups and permissions in numbers: files are as the folder's owner wants them.

use std::fs::File;
use std::io;
use std::path::Path;

/// Nothing can be chosen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KeyAccess;

impl KeyAccess {
    pub(in crate::source) fn apply_to_file(self, _: &File) -> io::Result<()> {
        Ok(())
    }

    pub(in crate::source) fn apply_to_folder(self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}
