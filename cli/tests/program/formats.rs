//! What goes to a file or another program.

use managed_identity_simulator::{Fault, SimulatedSource};

use crate::support::{Outcome, RESOURCE, json, simulator, token};

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
        let mut shell = std::process::Command::new("sh");
        let print = r#"sh -c 'echo "$MANAGED_IDENTITY_ACCESS_TOKEN $MANAGED_IDENTITY_EXPIRES_ON"'"#;
        shell.args(["-c", &format!("{script}; {print}")]).env("LINES_TO_READ", &lines);
        let printed = Outcome::of(shell).success();
        let (token, expires_on) = printed.trim_end().split_once(' ').unwrap();
        let claims = simulator.verify_token(token, RESOURCE).unwrap();
        assert_eq!(expires_on, claims.exp.to_string(), "{script}");
    }
}

#[test]
fn the_form_of_the_azure_cli_is_that_of_the_azure_cli() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let mut command = token(&simulator, &["--output", "az"]);
    command.env("TZ", "UTC");
    let document = json(&Outcome::of(command).success());
    let members: Vec<_> = document.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["accessToken", "expiresOn", "expires_on", "tenant", "tokenType"]);
    assert_eq!((&document["tenant"], &document["tokenType"]), (&simulator.tenant_id().into(), &"Bearer".into()));
    simulator.verify_token(document["accessToken"].as_str().unwrap(), RESOURCE).unwrap();
    let wall_clock = document["expiresOn"].as_str().unwrap();
    let (date, time) = wall_clock.split_once(' ').unwrap();
    assert_eq!((date.len(), time.len(), time.ends_with(".000000")), (10, 15, true), "{wall_clock}");
    let seconds_of_day = document["expires_on"].as_u64().unwrap() % 86_400;
    let (hours, minutes, seconds) = (seconds_of_day / 3600, seconds_of_day / 60 % 60, seconds_of_day % 60);
    assert_eq!(time, format!("{hours:02}:{minutes:02}:{seconds:02}.000000"));
}

#[test]
fn claims_are_shown_without_the_token() {
    let simulator = simulator(SimulatedSource::AzureArc, []);
    let text = Outcome::of(token(&simulator, &["--show", "claims"])).success();
    let claims = json(&text);
    assert_eq!((&claims["aud"], &claims["tid"]), (&RESOURCE.into(), &simulator.tenant_id().into()));
    for secret in simulator.secrets() {
        assert!(!text.contains(&secret), "a secret shows in {text}");
    }
    assert_eq!(Outcome::of(token(&simulator, &["--show", "claims", "--output", "json"])).code, 2);
}

#[test]
fn a_token_that_shows_no_claims_is_told_and_kept() {
    let opaque = Fault::with_member("access_token", "opaque-hunter2").times(9);
    let simulator = simulator(SimulatedSource::Imds, [opaque]);
    let outcome = Outcome::of(token(&simulator, &["--show", "claims"]));
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    assert!(outcome.json_error(2)["message"].as_str().unwrap().contains("only that service can read it"));
}
