//! The path is right, and what is there is not a file of the folder.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use managed_identity_reqwest::core::{Fault, FileErrorKind};

use crate::machine::{Machine, make_pipe};

#[tokio::test]
async fn a_symbolic_link_in_place_of_the_file_is_refused_wherever_it_leads() {
    let machine = Machine::new();
    for (name, target) in [
        ("absolute.key", machine.text("foreign/x.key")),
        ("relative.key", "../foreign/x.key".to_owned()),
        ("inside.key", "good.key".to_owned()),
        ("process.key", "/proc/self/environ".to_owned()),
        ("dangling.key", "/nowhere".to_owned()),
        ("itself.key", "itself.key".to_owned()),
    ] {
        symlink(target, machine.path("tokens").join(name)).unwrap();
        machine.assert_file_refused(name, FileErrorKind::NotRegular, Fault::Security).await;
    }
}

#[tokio::test]
async fn a_symbolic_link_in_place_of_the_folder_is_refused() {
    let machine = Machine::new();
    fs::rename(machine.path("tokens"), machine.path("aside")).unwrap();
    for target in ["foreign", "aside"] {
        fs::copy(machine.path("foreign/x.key"), machine.path("aside/x.key")).unwrap();
        symlink(target, machine.path("tokens")).unwrap();
        machine.assert_file_refused("x.key", FileErrorKind::FolderIsLink, Fault::Security).await;
        fs::remove_file(machine.path("tokens")).unwrap();
    }
    fs::write(machine.path("tokens"), "").unwrap();
    machine.assert_file_refused("x.key", FileErrorKind::FolderIsLink, Fault::Security).await;
}

#[tokio::test]
async fn a_hard_link_to_a_foreign_file_is_refused() {
    let machine = Machine::new();
    fs::hard_link(machine.path("foreign/x.key"), machine.path("tokens/x.key")).unwrap();
    let detail = machine.assert_file_refused("x.key", FileErrorKind::NotRegular, Fault::Security).await;
    assert_eq!(detail, "it has several names (hard links)");
}

#[tokio::test]
async fn a_pipe_is_refused_without_waiting_for_its_writer() {
    let machine = Machine::new();
    make_pipe(&machine.path("tokens/x.key"));
    machine.assert_file_refused("x.key", FileErrorKind::NotRegular, Fault::Security).await;
}

#[tokio::test]
async fn a_folder_is_refused() {
    let machine = Machine::new();
    fs::create_dir(machine.path("tokens/x.key")).unwrap();
    machine.assert_file_refused("x.key", FileErrorKind::NotRegular, Fault::Security).await;
}

#[tokio::test]
async fn a_socket_is_refused() {
    let machine = Machine::new();
    let _listener = UnixListener::bind(machine.path("tokens/x.key")).unwrap();
    machine.assert_file_refused("x.key", FileErrorKind::NotRegular, Fault::Security).await;
}

/// Only root can make a device; where the tests run as another user, one in the token folder cannot be shown.
#[tokio::test]
async fn a_device_is_refused() {
    let machine = Machine::new();
    for (name, numbers) in [("zero.key", ["1", "5"]), ("null.key", ["1", "3"]), ("nobody.key", ["240", "99"])] {
        let path = machine.path("tokens").join(name);
        let made = Command::new("mknod").arg(&path).arg("c").args(numbers).output().unwrap();
        if !made.status.success() {
            println!("not applicable: no device can be made here: {}", String::from_utf8_lossy(&made.stderr));
            return;
        }
        machine.assert_file_refused(name, FileErrorKind::NotRegular, Fault::Security).await;
    }
}

/// Only root can give files away; where the tests run as another user, another user's file cannot be shown.
#[tokio::test]
async fn a_file_of_another_owner_than_the_folders_is_refused() {
    let machine = Machine::new();
    let (folder, file) = (machine.path("tokens"), machine.path("tokens/good.key"));
    if fs::metadata(&file).unwrap().uid() != 0 {
        println!("not applicable: not root, so no file can be given to another user");
        return;
    }
    let (agent, stranger) = (Some(61_001), Some(61_002));
    chown(&file, stranger, None).unwrap();
    // Root vouches for its folders, but not for one that everybody may write to.
    for (owner, mode) in [(agent, 0o755), (Some(0), 0o1777)] {
        chown(&folder, owner, None).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        let detail = machine.assert_file_refused("good.key", FileErrorKind::OutsideDirectory, Fault::Security).await;
        assert_eq!(detail, "its owner is neither the folder's nor root");
    }
    chown(&folder, agent, None).unwrap();
    for owner in [agent, Some(0)] {
        chown(&file, owner, None).unwrap();
        machine.ask(&machine.agent_for("good.key")).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_does_not_exist_is_not_found() {
    let machine = Machine::new();
    machine.assert_file_refused("x.key", FileErrorKind::NotFound, Fault::Host).await;
    fs::remove_dir_all(machine.path("tokens")).unwrap();
    machine.assert_file_refused("x.key", FileErrorKind::NotFound, Fault::Host).await;
}
