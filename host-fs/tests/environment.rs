//! The environment of a real process.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use managed_identity_core::{ConfigError, DetectionOptions};

const TEST: &str = "a_value_that_is_not_utf8_is_named";

/// Runs itself with the variables in question.
#[test]
fn a_value_that_is_not_utf8_is_named() {
    if std::env::var_os("MSI_SECRET").is_none() {
        let status = Command::new(std::env::current_exe().unwrap())
            .args([TEST, "--exact"])
            .env("MSI_SECRET", "text")
            .env("IDENTITY_HEADER", OsStr::from_bytes(b"a\xff"))
            .status();
        return assert!(status.unwrap().success());
    }
    let environment = managed_identity_fs::environment();
    assert_eq!((environment.var("MSI_SECRET"), environment.var("IDENTITY_HEADER")), (Some("text"), None));
    assert!(environment.names().any(|name| name == "IDENTITY_HEADER"), "it is set");
    let error = managed_identity_fs::detect(DetectionOptions::default()).unwrap_err();
    assert_eq!(error, ConfigError::NotUnicode { name: "IDENTITY_HEADER" });
}
