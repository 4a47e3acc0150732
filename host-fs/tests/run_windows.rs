//! Commands on Windows: batch files, as the Azure CLI is one, and programs.

#![cfg(windows)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use managed_identity_core::{
    AcquireFromChain, Chain, ChainOptions, CommandError, CommandErrorKind, CommandOutput, CommandRequest,
    CredentialKind, Environment, HostFacts, Platform, Step, TokenRequest, UnixTime,
};
use managed_identity_fs::run;
use tempfile::TempDir;

/// A command as the machine asks for it: `az`, with ten seconds and 256 KiB.
fn command() -> CommandRequest {
    let options = ChainOptions::default().only([CredentialKind::AzureCli]);
    let chain = Chain::of(&Environment::from_lookup(|_| None), HostFacts::of(Platform::Windows), &options).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    match AcquireFromChain::new(chain, request).start(1, UnixTime::default()) {
        Step::Run { command, .. } => *command,
        other => panic!("no command: {other:?}"),
    }
}

/// A folder with a batch file of this name.
fn with_batch_file(name: &str, lines: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), format!("@echo off\r\n{}\r\n", lines.join("\r\n"))).unwrap();
    folder
}

fn run_in(search_path: impl AsRef<OsStr>, command: &CommandRequest) -> Result<CommandOutput, CommandError> {
    run(command, search_path.as_ref(), &AtomicBool::new(false))
}

/// What a run wrote, without the ends of lines.
fn lines(outcome: Result<CommandOutput, CommandError>) -> Vec<String> {
    String::from_utf8(outcome.unwrap().output().to_vec()).unwrap().lines().map(|it| it.trim_end().to_owned()).collect()
}

fn kind(outcome: Result<CommandOutput, CommandError>) -> CommandErrorKind {
    outcome.unwrap_err().kind()
}

fn system_folder() -> PathBuf {
    std::env::var_os("SystemRoot").unwrap_or_else(|| OsString::from(r"C:\Windows")).into()
}

#[test]
fn what_a_batch_file_writes_and_how_it_ends_is_told() {
    for name in ["az.cmd", "az.bat"] {
        let folder = with_batch_file(name, &["echo %1 %~6", "echo oops>&2", "exit /b 3"]);
        let output = run_in(folder.path(), &command()).unwrap();
        assert_eq!(output.exit_code(), Some(3), "{name}");
        assert_eq!(output.errors().trim_ascii(), b"oops", "{name}");
        assert_eq!(output.output().trim_ascii(), b"account https://vault.azure.net", "{name}");
    }
}

#[test]
fn arguments_are_no_commands_of_the_shell() {
    let folder = with_batch_file("az.cmd", &["echo one", "if exist made echo made"]);
    for argument in ["& echo two", "| echo two", "\" & echo two", "a b", "%SystemRoot%", "> made"] {
        let mut command = command();
        command.arguments = vec![argument.to_owned()];
        assert_eq!(lines(run_in(folder.path(), &command)), ["one"], "{argument}");
    }
    // What cannot be said to a batch file is not said in another way.
    let mut command = command();
    command.arguments = vec!["a\r\necho two".to_owned()];
    assert_eq!(kind(run_in(folder.path(), &command)), CommandErrorKind::Failed);
}

#[test]
fn it_runs_in_the_folder_of_the_system() {
    let folder = with_batch_file("az.cmd", &["cd"]);
    let shown = lines(run_in(folder.path(), &command()));
    assert!(shown[0].eq_ignore_ascii_case(&system_folder().display().to_string()), "{shown:?}");
}

#[test]
fn the_environment_is_inherited_but_for_what_is_withheld() {
    // Cargo sets both for a test.
    let folder = with_batch_file("az.cmd", &["echo [%CARGO_PKG_NAME%] [%CARGO_MANIFEST_DIR%] %AZURE_CORE_NO_COLOR%"]);
    let mut command = command();
    command.withheld = &["CARGO_MANIFEST_DIR"];
    assert_eq!(lines(run_in(folder.path(), &command)), ["[managed-identity-fs] [] true"]);
}

#[test]
fn a_program_comes_before_a_batch_file_and_a_name_needs_its_ending() {
    let folder = with_batch_file("az.cmd", &["echo batch"]);
    fs::write(folder.path().join("az"), "a script for another system").unwrap();
    assert_eq!(lines(run_in(folder.path(), &command())), ["batch"]);
    fs::copy(system_folder().join("System32").join("cmd.exe"), folder.path().join("az.exe")).unwrap();
    let mut command = command();
    command.arguments = ["/d", "/c", "echo", "program"].map(String::from).to_vec();
    assert_eq!(lines(run_in(folder.path(), &command)), ["program"]);
}

#[test]
fn only_absolute_folders_are_looked_into() {
    let folder = with_batch_file("az.cmd", &["echo here"]);
    // On the drive that this process is at, but relative to it.
    let rootless: PathBuf = folder.path().components().skip(2).collect();
    for search_path in [OsString::from(""), OsString::from(";"), OsString::from("."), rootless.into_os_string()] {
        assert_eq!(kind(run_in(&search_path, &command())), CommandErrorKind::NotFound, "{search_path:?}");
    }
    let both = std::env::join_paths([PathBuf::from("relative"), folder.path().to_owned()]).unwrap();
    assert_eq!(lines(run_in(both, &command())), ["here"]);
}

#[test]
fn there_is_no_input() {
    let folder = with_batch_file("az.cmd", &["set answer=none", "set /p answer=", "echo %answer%"]);
    assert_eq!(lines(run_in(folder.path(), &command())), ["none"]);
}

#[test]
fn too_much_output_ends_it() {
    let folder = with_batch_file("az.cmd", &[":again", "echo 0123456789012345678901234567890123456789", "goto again"]);
    let mut command = command();
    command.max_output = 400;
    assert_eq!(kind(run_in(folder.path(), &command)), CommandErrorKind::OutputTooLarge);
}

#[test]
fn the_time_limit_ends_it_and_all_that_it_started() {
    // A program of its own, which has a file open that cannot be removed until it has ended.
    let folder = with_batch_file("az.cmd", &["cmd /d /c \"for /l %%i in (1,0,2) do rem\" >\"%~dp0alive\""]);
    let mut command = command();
    command.time_limit = Duration::from_secs(2);
    assert_eq!(kind(run_in(folder.path(), &command)), CommandErrorKind::Timeout);
    let begin = Instant::now();
    while let Err(error) = fs::remove_file(folder.path().join("alive")) {
        assert!(begin.elapsed() < Duration::from_secs(10), "{error}");
        std::thread::yield_now();
    }
}
