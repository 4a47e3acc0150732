//! `--verbose` and `RUST_LOG`: what is told on the way, and what never is.

use managed_identity_simulator::{Fault, SimulatedSource};

use crate::support::{Outcome, json, simulator, token, trusted_sources};

#[test]
fn what_is_done_is_told_on_standard_error_only_when_wanted() {
    let simulator = simulator(SimulatedSource::Imds, [Fault::status(503)]);
    let outcome = Outcome::of(token(&simulator, &["--verbose"]));
    assert_eq!(json(&outcome.stdout)["source"], "imds");
    for words in ["sending a request", "status=503", "waiting before the next attempt", "status=200", "got a token"] {
        assert!(outcome.stderr.contains(words), "{words} is not in {}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains('\x1b'), "colour goes to terminals only: {}", outcome.stderr);
    Outcome::of(token(&simulator, &[])).success();
}

#[test]
fn a_line_is_a_json_object_where_that_is_wanted() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let outcome = Outcome::of(token(&simulator, &["--verbose", "--log-format", "json"]));
    let messages: Vec<_> = outcome.stderr.lines().map(|line| json(line)["fields"]["message"].clone()).collect();
    assert!(messages.contains(&"got a token".into()), "{messages:?}");
}

#[test]
fn a_variable_chooses_what_is_told() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let told = |value: &str, arguments: &[&str]| {
        let mut command = token(&simulator, arguments);
        command.env("RUST_LOG", value);
        let outcome = Outcome::of(command);
        assert_eq!(outcome.code, 0);
        outcome.stderr
    };
    assert!(told("hyper_util=trace", &[]).contains("hyper_util"));
    assert_eq!(told("off", &["--verbose"]), "");
    for nothing in ["", "no=level=at=all"] {
        assert_eq!(told(nothing, &[]), "");
        assert!(told(nothing, &["--verbose"]).contains("got a token"));
    }
}

#[test]
fn no_secret_is_told_whatever_is_wanted() {
    for source in trusted_sources() {
        let simulator = simulator(source, []);
        let mut command = token(&simulator, &["--verbose"]);
        command.env("RUST_LOG", "trace");
        let outcome = Outcome::of(command);
        assert!(outcome.stderr.contains("got a token"), "{source}: {}", outcome.stderr);
        for secret in simulator.secrets() {
            assert!(!outcome.stderr.contains(&secret), "{source}: a secret shows in {}", outcome.stderr);
        }
    }
}
