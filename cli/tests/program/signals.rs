//! Ctrl-C and a termination: the tool that runs for the program ends with it.

use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{RESOURCE, program};

#[test]
fn a_tool_ends_with_the_program() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        // Where `nohup` started these tests, a closed terminal ends nothing that they start.
        if signal == Signal::HUP && is_hang_up_ignored() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let (pipe, tool) = (folder.path().join("alive"), folder.path().join("az"));
        // By another process: one that is open for writing here, for a moment in a child of another test, could not be
        // executed. The pipe stays open as long as the tool or what it started lives.
        let make =
            "mkfifo \"$1\" && printf '#!/bin/sh\nsleep 1000 > \"%s\" &\nwait\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
        assert!(Command::new("sh").args(["-c", make, "sh"]).args([&pipe, &tool]).status().unwrap().success());
        let mut command = program(&["token", "--resource", RESOURCE, "--credential", "azure-cli"]);
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Opens when the tool runs.
        let mut alive = File::open(&pipe).unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert_eq!(alive.read(&mut [0]).unwrap(), 0, "the last process that held it is gone");
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("a signal ended it"), "{said}");
        fs::remove_file(pipe).unwrap();
    }
}

/// What whoever started these tests has chosen: a shell lives on after the signal then.
fn is_hang_up_ignored() -> bool {
    Command::new("sh").args(["-c", "kill -s HUP $$"]).status().unwrap().success()
}
