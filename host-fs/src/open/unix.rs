//! Unix: the folder is opened first, and the file relative to the open folder.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use managed_identity_core::{FileError, FileErrorKind};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, open, openat, statat};
use rustix::io::Errno;

use super::facts::Facts;
use super::native::failure;

/// `NONBLOCK` keeps the opening of a pipe from waiting for its writer; `NOCTTY` keeps a terminal from becoming ours.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// `PATH` opens a folder that this user may search but not list.
#[cfg(target_os = "linux")]
const SEARCH: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const SEARCH: OFlags = OFlags::RDONLY;

/// Whoever could replace the token folder by a link could have any readable file with the right name sent to the
/// endpoint, so a link in its place is refused. Links further up are the administrator's and are followed.
pub(crate) fn in_directory(directory: &str, name: &str) -> Result<(File, Facts), FileError> {
    let flags = SEARCH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = open(directory, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::NOTDIR | Errno::LOOP => FileError::new(FileErrorKind::FolderIsLink, ""),
        errno => error(errno),
    })?;
    let file = openat(&folder, name, FILE | OFlags::NOFOLLOW, Mode::empty()).map_err(error)?;
    let opened = fstat(&file).map_err(error)?;
    check_own(&opened, &folder)?;
    check_named(&folder, name, &opened)?;
    Ok((File::from(file), facts(&opened)))
}

/// Refuses a file that came from somewhere else: one that has another name, which may be anywhere, or another owner than
/// its folder. Root may write for the folder's owner, and could read whatever it wants sent by itself; a folder of root's
/// that not everybody may write to vouches for its files, since root chose who may.
fn check_own(file: &Stat, folder: &OwnedFd) -> Result<(), FileError> {
    if !facts(file).regular {
        return Err(FileError::new(FileErrorKind::NotRegular, ""));
    }
    if file.st_nlink > 1 {
        return Err(FileError::new(FileErrorKind::NotRegular, "it has several names (hard links)"));
    }
    if file.st_uid == 0 {
        return Ok(());
    }
    let folder = fstat(folder).map_err(error)?;
    let everybody_writes = Mode::from_raw_mode(folder.st_mode).contains(Mode::WOTH);
    let vouched_for = folder.st_uid == 0 && !everybody_writes;
    if file.st_uid != folder.st_uid && !vouched_for {
        return Err(FileError::new(FileErrorKind::OutsideDirectory, "its owner is neither the folder's nor root"));
    }
    Ok(())
}

/// Refuses a file that its name no longer leads to: a second name may have been removed between opening and counting.
fn check_named(folder: &OwnedFd, name: &str, opened: &Stat) -> Result<(), FileError> {
    let named = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    if named.is_ok_and(|it| (it.st_dev, it.st_ino, it.st_nlink) == (opened.st_dev, opened.st_ino, opened.st_nlink)) {
        Ok(())
    } else {
        Err(FileError::new(FileErrorKind::OutsideDirectory, "it was exchanged while it was opened"))
    }
}

pub(crate) fn anywhere(path: &str) -> Result<(File, Facts), FileError> {
    let file = open(path, FILE, Mode::empty()).map_err(error)?;
    let opened = fstat(&file).map_err(error)?;
    Ok((File::from(file), facts(&opened)))
}

fn facts(opened: &Stat) -> Facts {
    let regular = FileType::from_raw_mode(opened.st_mode) == FileType::RegularFile;
    Facts { regular, len: u64::try_from(opened.st_size).unwrap_or(u64::MAX) }
}

fn error(errno: Errno) -> FileError {
    match errno {
        Errno::LOOP => FileError::new(FileErrorKind::NotRegular, "it is a symbolic link"),
        // A socket, or a device without a driver.
        Errno::NXIO => FileError::new(FileErrorKind::NotRegular, ""),
        errno => failure(&io::Error::from(errno)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use managed_identity_core::FileErrorKind;
    use rustix::fs::{Mode, OFlags, fstat, open};
    use rustix::io::Errno;

    use super::{check_named, error};

    #[test]
    fn a_file_that_lost_its_name_after_it_was_opened_is_refused() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("x.key");
        let folder = open(directory.path(), super::SEARCH | OFlags::DIRECTORY, Mode::empty()).unwrap();
        fs::write(&path, "not for the endpoint").unwrap();
        let opened = open(&path, OFlags::RDONLY, Mode::empty()).unwrap();
        let facts = fstat(&opened).unwrap();
        assert_eq!(check_named(&folder, "x.key", &facts), Ok(()));
        let kind = |name| check_named(&folder, name, &facts).unwrap_err().kind();
        fs::hard_link(&path, directory.path().join("second.key")).unwrap();
        assert_eq!(kind("x.key"), FileErrorKind::OutsideDirectory, "it has got a second name");
        fs::remove_file(&path).unwrap();
        assert_eq!(kind("x.key"), FileErrorKind::OutsideDirectory, "it has lost its name");
        fs::write(&path, "the key").unwrap();
        assert_eq!(kind("x.key"), FileErrorKind::OutsideDirectory, "the name is another file's");
    }

    // A test that runs as root cannot be refused a file, so the mapping is tested by itself.
    #[test]
    fn each_failure_to_open_has_its_kind() {
        for (errno, kind) in [
            (Errno::ACCESS, FileErrorKind::PermissionDenied),
            (Errno::PERM, FileErrorKind::PermissionDenied),
            (Errno::NOENT, FileErrorKind::NotFound),
            (Errno::NOTDIR, FileErrorKind::NotFound),
            (Errno::LOOP, FileErrorKind::NotRegular),
            (Errno::NXIO, FileErrorKind::NotRegular),
            (Errno::IO, FileErrorKind::Unreadable),
            (Errno::MFILE, FileErrorKind::Unreadable),
        ] {
            assert_eq!(error(errno).kind(), kind, "{errno}");
        }
    }
}
