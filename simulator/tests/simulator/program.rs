//! The program as a process.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

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

#[test]
fn faults_come_from_the_file_first_and_then_from_options() {
    let folder = tempfile::tempdir().unwrap();
    let faults = folder.path().join("faults.json");
    let log = folder.path().join("log.jsonl");
    std::fs::write(&faults, r#"[{ "status": 500 }]"#).unwrap();
    let (faults, log) = (faults.to_str().unwrap(), log.to_str().unwrap());
    let ask = r#"for i in 1 2 3; do exec 3<>/dev/tcp/${MSI_ENDPOINT:7:15}; printf 'GET / HTTP/1.0\r\n\r\n' >&3; cat <&3; done"#;
    let ask = ask.replace("${MSI_ENDPOINT:7:15}", r#"$(echo "$MSI_ENDPOINT" | cut -d/ -f3 | tr : /)"#);
    let options = ["--faults", faults, "--fault", "gone", "--log", log, "--", "bash", "-c", &ask];
    let output = run(&[&["run", "cloud-shell"], &options[..]].concat());
    let statuses: Vec<&str> = text(&output.stdout).lines().filter(|line| line.starts_with("HTTP/")).collect();
    assert_eq!(statuses.len(), 3, "{}", text(&output.stderr));
    for (line, status) in statuses.iter().zip(["500", "410", "404"]) {
        assert!(line.contains(status), "{line}");
    }
    assert_eq!(std::fs::read_to_string(log).unwrap().lines().count(), 3);
}

#[test]
fn a_log_on_standard_error_leaves_standard_output_to_the_command() {
    let ask = r#"exec 3<>/dev/tcp/$(echo "$MSI_ENDPOINT" | cut -d/ -f3 | tr : /); printf 'GET / HTTP/1.0\r\n\r\n' >&3; cat <&3 >&2; echo done"#;
    let output = run(&["run", "cloud-shell", "--log", "-", "--", "bash", "-c", ask]);
    assert_eq!(text(&output.stdout), "done\n");
    assert!(text(&output.stderr).contains(r#""method":"GET""#));
}

#[cfg(unix)]
#[test]
fn serve_prints_the_environment_and_cleans_up_when_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("tokens");
    for signal in ["INT", "TERM", "HUP"] {
        let arguments = ["serve", "azure-arc", "--format", "json", "--key-folder", keys.to_str().unwrap()];
        let mut child = Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let variables: BTreeMap<String, String> = serde_json::from_str(&line).unwrap();
        assert_eq!(variables.keys().collect::<Vec<_>>(), ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]);
        assert!(keys.exists());

        Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(child.wait().unwrap().success(), "{signal}");
        assert!(!keys.exists(), "{signal}");
        assert_eq!(output.read_to_string(&mut line).unwrap(), 0);
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
