//! A Unix socket, and who may connect to it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use nix::unistd::Group;
use tokio::net::{UnixListener, UnixStream};

/// A Unix socket that is there as long as this value.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Begins to listen; the group's members may connect where the mode says so.
    pub(super) fn open(path: &Path, mode: u32, group: Option<u32>) -> io::Result<Self> {
        // One that a program left behind that was ended by force, and that nobody listens at.
        let is_left = fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket())
            && std::os::unix::net::UnixStream::connect(path).is_err();
        if is_left {
            fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        // From here on it is removed where something fails.
        let socket = Self { listener, path: std::path::absolute(path)? };
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        if group.is_some() {
            let refused = |cause| io::Error::other(format!("this user may not give it to that group: {cause}"));
            chown(path, None, group).map_err(refused)?;
        }
        fs::set_permissions(path, Permissions::from_mode(mode))?;
        Ok(socket)
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        Ok(self.listener.accept().await?.0)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Somebody may have removed it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Reads a mode as `chmod` does, in octal digits.
pub(super) fn mode(text: &str) -> Result<u32, &'static str> {
    let digits = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777);
    digits.ok_or("it is no mode in octal digits, such as 0660")
}

/// Reads a group's name or number, and gives its number.
pub(super) fn group(text: &str) -> Result<u32, String> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    match Group::from_name(text) {
        Ok(Some(group)) => Ok(group.gid.as_raw()),
        Ok(None) => Err("this machine has no such group".to_owned()),
        Err(cause) => Err(format!("it cannot be looked up: {cause}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{group, mode};

    #[test]
    fn a_mode_is_octal_and_a_group_has_a_name_or_a_number() {
        assert_eq!((mode("0660"), mode("600")), (Ok(0o660), Ok(0o600)));
        for wrong in ["", "0o660", "1777", "rw", "-1", "680"] {
            assert!(mode(wrong).is_err(), "{wrong}");
        }
        assert_eq!((group("0"), group("4242")), (Ok(0), Ok(4242)));
        assert!(group("no-such-group").is_err());
    }
}
