//! Windows: the folder is held open without leave to rename or delete it while the file in it is opened, and what was
//! opened says where it is.

use std::fs::{File, OpenOptions};
use std::os::windows::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use managed_identity_core::{FileError, FileErrorKind, Platform};

use super::facts::Facts;
use super::native::failure;
use crate::path::is_file_name;

// Access, share and attribute constants of CreateFile:
// <https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew>
const FILE_SHARE_READ: u32 = 0x1;
const FILE_SHARE_WRITE: u32 = 0x2;
const FILE_ATTRIBUTE_DIRECTORY: u32 = 0x10;
const FILE_ATTRIBUTE_DEVICE: u32 = 0x40;
const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;
const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
/// Lets a folder be opened, so that it is refused for what it is and not for lack of permission.
const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;

/// A folder that is held open without sharing deletion cannot be swapped for another, nor can those above it. Links
/// further up are the administrator's and are followed; a link in place of the folder is refused. An empty folder can be
/// made a junction even while it is open, so the opened file has to say that it is in the opened folder, and that it has
/// no second name, which may be anywhere.
pub(crate) fn in_directory(directory: &str, name: &str) -> Result<(File, Facts), FileError> {
    if !is_file_name(name, Platform::Windows) {
        return Err(FileError::new(FileErrorKind::OutsideDirectory, ""));
    }
    let flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
    let held = OpenOptions::new()
        .read(true)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE)
        .custom_flags(flags)
        .open(directory)
        .map_err(|error| failure(&error))?;
    let attributes = held.metadata().map_err(|error| failure(&error))?.file_attributes();
    if attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT) != FILE_ATTRIBUTE_DIRECTORY {
        return Err(FileError::new(FileErrorKind::FolderIsLink, ""));
    }
    let (file, facts) = opened(&format!(r"{directory}\{name}"), flags)?;
    if !facts.regular {
        return Ok((file, facts));
    }
    let names = winapi_util::file::information(&file).map_err(|error| failure(&error))?.number_of_links();
    if names > 1 {
        return Err(FileError::new(FileErrorKind::NotRegular, "it has several names (hard links)"));
    }
    if whereabouts(&file)?.parent() != Some(&whereabouts(&held)?) {
        return Err(FileError::new(FileErrorKind::OutsideDirectory, "it was exchanged while it was opened"));
    }
    Ok((file, facts))
}

/// Where an open file is, without the links that led there.
fn whereabouts(file: &File) -> Result<PathBuf, FileError> {
    winx::file::get_file_path(file).map_err(|error| failure(&error))
}

pub(crate) fn anywhere(path: &str) -> Result<(File, Facts), FileError> {
    opened(path, FILE_FLAG_BACKUP_SEMANTICS)
}

fn opened(path: &str, flags: u32) -> Result<(File, Facts), FileError> {
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| failure(&error))?;
    let metadata = file.metadata().map_err(|error| failure(&error))?;
    let other = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE | FILE_ATTRIBUTE_REPARSE_POINT;
    let facts = Facts { regular: metadata.file_attributes() & other == 0, len: metadata.len() };
    Ok((file, facts))
}
