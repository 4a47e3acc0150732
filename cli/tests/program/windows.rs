//! What is another matter on Windows.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use managed_identity_simulator::SimulatedSource;

use crate::support::{Outcome, RESOURCE, json, program, simulator};

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

#[test]
fn tokens_are_served_to_programs_of_this_machine() {
    let source = simulator(SimulatedSource::Imds, []);
    let mut command = program(&["serve", "--allow-resource", RESOURCE, "--write-env", "-"]);
    let mut serving = command.envs(source.environment()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(serving.stdout.take().unwrap()).lines().take(2).map(Result::unwrap);
    let variables: Vec<_> = lines
        .map(|line| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
        .collect();
    let mut client = program(&["token", "--resource", RESOURCE, "--output", "json"]);
    client.envs(variables);
    let outcome = Outcome::of(client);
    serving.kill().unwrap();
    serving.wait().unwrap();
    let answer = json(&outcome.success());
    assert_eq!(answer["source"], "app-service");
    source.verify_token(answer["access_token"].as_str().unwrap(), RESOURCE).unwrap();
}
