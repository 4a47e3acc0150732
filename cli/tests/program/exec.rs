//! `exec`: what its command has, and how it ends.

use crate::support::{Outcome, RESOURCE, program, shell};

/// `exec` for this command on a simulated machine.
fn exec(arguments: &[&str], command: &[&str]) -> Outcome {
    Outcome::of(program(&[&["exec", "--simulate", "azure-arc"], arguments, &["--"], command].concat()))
}

#[test]
fn a_command_has_simulated_secrets_and_tokens_and_its_exit_code_is_passed_on() {
    let token = format!("TOKEN={RESOURCE}");
    let command = shell("echo $PASSWORD; echo $TOKEN; exit 42", "echo %PASSWORD%&echo %TOKEN%&exit 42");
    for place in ["myvault/db-password", "https://myvault.vault.azure.net/secrets/db-password"] {
        let secret = format!("PASSWORD={place}");
        let arguments = ["--simulate-secret", "db-password=s3cret", "--secret", &secret, "--token", &token];
        let outcome = exec(&arguments, &command);
        let lines: Vec<_> = outcome.stdout.lines().collect();
        assert_eq!((outcome.code, lines[0], outcome.stderr.as_str()), (42, "s3cret", ""), "{place}");
        assert_eq!(lines[1].split('.').count(), 3, "{lines:?}");
    }
}

#[test]
fn two_for_a_command_that_cannot_be_run_and_what_cannot_be_understood() {
    for command in ["/no/such/program", "no-such-program"] {
        let outcome = exec(&[], &[command]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("cannot run"), "{}", outcome.stderr);
    }
    for wrong in [["--secret", "PASSWORD"], ["--secret", "=v/a"], ["--token", "T="], ["--secret", "P=vault"]] {
        let outcome = exec(&wrong, &shell("echo it ran", "echo it ran"));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{wrong:?}");
    }
    let twice = ["--secret", "P=v/password", "--token", "P=https://vault.azure.net"];
    let outcome = exec(&twice, &shell("echo it ran", "echo it ran"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("P is to have more than one value"), "{}", outcome.stderr);
}

#[cfg(unix)]
#[test]
fn a_signal_reaches_the_command_and_what_it_started() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    use rustix::process::{Pid, Signal, kill_process};

    // A grace beyond every clock is one as well.
    let exec =
        ["exec", "--simulate", "imds", "--grace", "18446744073709551615", "--token", "T=https://vault.azure.net", "--"];
    let mut command = program(&exec);
    // The child of the command says goodbye as well.
    let script = r#"trap 'wait; echo command; exit 7' TERM
        sh -c 'trap "echo child; exit" TERM; echo ready; while :; do sleep 0.1; done' &
        wait"#;
    command.args(["sh", "-c", script]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = command.spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "ready");
    kill_process(Pid::from_child(&running), Signal::TERM).unwrap();
    let rest: Vec<_> = lines.map(Result::unwrap).collect();
    assert_eq!(rest, ["child", "command"]);
    assert_eq!(running.wait().unwrap().code(), Some(7));
}

#[cfg(unix)]
#[test]
fn a_signal_that_says_something_to_the_command_alone_reaches_it_and_ends_nothing() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    use rustix::process::{Pid, Signal, kill_process};

    let mut command =
        program(&["exec", "--simulate", "imds", "--grace", "1ms", "--token", "T=https://vault.azure.net", "--"]);
    let script = r#"trap 'echo one' USR1; trap 'echo two' USR2; trap 'echo quit; exit 7' QUIT
        echo ready
        while :; do sleep 0.1; done"#;
    command.args(["sh", "-c", script]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = command.spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().as_deref(), Some("ready"));
    for (signal, said) in [(Signal::USR1, "one"), (Signal::USR2, "two"), (Signal::QUIT, "quit")] {
        kill_process(Pid::from_child(&running), signal).unwrap();
        assert_eq!(lines.next().as_deref(), Some(said));
    }
    assert_eq!(running.wait().unwrap().code(), Some(7));
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_terminal_ends_nothing_that_was_started_by_nohup() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    let exec = ["exec", "--simulate", "imds", "--grace", "1ms", "--token", "T=https://vault.azure.net", "--"];
    let exec = program(&exec);
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap '' HUP; exec "$@""#, "sh"]).arg(exec.get_program()).args(exec.get_args());
    for (name, value) in exec.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["sh", "-c", "trap 'echo one; exit 7' USR1; echo ready; while :; do sleep 0.1; done"]);
    let mut running = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().as_deref(), Some("ready"));
    for signal in [Signal::HUP, Signal::USR1] {
        kill_process(Pid::from_child(&running), signal).unwrap();
    }
    assert_eq!(lines.next().as_deref(), Some("one"));
    assert_eq!(running.wait().unwrap().code(), Some(7));
}
