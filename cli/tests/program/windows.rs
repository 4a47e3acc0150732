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
    fs::write(folder.path().join("tool.cmd"), "@echo off\r\nif defined T echo %~1\r\nexit /b 42\r\n").unwrap();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder.path().to_owned()).chain(std::env::split_paths(&others)));
    let token = format!("T={RESOURCE}");
    let mut command = program(&["exec", "--simulate", "imds", "--token", &token, "--", "tool", "a & b"]);
    command.env("PATH", path.unwrap());
    let outcome = Outcome::of(command);
    assert_eq!((outcome.code, outcome.stdout.trim_end()), (42, "a & b"), "{}", outcome.stderr);

    let command = program(&["exec", "--simulate", "imds", "--token", &token, "--", "cmd", "/d", "/c", "exit 7"]);
    assert_eq!(Outcome::of(command).code, 7);
    assert_eq!(Outcome::of(program(&["exec", "--simulate", "imds", "--", "no-such-program"])).code, 2);
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
