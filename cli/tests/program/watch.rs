//! `watch`: what is told, when it ends, and what its hook gets to know.

use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};

use crate::support::{Outcome, RESOURCE, json, program, shell};

fn watched(answers: impl IntoIterator<Item = Fault>) -> Simulator {
    let script = answers.into_iter().fold(FaultScript::new(), FaultScript::then);
    Simulator::builder(SimulatedSource::Imds).faults(script).start().unwrap()
}

fn refused() -> Fault {
    Fault::status(400).text("Identity not found")
}

fn watch(simulator: &Simulator, arguments: &[&str]) -> Outcome {
    let mut command = program(&["watch", "--resource", RESOURCE, "--every", "10ms", "--output", "json"]);
    command.args(arguments).envs(simulator.environment());
    Outcome::of(command)
}

/// The states that were told.
fn states(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.stdout.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| json(line)["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_ends_when_tokens_begin_to_fail() {
    let simulator = watched([Fault::pass().times(3), refused().times(99)]);
    let outcome = watch(&simulator, &[]);
    assert_eq!((outcome.code, states(&outcome)), (5, vec!["ok".to_owned(), "failed".to_owned()]), "{}", outcome.stderr);
    assert_eq!(simulator.request_count(), 4, "each round asks the source");
    assert_eq!(json(&outcome.stderr)["error"]["status"], 400);
    for secret in simulator.secrets() {
        assert!(!outcome.stdout.contains(&secret), "a secret shows in {}", outcome.stdout);
    }
}

#[test]
fn one_failure_among_others_may_be_passed_over() {
    let simulator = watched([Fault::pass(), refused(), Fault::pass(), refused().times(2)]);
    let outcome = watch(&simulator, &["--failures", "2"]);
    assert_eq!((outcome.code, simulator.request_count()), (5, 5), "{}", outcome.stderr);
}

#[test]
fn a_hook_is_run_at_each_change_and_nothing_ends() {
    let simulator = watched([Fault::pass(), refused().times(2), Fault::pass()]);
    let script = shell(
        r#"echo "hook $MANAGED_IDENTITY_STATE $MANAGED_IDENTITY_NEXT_STEP""#,
        "echo hook %MANAGED_IDENTITY_STATE% %MANAGED_IDENTITY_NEXT_STEP%",
    );
    let outcome = watch(&simulator, &[&["--rounds", "5", "--"][..], &script].concat());
    assert_eq!((outcome.code, states(&outcome)), (0, ["ok", "failed", "ok"].map(str::to_owned).to_vec()));
    let hooks: Vec<_> = outcome.stdout.lines().map(str::trim_end).filter(|line| line.starts_with("hook")).collect();
    let [failed, "hook ok"] = hooks[..] else { panic!("{hooks:?}") };
    assert!(failed.starts_with("hook failed check that the identity is assigned"), "{failed}");
}

#[test]
fn people_read_a_line() {
    let simulator = watched([]);
    let mut command = program(&["watch", "--resource", RESOURCE, "--rounds", "1"]);
    command.envs(simulator.environment());
    let text = Outcome::of(command).success();
    assert!(text.contains("Z ok: a token from the VM metadata service (IMDS), until "), "{text}");
}
