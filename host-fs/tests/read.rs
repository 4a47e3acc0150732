//! Real files, and the rules under which they may be read.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

use managed_identity_core::{FileErrorKind, FileRequest, Platform};
use managed_identity_fs::read;
use support::{federated_token, key_file};
use tempfile::TempDir;

fn kind(file: &FileRequest) -> FileErrorKind {
    read(file).unwrap_err().kind()
}

#[test]
fn a_key_file_is_read() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("x.key"), "the key\n").unwrap();
    assert_eq!(read(&key_file(folder.path(), "x.key")).unwrap(), b"the key\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_hides_its_size_is_still_limited() {
    // Files of the kernel are regular, claim to be empty, and are not.
    let mut file = federated_token(Path::new("/proc/self/status"));
    assert!(!read(&file).unwrap().is_empty());
    file.max_len = 16;
    assert_eq!(kind(&file), FileErrorKind::TooLarge);
}

#[test]
fn a_link_in_place_of_the_key_file_is_refused() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::write(elsewhere.path().join("secret"), "not for the endpoint").unwrap();
    fs::write(folder.path().join("sibling.key"), "the key").unwrap();
    symlink(elsewhere.path().join("secret"), folder.path().join("outside.key")).unwrap();
    symlink("sibling.key", folder.path().join("inside.key")).unwrap();
    symlink("nowhere", folder.path().join("dangling.key")).unwrap();
    for name in ["outside.key", "inside.key", "dangling.key"] {
        assert_eq!(kind(&key_file(folder.path(), name)), FileErrorKind::NotRegular, "{name}");
    }
}

/// Only root can give files away; where the tests run as another user, what another user's file is cannot be shown.
#[test]
fn a_key_file_belongs_to_the_folders_owner_or_to_root_or_root_vouches_for_the_folder() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.key");
    fs::write(&path, "the key").unwrap();
    if fs::metadata(&path).unwrap().uid() != 0 {
        println!("not applicable: not root, so no file can be given to another user");
        return;
    }
    let (agent, stranger) = (Some(61_001), Some(61_002));
    let refused = Err((FileErrorKind::OutsideDirectory, "its owner is neither the folder's nor root".to_owned()));
    let root = Some(0);
    for (folder_owner, mode, file_owner, expected) in [
        (root, 0o755, root, Ok("the key".into())),
        (agent, 0o755, agent, Ok("the key".into())),
        (agent, 0o755, root, Ok("the key".into())),
        (agent, 0o755, stranger, refused.clone()),
        (root, 0o2770, agent, Ok("the key".into())),
        (root, 0o1777, agent, refused),
    ] {
        chown(folder.path(), folder_owner, None).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
        chown(&path, file_owner, None).unwrap();
        let outcome = read(&key_file(folder.path(), "x.key"));
        let outcome = outcome.map_err(|error| (error.kind(), error.detail().to_owned()));
        assert_eq!(outcome, expected, "{folder_owner:?} {mode:o} {file_owner:?}");
        assert!(read(&federated_token(&path)).is_ok(), "a federated token may be anyone's");
    }
}

#[test]
fn a_link_in_place_of_the_folder_is_refused() {
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::write(elsewhere.path().join("x.key"), "not for the endpoint").unwrap();
    let folder = parent.path().join("tokens");
    symlink(elsewhere.path(), &folder).unwrap();
    assert_eq!(kind(&key_file(&folder, "x.key")), FileErrorKind::FolderIsLink);
}

#[test]
fn a_link_above_the_folder_is_followed() {
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::create_dir(elsewhere.path().join("tokens")).unwrap();
    fs::write(elsewhere.path().join("tokens/x.key"), "the key").unwrap();
    symlink(elsewhere.path(), parent.path().join("agent")).unwrap();
    assert_eq!(read(&key_file(&parent.path().join("agent/tokens"), "x.key")).unwrap(), b"the key");
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("tokens");
    fs::write(&folder, "").unwrap();
    assert_eq!(kind(&key_file(&folder, "x.key")), FileErrorKind::FolderIsLink);
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("folder.key")).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("socket.key")).unwrap();
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("pipe.key"), mode).unwrap();
    for name in ["folder.key", "socket.key", "pipe.key"] {
        assert_eq!(kind(&key_file(folder.path(), name)), FileErrorKind::NotRegular, "{name}");
        assert_eq!(kind(&federated_token(&folder.path().join(name))), FileErrorKind::NotRegular, "{name}");
    }
}

#[test]
fn a_missing_file_or_folder_is_not_found() {
    let folder = TempDir::new().unwrap();
    assert_eq!(kind(&key_file(folder.path(), "x.key")), FileErrorKind::NotFound);
    assert_eq!(kind(&key_file(&folder.path().join("tokens"), "x.key")), FileErrorKind::NotFound);
    assert_eq!(kind(&federated_token(&folder.path().join("token"))), FileErrorKind::NotFound);
}

#[test]
fn a_path_that_is_not_in_the_folder_is_refused_although_the_file_exists() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("below")).unwrap();
    for name in ["x.key", "below/x.key"] {
        fs::write(folder.path().join(name), "the key").unwrap();
    }
    let mut file = key_file(folder.path(), "x.key");
    let inside = file.path.clone();
    let directory = folder.path().to_str().unwrap();
    for path in
        [format!("{directory}/below/x.key"), format!("{directory}/below/../x.key"), format!("{directory}//x.key")]
    {
        file.path = path;
        assert_eq!(kind(&file), FileErrorKind::OutsideDirectory, "{}", file.path);
    }
    file.path = inside;
    file.platform = Platform::Other;
    assert_eq!(kind(&file), FileErrorKind::OutsideDirectory, "a platform without such a folder");
}

#[test]
fn a_federated_token_is_read_through_the_links_of_a_projected_volume() {
    let volume = TempDir::new().unwrap();
    fs::create_dir(volume.path().join("..2026_01_01")).unwrap();
    fs::write(volume.path().join("..2026_01_01/token"), "the token").unwrap();
    symlink("..2026_01_01", volume.path().join("..data")).unwrap();
    symlink("..data/token", volume.path().join("token")).unwrap();
    let file = federated_token(&volume.path().join("token"));
    assert_eq!(read(&file).unwrap(), b"the token");
}

#[test]
fn a_federated_token_has_a_limit_too() {
    let volume = TempDir::new().unwrap();
    let path = volume.path().join("token");
    let file = federated_token(&path);
    for (len, expected) in [(64 * 1024, Ok(64 * 1024)), (64 * 1024 + 1, Err(FileErrorKind::TooLarge))] {
        fs::write(&path, vec![b't'; len]).unwrap();
        assert_eq!(read(&file).map(|it| it.len()).map_err(|it| it.kind()), expected, "{len}");
    }
}
