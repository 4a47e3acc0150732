//! What goes to a file or another program.

use std::process::Command;

use managed_identity_simulator::SimulatedSource;

use crate::support::{Outcome, RESOURCE, simulator, token};

#[test]
fn the_token_alone() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let output = Outcome::of(token(&simulator, &["--output", "token"])).success();
    assert!(simulator.is_valid_token(output.strip_suffix('\n').unwrap(), RESOURCE), "{output}");
}

#[test]
fn a_header() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let output = Outcome::of(token(&simulator, &["--output", "header"])).success();
    let token = output.strip_prefix("Authorization: Bearer ").unwrap().strip_suffix('\n').unwrap();
    assert!(simulator.is_valid_token(token, RESOURCE), "{output}");
}

#[cfg(unix)]
#[test]
fn lines_that_a_shell_takes_as_variables() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let lines = Outcome::of(token(&simulator, &["--output", "env"])).success();
    for script in [r#"set -a; eval "$LINES_TO_READ""#, r"export $LINES_TO_READ"] {
        let mut shell = Command::new("sh");
        let print = r#"sh -c 'echo "$MANAGED_IDENTITY_ACCESS_TOKEN $MANAGED_IDENTITY_EXPIRES_ON"'"#;
        shell.args(["-c", &format!("{script}; {print}")]).env("LINES_TO_READ", &lines);
        let printed = Outcome::of(shell).success();
        let (token, expires_on) = printed.trim_end().split_once(' ').unwrap();
        let claims = simulator.verify_token(token, RESOURCE).unwrap();
        assert_eq!(expires_on, claims.exp.to_string(), "{script}");
    }
}
