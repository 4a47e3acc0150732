//! What is another matter on Windows.

use std::fs;
use std::os::windows::process::CommandExt as _;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::support::{Outcome, RESOURCE, json, program};

#[test]
fn the_keys_of_the_agent_are_read_from_its_folder() {
    let outcome =
        Outcome::of(program(&["token", "--resource", RESOURCE, "--simulate", "azure-arc", "--output", "json"]));
    assert_eq!(json(&outcome.success())["source"], "azure-arc");
}

#[test]
fn a_command_is_a_program_or_a_batch_file_of_the_path() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tool.cmd"), "@echo off\r\nif defined T echo %1\r\nexit /b 42\r\n").unwrap();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder.path().to_owned()).chain(std::env::split_paths(&others)));
    let token = format!("T={RESOURCE}");
    let mut command = program(&["exec", "--simulate", "imds", "--token", &token, "--", "tool", "a & b"]);
    command.env("PATH", path.unwrap());
    let outcome = Outcome::of(command);
    assert_eq!((outcome.code, outcome.stdout.trim_end()), (42, r#""a & b""#), "{}", outcome.stderr);

    assert_eq!(Outcome::of(program(&["exec", "--simulate", "imds", "--", "no-such-program"])).code, 2);
}

/// Of 32 bits, as that of a command which has crashed.
#[test]
fn the_whole_exit_code_is_passed_on() {
    for code in [0, 7, 255, 256, 70_000, -1, -1_073_741_819] {
        for ours in [&["exec", "--simulate", "imds", "--"][..], &["simulate", "run", "imds", "--"]] {
            let exit = format!("exit {code}");
            let outcome = Outcome::of(program(&[ours, &["cmd", "/d", "/c", &exit]].concat()));
            assert_eq!((outcome.code, outcome.stderr.as_str()), (code, ""), "{ours:?}");
        }
    }
}

/// Only a console's own Ctrl-C can be sent to one process, and by no safe code: `interrupt` does it, which scripts/wine.sh makes.
#[test]
fn serve_ends_with_ctrl_c_and_leaves_no_file() {
    /// `CREATE_NO_WINDOW`: a console of its own.
    const OWN_CONSOLE: u32 = 0x0800_0000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("identity.env");
    let mut command = program(&["serve", "--simulate", "imds", "--allow-resource", RESOURCE, "--write-env"]);
    let mut serving = command.arg(&file).creation_flags(OWN_CONSOLE).spawn().unwrap();
    while !file.exists() {
        assert_eq!(serving.try_wait().unwrap(), None);
        sleep(Duration::from_millis(10));
    }
    let Ok(status) = Command::new("interrupt").arg(serving.id().to_string()).status() else {
        println!("left out: there is no interrupt here");
        serving.kill().unwrap();
        serving.wait().unwrap();
        return;
    };
    assert!(status.success());
    assert_eq!(serving.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
