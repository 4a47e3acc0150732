//! Real files, and the rules under which they may be read on every system.
#![cfg(any(unix, windows))]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use managed_identity_core::FileErrorKind;
use managed_identity_fs::read;
use support::{federated_token, key_file};
use tempfile::TempDir;

#[test]
fn a_key_file_may_have_4096_bytes_and_no_more() {
    let folder = TempDir::new().unwrap();
    let file = key_file(folder.path(), "x.key");
    for (len, expected) in [(0, Ok(0)), (4096, Ok(4096)), (4097, Err(FileErrorKind::TooLarge))] {
        fs::write(folder.path().join("x.key"), vec![b'k'; len]).unwrap();
        assert_eq!(read(&file).map(|it| it.len()).map_err(|it| it.kind()), expected, "{len}");
    }
}

#[test]
fn a_key_file_with_a_second_name_is_refused_wherever_that_name_is() {
    let folder = TempDir::new().unwrap();
    let foreign = folder.path().with_extension("foreign");
    fs::write(&foreign, "not for the endpoint").unwrap();
    fs::hard_link(&foreign, folder.path().join("x.key")).unwrap();
    let error = read(&key_file(folder.path(), "x.key")).unwrap_err();
    assert_eq!((error.kind(), error.detail()), (FileErrorKind::NotRegular, "it has several names (hard links)"));
    assert_eq!(read(&federated_token(&folder.path().join("x.key"))).unwrap(), b"not for the endpoint");
    fs::remove_file(&foreign).unwrap();
    assert!(read(&key_file(folder.path(), "x.key")).is_ok(), "with one name it is a file of the folder");
}
