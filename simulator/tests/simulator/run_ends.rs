//! How `run` ends its command when it is told to end itself.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{PROGRAM, end_signals};

/// A `run` whose command has printed its first line. None of its streams is a terminal.
struct Run {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Run {
    fn start(options: &[&str], script: &str) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["run", "azure-arc"]).args(options).args(["--", "sh", "-c", script]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { child, output }
    }

    /// Sends the signal to the program alone; the exit code, and what else the command has printed when all that it started
    /// has ended and so let go of the pipe.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap();
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

#[test]
fn the_command_decides_how_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("tokens");
    let script = r#"trap "echo told; exit 7" TERM; echo ready; while :; do sleep 0.02; done"#;
    let run = Run::start(&["--key-folder", keys.to_str().unwrap()], script);
    assert!(keys.exists());
    assert_eq!(run.end("TERM"), (Some(7), "told\n".to_owned()));
    assert!(!keys.exists());
}

#[test]
fn every_signal_is_passed_on_and_tells_in_the_exit_code() {
    for signal in end_signals() {
        let code = match signal {
            "INT" => 130,
            "HUP" => 129,
            _ => 143,
        };
        let run = Run::start(&[], "echo ready; exec sleep 60");
        assert_eq!(run.end(signal), (Some(code), String::new()), "{signal}");
    }
}

#[test]
fn what_the_command_has_started_ends_with_it() {
    let started = Instant::now();
    let run = Run::start(&[], "sleep 60 & echo ready; wait");
    assert_eq!(run.end("TERM"), (Some(143), String::new()));
    assert!(started.elapsed() < Duration::from_secs(50), "the pipe was let go of before the sleep was over");
}

#[test]
fn who_does_not_end_in_time_is_ended_by_force() {
    let started = Instant::now();
    for (script, code) in [
        ("trap '' TERM; echo ready; sleep 60; sleep 60", 137),
        ("(trap '' TERM; echo ready; exec sleep 60) & exec sleep 60", 143),
    ] {
        let run = Run::start(&["--grace", "100ms"], script);
        assert_eq!(run.end("TERM"), (Some(code), String::new()), "{script}");
    }
    assert!(started.elapsed() < Duration::from_secs(50), "nobody slept to the end");
}
