//! The program as a process.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use managed_identity_simulator::program::{EnvironmentFormat, MANAGED_IDENTITY_VARIABLES};
use managed_identity_simulator::{SimulatedSource, Simulator};

const PROGRAM: &str = env!("CARGO_BIN_EXE_managed-identity-simulator");

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    for name in MANAGED_IDENTITY_VARIABLES {
        command.env(name, "inherited");
    }
    command.args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_command_gets_the_variables_of_the_source_and_no_other() {
    for source in SimulatedSource::ALL {
        let output = run(&["run", source.name(), "--", "env"]);
        let variables: BTreeMap<&str, &str> =
            text(&output.stdout).lines().filter_map(|line| line.split_once('=')).collect();
        let expected = Simulator::builder(source).start().unwrap().environment();
        for name in MANAGED_IDENTITY_VARIABLES {
            assert_eq!(variables.contains_key(name), expected.contains_key(*name), "{source}: {name}");
            assert_ne!(variables.get(name), Some(&"inherited"), "{source}: {name}");
        }
        for name in expected.keys() {
            assert!(variables.contains_key(name.as_str()), "{source}: {name}");
        }
    }
}

#[test]
fn the_exit_code_is_that_of_the_command() {
    assert_eq!(run(&["run", "imds", "--", "true"]).status.code(), Some(0));
    assert_eq!(run(&["run", "imds", "--", "sh", "-c", "exit 37"]).status.code(), Some(37));
    assert_eq!(run(&["run", "imds", "--", "sh", "-c", "kill -9 $$"]).status.code(), Some(137));
}

#[test]
fn a_command_that_cannot_be_started_is_named() {
    let output = run(&["run", "imds", "--", "/no/such/command"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("/no/such/command"), "{}", text(&output.stderr));
}

#[test]
fn wrong_arguments_are_refused() {
    for arguments in
        [&["run", "imds"][..], &["run", "vm", "--", "true"], &["run", "imds", "--fault", "x=1", "--", "true"], &[]]
    {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

/// A `serve` that was started and has printed its environment.
struct Serving {
    child: Child,
    output: BufReader<ChildStdout>,
    environment: BTreeMap<String, String>,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.arg("serve").args(arguments).args(["--format", "json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        Self { child, output, environment: serde_json::from_str(&line).unwrap() }
    }

    fn status_of_a_request(&self) -> u16 {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
        agent.get(&self.environment["MSI_ENDPOINT"]).call().unwrap().status().as_u16()
    }

    /// Sends the signal, waits for the end, and gives what was printed after the environment and on standard error.
    fn end(mut self, signal: &str) -> (String, String) {
        Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap();
        assert!(self.child.wait().unwrap().success(), "{signal}");
        let (mut output, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut output).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (output, errors)
    }
}

#[cfg(unix)]
#[test]
fn faults_come_from_the_file_first_and_then_from_options() {
    let folder = tempfile::tempdir().unwrap();
    let faults = folder.path().join("faults.json");
    let log = folder.path().join("log.jsonl");
    std::fs::write(&faults, r#"[{ "status": 500 }]"#).unwrap();
    let (faults, log) = (faults.to_str().unwrap(), log.to_str().unwrap());
    let serving = Serving::start(&["cloud-shell", "--faults", faults, "--fault", "gone", "--log", log]);
    let statuses: Vec<u16> = (0..3).map(|_| serving.status_of_a_request()).collect();
    assert_eq!(statuses, [500, 410, 405]);
    assert_eq!(serving.end("TERM"), (String::new(), String::new()));
    assert_eq!(std::fs::read_to_string(log).unwrap().lines().count(), 3);
}

#[cfg(unix)]
#[test]
fn a_log_on_standard_error_leaves_standard_output_alone() {
    let serving = Serving::start(&["cloud-shell", "--log", "-"]);
    serving.status_of_a_request();
    let (output, errors) = serving.end("TERM");
    assert_eq!(output, "");
    assert!(errors.contains(r#""method":"GET""#) && errors.lines().count() == 1, "{errors}");
}

#[cfg(unix)]
#[test]
fn serve_prints_the_environment_and_cleans_up_when_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("tokens");
    for signal in ["INT", "TERM", "HUP"] {
        let serving = Serving::start(&["azure-arc", "--key-folder", keys.to_str().unwrap()]);
        assert_eq!(
            serving.environment.keys().collect::<Vec<_>>(),
            ["AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]
        );
        assert!(keys.exists());
        serving.end(signal);
        assert!(!keys.exists(), "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn run_ends_its_command_and_cleans_up_when_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("tokens");
    let arguments = ["run", "azure-arc", "--key-folder", keys.to_str().unwrap(), "--", "sh", "-c"];
    let mut command = Command::new(PROGRAM);
    let mut child = command.args(arguments).arg("echo $$; exec sleep 60").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(keys.exists());
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(137));
    assert!(!keys.exists());
    assert!(!Command::new("kill").args(["-0", line.trim()]).stderr(Stdio::null()).status().unwrap().success());
}

#[test]
fn the_environment_has_three_forms() {
    let variables = BTreeMap::from([("A".to_owned(), "it's".to_owned()), ("B".to_owned(), "2".to_owned())]);
    assert_eq!(EnvironmentFormat::Dotenv.render(&variables), "A=it's\nB=2\n");
    assert_eq!(EnvironmentFormat::Shell.render(&variables), "export A='it'\\''s'\nexport B='2'\n");
    assert_eq!(EnvironmentFormat::Json.render(&variables), "{\"A\":\"it's\",\"B\":\"2\"}\n");
}
