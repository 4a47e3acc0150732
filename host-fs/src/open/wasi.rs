//! WASI 0.2: a file is reached through a folder that the host has granted, and through nothing else.
//!
//! Through the interfaces themselves rather than the standard library, whose files do not work in a component that was
//! built without an operating system (`wasm32-unknown-unknown`), and want more than a read-only folder where they do.

use alloc::string::String;
use alloc::vec::Vec;

use managed_identity_core::{FileError, FileErrorKind};
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};

use super::facts::Facts;
use super::preopen::{below, failure};

pub(crate) type File = Descriptor;

/// The folder is opened first, and the file relative to the open folder. A folder that is itself a grant is as the host
/// granted it.
pub(crate) fn in_directory(directory: &str, name: &str) -> Result<(File, Facts), FileError> {
    let (grant, rest) = grant_of(directory)?;
    if rest.is_empty() {
        return open_own(&grant, name);
    }
    let folder = grant.open_at(PathFlags::empty(), &rest, OpenFlags::DIRECTORY, DescriptorFlags::READ).map_err(
        |code| match code {
            ErrorCode::Loop | ErrorCode::NotDirectory => FileError::new(FileErrorKind::FolderIsLink, ""),
            code => failure(code),
        },
    )?;
    open_own(&folder, name)
}

/// Whoever can make names in the folder could make one for a file from elsewhere, so a file has this name only. A host
/// that does not count names says 0.
fn open_own(folder: &Descriptor, name: &str) -> Result<(File, Facts), FileError> {
    let file = open(folder, PathFlags::empty(), name)?;
    let stat = file.stat().map_err(failure)?;
    if stat.link_count > 1 {
        return Err(FileError::new(FileErrorKind::NotRegular, "it has several names (hard links)"));
    }
    Ok((file, facts(&stat)))
}

pub(crate) fn anywhere(path: &str) -> Result<(File, Facts), FileError> {
    let (grant, rest) = grant_of(path)?;
    let file = open(&grant, PathFlags::SYMLINK_FOLLOW, &rest)?;
    let stat = file.stat().map_err(failure)?;
    Ok((file, facts(&stat)))
}

/// What is no regular file is refused before it is opened too: a host may open a pipe and wait for its writer.
fn open(folder: &Descriptor, links: PathFlags, path: &str) -> Result<File, FileError> {
    match folder.stat_at(links, path).map_err(failure)?.type_ {
        DescriptorType::RegularFile => {}
        DescriptorType::SymbolicLink => {
            return Err(FileError::new(FileErrorKind::NotRegular, "it is a symbolic link"));
        }
        _ => return Err(FileError::new(FileErrorKind::NotRegular, "")),
    }
    folder.open_at(links, path, OpenFlags::empty(), DescriptorFlags::READ).map_err(failure)
}

fn facts(stat: &DescriptorStat) -> Facts {
    Facts { regular: stat.type_ == DescriptorType::RegularFile, len: stat.size }
}

pub(crate) fn read(file: &File, limit: usize, content: &mut Vec<u8>) -> Result<(), FileError> {
    while content.len() < limit {
        let (offset, room) = (as_u64(content.len()), as_u64(limit - content.len()));
        let (chunk, end) = file.read(room, offset).map_err(failure)?;
        let chunk = zeroize::Zeroizing::new(chunk);
        // A host that brings nothing and does not say that this is the end would keep us here for ever.
        if chunk.is_empty() && !end {
            return Err(FileError::new(FileErrorKind::Unreadable, "the host stopped in the middle"));
        }
        content.extend_from_slice(&chunk);
        if end {
            break;
        }
    }
    Ok(())
}

/// Whether a granted folder has something at this path.
pub(crate) fn exists(path: &str) -> bool {
    grant_of(path).is_ok_and(|(grant, rest)| rest.is_empty() || grant.stat_at(PathFlags::SYMLINK_FOLLOW, &rest).is_ok())
}

/// Whether this folder is itself a grant.
pub(crate) fn is_grant(directory: &str) -> bool {
    grant_of(directory).is_ok_and(|(_, rest)| rest.is_empty())
}

/// The paths of the granted folders.
pub(crate) fn grants() -> impl Iterator<Item = String> {
    get_directories().into_iter().map(|(_, path)| path)
}

/// The granted folder that leads to a path, the closest if there are several, and the rest of the path below it.
fn grant_of(path: &str) -> Result<(Descriptor, String), FileError> {
    get_directories()
        .into_iter()
        .filter_map(|(folder, grant)| Some((folder, below(path, &grant)?)))
        .min_by_key(|(_, rest)| rest.len())
        .ok_or_else(|| FileError::new(FileErrorKind::Denied, "no folder that holds it is granted"))
}

fn as_u64(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
