//! Reading a file by the rules of its request.

use alloc::vec::Vec;

use managed_identity_core::{FileError, FileErrorKind, FileRequest};
use zeroize::Zeroizing;

use crate::open;
use crate::path::child_name;

/// Reads a file by the rules that the request states.
///
/// With a [`directory`](FileRequest::directory) the path must be, as written and by the rules of
/// [`platform`](FileRequest::platform), a file directly in that folder; neither the file nor the folder may be a symbolic
/// link. Nor may the file have come from elsewhere: it has no second name (hard link), and its owner is the folder's or
/// root, or the folder is root's and not everybody may write to it. Windows tells no owner to safe code, where the folder's
/// permissions have to do; WASI tells neither. Without a directory links are followed, and neither names nor owner count.
///
/// In both cases the file is opened once, and what was opened is checked rather than what the path named a moment before:
/// a regular file of at most [`max_len`](FileRequest::max_len) bytes, of which never more than that is accepted, even if
/// it grows meanwhile. An empty file is read as such.
///
/// The content is secret; copies made on the way are wiped.
///
/// # Errors
/// A [`FileError`] of the kind that says which rule was broken, or what the operating system refused.
pub fn read(file: &FileRequest) -> Result<Vec<u8>, FileError> {
    let (opened, facts) = match &file.directory {
        Some(directory) => {
            let name = child_name(&file.path, directory, file.platform)
                .ok_or_else(|| FileError::new(FileErrorKind::OutsideDirectory, ""))?;
            open::in_directory(directory, name)?
        }
        None => open::anywhere(&file.path)?,
    };
    if !facts.regular {
        return Err(FileError::new(FileErrorKind::NotRegular, ""));
    }
    let max_len = file.max_len;
    if usize::try_from(facts.len).map_or(true, |len| len > max_len) {
        return Err(FileError::too_large(max_len));
    }
    // One byte more than allowed tells a file that has grown; room for all of it keeps the buffer from moving and leaving
    // an unwiped copy behind.
    let limit = max_len.saturating_add(1);
    let mut content = Zeroizing::new(Vec::new());
    content
        .try_reserve_exact(limit)
        .map_err(|_| FileError::new(FileErrorKind::Unreadable, "there is no memory for it"))?;
    open::read(&opened, limit, &mut content)?;
    if content.len() > max_len {
        return Err(FileError::too_large(max_len));
    }
    Ok(core::mem::take(&mut *content))
}
