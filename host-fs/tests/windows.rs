//! Real files on Windows, and the rules under which they may be read.
#![cfg(windows)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use managed_identity_core::{FileErrorKind, FileRequest};
use managed_identity_fs::read;
use support::{federated_token, key_file};
use tempfile::TempDir;

fn kind(file: &FileRequest) -> FileErrorKind {
    read(file).unwrap_err().kind()
}

fn folder_with(name: &str, content: &[u8]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), content).unwrap();
    folder
}

#[test]
fn a_key_file_is_read() {
    let folder = folder_with("x.key", b"the key\r\n");
    assert_eq!(read(&key_file(folder.path(), "x.key")).unwrap(), b"the key\r\n");
}

#[test]
fn what_is_no_file_of_the_folder_is_refused() {
    let folder = folder_with("x.key", b"the key");
    fs::create_dir(folder.path().join("folder.key")).unwrap();
    assert_eq!(kind(&key_file(folder.path(), "folder.key")), FileErrorKind::NotRegular);
    assert_eq!(kind(&key_file(folder.path(), "none.key")), FileErrorKind::NotFound);
    let mut elsewhere = key_file(folder.path(), "x.key");
    elsewhere.directory = Some(folder.path().join("folder.key").to_str().unwrap().to_owned());
    assert_eq!(kind(&elsewhere), FileErrorKind::OutsideDirectory);
    let gone = key_file(&folder.path().join("gone"), "x.key");
    assert_eq!(kind(&gone), FileErrorKind::NotFound);
}

#[test]
fn a_file_in_place_of_the_folder_is_told() {
    let folder = folder_with("file", b"");
    assert_eq!(kind(&key_file(&folder.path().join("file"), "x.key")), FileErrorKind::FolderIsLink);
}

#[test]
fn names_that_windows_takes_for_others_are_refused() {
    let folder = folder_with("x.key", b"the key");
    for name in ["x.key.", "x.key ", "x.key::$DATA", "NUL.key", r"..\x.key", "x.key/."] {
        let mut file = key_file(folder.path(), "x.key");
        file.path = format!(r"{}\{name}", folder.path().display());
        assert_eq!(kind(&file), FileErrorKind::OutsideDirectory, "{name}");
    }
}

#[test]
fn a_file_that_its_writer_shares_is_read_while_it_is_open() {
    let folder = folder_with("x.key", b"the key");
    let writer = fs::OpenOptions::new().write(true).open(folder.path().join("x.key")).unwrap();
    assert_eq!(read(&key_file(folder.path(), "x.key")).unwrap(), b"the key");
    drop(writer);
}

#[test]
fn the_federated_token_is_read_wherever_it_is() {
    let folder = folder_with("token", b"a.b.c");
    assert_eq!(read(&federated_token(&folder.path().join("token"))).unwrap(), b"a.b.c");
    assert_eq!(kind(&federated_token(folder.path())), FileErrorKind::NotRegular);
    assert_eq!(kind(&federated_token(Path::new(r"C:\there\is\none"))), FileErrorKind::NotFound);
}
