//! The example runs, and its plug-in's answer has no token in it.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use std::path::PathBuf;
use std::process::Command;

#[test]
fn the_plug_in_reads_a_secret_with_the_token_that_it_is_lent() {
    let project = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let target = std::env::var_os("MANAGED_IDENTITY_TARGET").map_or_else(project, PathBuf::from);
    let plugin = target.join("wasm32-unknown-unknown/component/managed_identity_agent_extension.wasm");
    assert!(plugin.exists(), "build it with `bash scripts/test-wasm.sh --build-only`");
    let ran = Command::new(env!("CARGO_BIN_EXE_managed-identity-plugin-host")).arg(plugin).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    let [audit, answer] = lines.as_slice() else { panic!("{said}{}", String::from_utf8_lossy(&ran.stderr)) };
    let expected = "key-vault-reader asks for a token for \"https://vault.azure.net\": lent, from imds, until ";
    assert!(audit.starts_with(expected), "{audit}");
    assert_eq!(*answer, "the secret password is there: 13 characters");
}
