//! How the guards call cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's folder.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A cargo command on a fixture, which is a workspace of its own: with the versions that the workspace has locked, so
/// that nothing is downloaded, and a target folder that is kept between runs.
pub(crate) fn cargo_on_fixture(name: &str, subcommand: &str) -> Command {
    let fixture = workspace().join("tests/fixtures").join(name);
    std::fs::copy(workspace().join("Cargo.lock"), fixture.join("Cargo.lock")).expect("Cargo.lock can be copied");
    let mut command = cargo(&fixture, subcommand);
    command.arg("--target-dir").arg(target_dir(name));
    command
}

/// A cargo command that stays off the network.
pub(crate) fn cargo(folder: &Path, subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(folder).args([subcommand, "--offline"]);
    command
}

/// The target folder of a fixture.
pub(crate) fn target_dir(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("purity").join(name)
}

/// The standard output of a command that has to succeed.
pub(crate) fn output_of(command: &mut Command) -> String {
    let output = command.output().expect("cargo can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed; has scripts/setup.sh been run?\n{errors}");
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}
