//! Commands, with real programs: small scripts that play a tool.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
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
    let chain = Chain::of(&Environment::from_lookup(|_| None), HostFacts::of(Platform::Linux), &options).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    match AcquireFromChain::new(chain, request).start(1, UnixTime::default()) {
        Step::Run { command, .. } => *command,
        other => panic!("no command: {other:?}"),
    }
}

/// A folder with a tool of this name.
fn with_tool(name: &str, script: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_tool(folder.path(), name, script, "755");
    folder
}

/// Writes a tool by another process: one that is open for writing in this one, for a moment in a child that another test
/// starts, could not be executed (ETXTBSY).
fn write_tool(folder: &Path, name: &str, script: &str, mode: &str) {
    let write = "printf %s \"$2\" > \"$1\" && chmod \"$3\" \"$1\"";
    let path = folder.join(name);
    let written = Command::new("sh").args(["-c", write, "sh"]).arg(&path).args([script, mode]).status().unwrap();
    assert!(written.success());
}

fn run_in(search_path: impl AsRef<OsStr>, command: &CommandRequest) -> Result<CommandOutput, CommandError> {
    run(command, search_path.as_ref(), &AtomicBool::new(false))
}

fn kind(outcome: Result<CommandOutput, CommandError>) -> CommandErrorKind {
    outcome.unwrap_err().kind()
}

#[test]
fn what_it_writes_and_how_it_ends_is_told() {
    let folder = with_tool("az", "#!/bin/sh\necho \"$# $1 $6\"; echo oops >&2; exit 3\n");
    let output = run_in(folder.path(), &command()).unwrap();
    assert_eq!(output.output(), b"6 account https://vault.azure.net\n");
    assert_eq!((output.errors(), output.exit_code()), (b"oops\n".as_slice(), Some(3)));
    assert!(!format!("{output:?}").contains("account"));
}

#[test]
fn arguments_are_no_shells_business() {
    let folder = with_tool("az", "#!/bin/sh\nprintf '%s|' \"$@\"\n");
    let mut command = command();
    command.arguments = ["$(id)", "a b", "*", "", ";exit"].map(String::from).to_vec();
    assert_eq!(run_in(folder.path(), &command).unwrap().output(), b"$(id)|a b|*||;exit|");
}

#[test]
fn there_is_no_input() {
    let folder = with_tool("az", "#!/bin/sh\ncat; echo end\n");
    assert_eq!(run_in(folder.path(), &command()).unwrap().output(), b"end\n");
}

#[test]
fn it_runs_in_the_root_folder() {
    let folder = with_tool("az", "#!/bin/sh\npwd\n");
    assert_eq!(run_in(folder.path(), &command()).unwrap().output(), b"/\n");
}

#[test]
fn the_environment_is_inherited_but_for_what_is_withheld() {
    // Cargo sets both for a test.
    let folder =
        with_tool("az", "#!/bin/sh\necho \"${CARGO_PKG_NAME-none} ${CARGO_MANIFEST_DIR-none} $AZURE_CORE_NO_COLOR\"\n");
    let mut command = command();
    command.withheld = &["CARGO_MANIFEST_DIR"];
    assert_eq!(run_in(folder.path(), &command).unwrap().output(), b"managed-identity-fs none true\n");
}

#[test]
fn only_absolute_folders_are_looked_into() {
    let folder = with_tool("az", "#!/bin/sh\necho here\n");
    let relative = up_to_the_root().join(folder.path().strip_prefix("/").unwrap());
    assert!(relative.join("az").exists() && relative.is_relative());
    for search_path in [OsString::from(""), OsString::from(":"), OsString::from("."), relative.into_os_string()] {
        assert_eq!(kind(run_in(&search_path, &command())), CommandErrorKind::NotFound, "{search_path:?}");
    }
    let mut both = OsString::from("relative::/does/not/exist:");
    both.push(folder.path());
    assert_eq!(run_in(both, &command()).unwrap().output(), b"here\n");
}

/// The way from the current folder up to the root.
fn up_to_the_root() -> std::path::PathBuf {
    std::env::current_dir().unwrap().components().skip(1).map(|_| "..").collect()
}

#[test]
fn what_may_not_be_executed_is_no_program() {
    let (first, second) = (tempfile::tempdir().unwrap(), with_tool("az", "#!/bin/sh\necho second\n"));
    write_tool(first.path(), "az", "#!/bin/sh\necho first\n", "644");
    let third = tempfile::tempdir().unwrap();
    fs::create_dir(third.path().join("az")).unwrap();
    let search_path = std::env::join_paths([first.path(), third.path(), second.path()]).unwrap();
    assert_eq!(run_in(search_path, &command()).unwrap().output(), b"second\n");
}

#[test]
fn the_first_program_that_there_is_counts() {
    let folder = with_tool("powershell", "#!/bin/sh\necho old\n");
    let mut command = command();
    command.programs = &["pwsh", "powershell"];
    assert_eq!(run_in(folder.path(), &command).unwrap().output(), b"old\n");
    write_tool(folder.path(), "pwsh", "#!/bin/sh\necho new\n", "755");
    assert_eq!(run_in(folder.path(), &command).unwrap().output(), b"new\n");
}

#[test]
fn one_that_cannot_be_started_is_told() {
    let folder = with_tool("az", "#!/does/not/exist\n");
    assert_eq!(kind(run_in(folder.path(), &command())), CommandErrorKind::Failed);
}

#[test]
fn one_that_a_signal_ends_has_no_exit_code() {
    let folder = with_tool("az", "#!/bin/sh\nkill -9 $$\n");
    assert_eq!(run_in(folder.path(), &command()).unwrap().exit_code(), None);
}

#[test]
fn what_is_left_behind_is_not_waited_for() {
    let folder = with_tool("az", "#!/bin/sh\necho token; sleep 5 & exit 0\n");
    let begin = Instant::now();
    assert_eq!(run_in(folder.path(), &command()).unwrap().output(), b"token\n");
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
}

#[test]
fn too_much_output_ends_it() {
    for script in ["#!/bin/sh\nyes\n", "#!/bin/sh\nyes >&2\n", "#!/bin/sh\nhead -c 300000 /dev/zero\n"] {
        let folder = with_tool("az", script);
        assert_eq!(kind(run_in(folder.path(), &command())), CommandErrorKind::OutputTooLarge, "{script}");
    }
}

/// A tool that starts another process, which keeps the pipe `alive` open as long as it lives, and never ends by itself.
fn with_endless_tool() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("alive");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let script = format!("#!/bin/sh\nsh -c 'trap \"\" TERM INT HUP; sleep 1000' > '{}' &\nwait\n", pipe.display());
    write_tool(folder.path(), "az", &script, "755");
    (folder, pipe)
}

#[test]
fn the_time_limit_ends_it_and_all_that_it_started() {
    let (folder, pipe) = with_endless_tool();
    let mut command = command();
    command.time_limit = Duration::from_secs(2);
    let ended = thread::spawn(move || fs::File::open(pipe).unwrap().read(&mut [0]).unwrap());
    assert_eq!(kind(run_in(folder.path(), &command)), CommandErrorKind::Timeout);
    // The end of the pipe is there when the last process that holds it is gone.
    assert_eq!(ended.join().unwrap(), 0);
}

#[test]
fn a_time_limit_beyond_every_clock_is_none() {
    let folder = with_tool("az", "#!/bin/sh\necho done\n");
    let mut command = command();
    command.time_limit = Duration::MAX;
    assert_eq!(run_in(folder.path(), &command).unwrap().output(), b"done\n");
}

#[test]
fn cancelling_ends_it_and_all_that_it_started() {
    let (folder, pipe) = with_endless_tool();
    let mut command = command();
    command.time_limit = Duration::from_secs(600);
    let cancelled = AtomicBool::new(false);
    thread::scope(|scope| {
        let cancelled = &cancelled;
        let running = scope.spawn(move || run(&command, folder.path().as_os_str(), cancelled));
        // Opens when the tool's process has opened the other end.
        let mut alive = fs::File::open(pipe).unwrap();
        cancelled.store(true, Ordering::Relaxed);
        assert_eq!(alive.read(&mut [0]).unwrap(), 0);
        assert_eq!(kind(running.join().unwrap()), CommandErrorKind::Failed);
    });
}
