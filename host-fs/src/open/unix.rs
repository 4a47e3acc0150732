//! Unix: the folder is opened first, and the file relative to the open folder.

use std::fs::{File, Metadata};
use std::io;

use managed_identity_core::{FileError, FileErrorKind};
use rustix::fs::{Mode, OFlags, open, openat};
use rustix::io::Errno;

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
pub(crate) fn in_directory(directory: &str, name: &str) -> Result<File, FileError> {
    let flags = SEARCH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = open(directory, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::NOTDIR | Errno::LOOP => {
            FileError::new(FileErrorKind::OutsideDirectory, "the folder is a symbolic link, or no folder")
        }
        errno => error(errno),
    })?;
    openat(&directory, name, FILE | OFlags::NOFOLLOW, Mode::empty()).map(File::from).map_err(error)
}

pub(crate) fn anywhere(path: &str) -> Result<File, FileError> {
    open(path, FILE, Mode::empty()).map(File::from).map_err(error)
}

pub(super) fn is_regular(metadata: &Metadata) -> bool {
    metadata.is_file()
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
    use managed_identity_core::FileErrorKind;
    use rustix::io::Errno;

    use super::error;

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
