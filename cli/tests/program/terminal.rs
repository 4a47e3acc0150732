//! What a terminal gets to see. These tests have a real one: a pseudo-terminal.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use managed_identity_simulator::{Fault, SimulatedSource};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::support::{Outcome, RESOURCE, json, program, simulator, token};

/// Which of a program's outputs are the terminal; the others are pipes.
#[derive(Clone, Copy, PartialEq)]
enum On {
    Stdout,
    Stderr,
}

struct Seen {
    code: i32,
    terminal: String,
    piped: String,
}

fn run(mut command: Command, on: On) -> Seen {
    let (controller, user) = terminal();
    match on {
        On::Stdout => command.stdout(user).stderr(Stdio::piped()),
        On::Stderr => command.stderr(user).stdout(Stdio::piped()),
    };
    let child = command.spawn().unwrap();
    // The terminal ends when the last program that has it closes it: this one must not be among them.
    drop(command);
    let mut terminal = Vec::new();
    // Linux reports the end of a terminal as an error.
    let _ = File::from(controller).read_to_end(&mut terminal);
    let output = child.wait_with_output().unwrap();
    let piped = if on == On::Stdout { output.stderr } else { output.stdout };
    Seen {
        code: output.status.code().unwrap(),
        terminal: String::from_utf8(terminal).unwrap(),
        piped: String::from_utf8(piped).unwrap(),
    }
}

fn terminal() -> (OwnedFd, File) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let user = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    (controller, user)
}

#[test]
fn a_summary_shows_everything_but_the_token() {
    let simulator = simulator(SimulatedSource::AppService, []);
    let seen = run(token(&simulator, &[]), On::Stdout);
    assert_eq!((seen.code, seen.piped.as_str()), (0, ""));
    for text in ["App Service (app-service)", RESOURCE, "(in 23 h 59 min)", "--output token"] {
        assert!(seen.terminal.contains(text), "{text} is not in\n{}", seen.terminal);
    }
    assert_eq!(simulator.request_count(), 1);
    for secret in simulator.secrets() {
        assert!(!seen.terminal.contains(&secret), "{}", seen.terminal);
    }
}

#[test]
fn a_token_is_shown_when_exactly_that_is_asked_for() {
    let simulator = simulator(SimulatedSource::AppService, []);
    let seen = run(token(&simulator, &["--output", "token"]), On::Stdout);
    assert_eq!(seen.code, 0);
    assert!(simulator.is_valid_token(seen.terminal.trim_end(), RESOURCE), "{}", seen.terminal);
}

#[test]
fn other_formats_are_refused_before_a_request_is_sent() {
    let simulator = simulator(SimulatedSource::AppService, []);
    for format in ["json", "header", "env"] {
        let seen = run(token(&simulator, &["--output", format]), On::Stdout);
        assert_eq!((seen.code, seen.terminal.as_str()), (2, ""), "{format}");
        assert!(seen.piped.contains("redirect") && seen.piped.contains("--output token"), "{}", seen.piped);
    }
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn a_simulated_token_opens_nothing_and_is_shown() {
    let arguments = ["token", "--resource", RESOURCE, "--simulate", "azure-arc", "--output"];
    for (format, start) in
        [("json", "{\"access_token\":\"ey"), ("header", "Authorization: Bearer ey"), ("env", "MANAGED")]
    {
        let mut command = program(&arguments);
        command.arg(format);
        let seen = run(command, On::Stdout);
        assert_eq!((seen.code, seen.piped.as_str()), (0, ""), "{format}");
        assert!(seen.terminal.starts_with(start), "{}", seen.terminal);
    }
}

#[test]
fn waiting_for_a_retry_is_told() {
    let simulator = simulator(SimulatedSource::AppService, [Fault::status(503)]);
    let seen = run(token(&simulator, &[]), On::Stderr);
    assert_eq!(seen.code, 0);
    let line = seen.terminal.trim_end();
    assert!(line.starts_with("waiting ") && line.ends_with(" s: the endpoint answered 503"), "{line}");
    assert_eq!(json(&seen.piped)["source"], "app-service");
}

#[test]
fn waiting_for_a_retry_is_not_told_to_a_log() {
    let simulator = simulator(SimulatedSource::AppService, [Fault::status(503)]);
    let seen = run(token(&simulator, &[]), On::Stdout);
    assert_eq!((seen.code, seen.piped.as_str()), (0, ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_in_a_simulation_stays_in_the_group_that_the_terminal_speaks_with() {
    // The process groups of the command and of the program that runs it.
    let script = r#"for id in $$ $PPID; do cut -d" " -f5 "/proc/$id/stat"; done"#;
    let arguments = ["simulate", "run", "imds", "--", "sh", "-c", script];
    let groups = |text: &str| -> Vec<String> { text.split_whitespace().map(ToOwned::to_owned).collect() };
    let [command, own] = groups(&run(program(&arguments), On::Stdout).terminal).try_into().unwrap();
    assert_eq!(command, own);
    let [command, own] = groups(&Outcome::of(program(&arguments)).success()).try_into().unwrap();
    assert_ne!(command, own, "without a terminal all that it starts can be told to end");
}
