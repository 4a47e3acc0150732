//! The program as a process.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use managed_identity_simulator::program::{EnvironmentFormat, KeyVaultSecret, MANAGED_IDENTITY_VARIABLES};
use managed_identity_simulator::{SimulatedSource, Simulator};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_managed-identity-simulator");

/// The signals that end the program. Where `nohup` started these tests, a closed terminal ends nothing that they start; a
/// shell lives on after that signal then.
#[cfg(unix)]
pub(crate) fn end_signals() -> Vec<&'static str> {
    let is_hang_up_ignored = Command::new("sh").args(["-c", "kill -s HUP $$"]).status().unwrap().success();
    if is_hang_up_ignored { vec!["INT", "TERM"] } else { vec!["INT", "TERM", "HUP"] }
}

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

/// The variables of a command that `run` runs with these options.
fn variables(arguments: &[&str], inherited: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut command = Command::new(PROGRAM);
    command.arg("run").args(arguments).args(["--", "env"]).env_remove("NO_PROXY").env_remove("no_proxy");
    let output = command.envs(inherited.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    text(&output.stdout).lines().filter_map(pair).collect()
}

#[test]
fn no_other_source_and_no_real_endpoint_is_left() {
    for source in SimulatedSource::ALL {
        let variables = variables(&[source.name()], &[]);
        let base_url = &variables["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
        let authority = match source {
            SimulatedSource::WorkloadIdentity => format!("{base_url}/"),
            _ => "https://login.simulated.invalid/".to_owned(),
        };
        assert_eq!(variables["AZURE_AUTHORITY_HOST"], authority, "{source}");
        assert_eq!(variables["AZURE_TOKEN_CREDENTIALS"], "prod", "{source}");
        for (name, value) in &variables {
            if let Some((_, rest)) = value.split_once("://").filter(|_| MANAGED_IDENTITY_VARIABLES.contains(&&**name)) {
                let here = rest.starts_with("127.0.0.1:") || rest.starts_with("login.simulated.invalid");
                assert!(here, "{source}: {name}={value}");
            }
        }
    }
}

#[test]
fn a_proxy_of_the_machine_does_not_come_between() {
    let alone = variables(&["imds"], &[]);
    let beside = variables(&["imds"], &[("NO_PROXY", "intranet"), ("no_proxy", "")]);
    for name in ["NO_PROXY", "no_proxy"] {
        assert_eq!(alone[name], "127.0.0.1,localhost");
    }
    assert_eq!((&*beside["NO_PROXY"], &*beside["no_proxy"]), ("intranet,127.0.0.1,localhost", "127.0.0.1,localhost"));

    let proxied = variables(&["imds", "--proxy"], &[("NO_PROXY", "*"), ("https_proxy", "http://127.0.0.1:1")]);
    assert!(!proxied.contains_key("NO_PROXY") && !proxied.contains_key("no_proxy"));
    assert_eq!(proxied["https_proxy"], proxied["HTTP_PROXY"]);
    assert_ne!(proxied["https_proxy"], "http://127.0.0.1:1");
}

#[test]
fn the_folder_of_the_key_files_is_filled_in() {
    let output =
        run(&["run", "azure-arc", "--", "sh", "-c", "echo $1; echo $2; env", "sh", "-v={key_folder}:/keys", "{}"]);
    let mut lines = text(&output.stdout).lines();
    let argument = lines.next().unwrap().to_owned();
    assert_eq!(lines.next(), Some("{}"));
    let variable = lines.find_map(|line| line.strip_prefix("MANAGED_IDENTITY_KEY_DIRECTORY=")).unwrap();
    assert_eq!(argument, format!("-v={variable}:/keys"));

    let output = run(&["run", "imds", "--", "echo", "{key_folder}"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    assert!(text(&output.stderr).contains("imds has none"), "{}", text(&output.stderr));
}

#[test]
fn a_vault_stands_beside_the_source() {
    let arguments = ["imds", "--key-vault-secret", "database=not=a password", "--key-vault-secret", "empty="];
    let variables = variables(&arguments, &[]);
    assert_eq!(variables["AZURE_KEYVAULT_URL"], variables["AZURE_POD_IDENTITY_AUTHORITY_HOST"]);
    let secret: KeyVaultSecret = "database=not=a password".parse().unwrap();
    assert_eq!((&*secret.name, &*secret.value), ("database", "not=a password"));
    assert!(!format!("{secret:?}").contains("password"));
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
    for arguments in [
        &["run", "imds"][..],
        &["run", "vm", "--", "true"],
        &["run", "imds", "--fault", "x=1", "--", "true"],
        &["run", "imds", "--late", "soon", "--", "true"],
        &["run", "imds", "--key-vault-secret", "database", "--", "true"],
        &["run", "imds", "--key-vault-secret", "data base=x", "--", "true"],
        #[cfg(unix)]
        &["run", "azure-arc", "--key-mode", "rw-r-----", "--", "true"],
        #[cfg(unix)]
        &["run", "azure-arc", "--key-group", "no such group", "--", "true"],
        &[],
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn every_fault_of_the_readme_is_in_the_help() {
    let help = run(&["run", "--help"]);
    let readme = include_str!("../../README.md");
    let table =
        readme.split("An entry names one fault:").nth(1).unwrap().split("An answer by `status`").next().unwrap();
    let names: Vec<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name).collect();
    assert!(names.contains(&"lost_key"), "{names:?}");
    for name in names {
        assert!(text(&help.stdout).contains(name), "{name}");
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
        let mut output = String::new();
        let (code, errors) = self.stop(signal);
        assert_eq!(code, Some(0), "{signal}: {errors}");
        self.output.read_to_string(&mut output).unwrap();
        (output, errors)
    }

    /// Sends the signal, waits for the end, and gives the exit code and what was printed on standard error.
    fn end_with_code(mut self, signal: &str) -> (Option<i32>, String) {
        self.stop(signal)
    }

    fn stop(&mut self, signal: &str) -> (Option<i32>, String) {
        Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code(), errors)
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

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_is_not_whole_is_an_error_at_the_end() {
    let serving = Serving::start(&["cloud-shell", "--log", "/dev/full"]);
    assert_eq!(serving.status_of_a_request(), 405, "the service goes on");
    let url = serving.environment["MSI_ENDPOINT"].clone();
    let (code, errors) = serving.end_with_code("TERM");
    assert_eq!(code, Some(1));
    assert!(errors.contains("/dev/full is not whole: No space left on device"), "{errors}");
    assert!(!errors.contains(&url));

    // Nothing was asked, so nothing is missing.
    assert!(run(&["run", "imds", "--log", "/dev/full", "--", "true"]).status.success());
}

#[cfg(unix)]
#[test]
fn serve_prints_the_environment_and_cleans_up_when_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("tokens");
    for signal in end_signals() {
        let serving = Serving::start(&["azure-arc", "--key-folder", keys.to_str().unwrap()]);
        assert_eq!(
            serving.environment.keys().collect::<Vec<_>>(),
            [
                "AZURE_AUTHORITY_HOST",
                "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                "AZURE_TOKEN_CREDENTIALS",
                "IDENTITY_ENDPOINT",
                "IMDS_ENDPOINT",
                "MANAGED_IDENTITY_KEY_DIRECTORY"
            ]
        );
        assert!(keys.exists());
        serving.end(signal);
        assert!(!keys.exists(), "{signal}");
    }
}

#[test]
fn the_environment_has_three_forms() {
    let variables = BTreeMap::from([("A".to_owned(), "it's".to_owned()), ("B".to_owned(), "2".to_owned())]);
    assert_eq!(EnvironmentFormat::Dotenv.render(&variables), "A=it's\nB=2\n");
    assert_eq!(EnvironmentFormat::Shell.render(&variables), "export A='it'\\''s'\nexport B='2'\n");
    assert_eq!(EnvironmentFormat::Json.render(&variables), "{\"A\":\"it's\",\"B\":\"2\"}\n");
}
