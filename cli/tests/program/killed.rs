//! Ended by force at any moment: what is left does not matter to the next run.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use managed_identity_simulator::SimulatedSource;
use tempfile::TempDir;

use crate::support::{Outcome, RESOURCE, json, program, simulator};

/// How often each is ended by force, after another time each: from before it has begun until it has done its work.
const ROUNDS: u64 = 24;
const BETWEEN: Duration = Duration::from_millis(3);
/// Enough for a start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts it as often, and ends it by force.
fn kill_often(mut start: impl FnMut() -> Child, mut look: impl FnMut()) {
    for round in 0..ROUNDS {
        let mut child = start();
        sleep(BETWEEN * u32::try_from(round).unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        look();
    }
}

/// What there is once it is there.
fn wait_for<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "it does not come");
        sleep(Duration::from_millis(10));
    }
}

fn quiet(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The two lines of an environment file that is whole and this user's alone; `None` where there is none.
fn environment_file(path: &Path) -> Option<Vec<(String, String)>> {
    let content = fs::read_to_string(path).ok()?;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    let lines = content.lines().map(|line| line.split_once('=').unwrap());
    let lines: Vec<_> = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(lines.len(), 2, "{content}");
    assert!(content.ends_with('\n') && lines.iter().all(|(_, value)| !value.is_empty()), "half of it: {content}");
    Some(lines)
}

#[test]
fn serve_starts_again_beside_what_an_earlier_one_left() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let folder = TempDir::new().unwrap();
    let (socket, file) = (folder.path().join("socket"), folder.path().join("env"));
    let start = || {
        let mut command = program(&["serve", "--allow-resource", RESOURCE]);
        command.arg("--socket").arg(&socket).arg("--write-env").arg(&file).envs(simulator.environment());
        command
    };
    kill_often(|| quiet(start()), || drop(environment_file(&file)));

    let left = environment_file(&file);
    let mut child = start().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = wait_for(|| environment_file(&file).filter(|lines| Some(lines) != left.as_ref()));
    let header = &lines.iter().find(|(name, _)| name == "IDENTITY_HEADER").unwrap().1;
    let mut stream = wait_for(|| UnixStream::connect(&socket).ok());
    let request = format!("GET /msi/token?api-version=2019-08-01&resource={RESOURCE} HTTP/1.1\r\nHost: localhost\r\n");
    write!(stream, "{request}Connection: close\r\nX-IDENTITY-HEADER: {header}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!file.exists() && !socket.exists(), "an orderly end leaves nothing");
}

/// In a container every run has the same number.
#[test]
fn half_an_environment_file_of_a_process_with_the_same_number_is_no_hindrance() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("env");
    let serve = program(&["serve", "--allow-resource", RESOURCE, "--write-env"]);
    let mut command = Command::new("sh");
    command.args(["-c", r#"printf half > "$0.$$"; exec "$@""#]).arg(&file);
    command.arg(serve.get_program()).args(serve.get_args()).arg(&file).envs(simulator.environment());
    let mut child = quiet(command);
    wait_for(|| environment_file(&file));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_simulator_starts_again_with_the_folder_the_port_and_the_log_of_an_earlier_one() {
    let folder = TempDir::new().unwrap();
    let (keys, log) = (folder.path().join("keys"), folder.path().join("log"));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let start = || {
        let mut command = program(&["simulate", "serve", "azure-arc", "--port", &port.to_string()]);
        command.arg("--key-folder").arg(&keys).arg("--log").arg(&log);
        command
    };
    let ask = move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let path = format!("/metadata/identity/oauth2/token?api-version=2020-06-01&resource={RESOURCE}");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nMetadata: true\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    };
    kill_often(
        || {
            let child = quiet(start());
            std::thread::spawn(ask);
            child
        },
        || {},
    );

    let mut child = quiet(start());
    let answer = wait_for(ask);
    assert!(answer.contains("Basic realm="), "{answer}");
    let mut token = program(&["token", "--resource", RESOURCE, "--source", "azure-arc", "--key-directory"]);
    let base = format!("http://127.0.0.1:{port}");
    token
        .arg(&keys)
        .env("IMDS_ENDPOINT", &base)
        .env("IDENTITY_ENDPOINT", format!("{base}/metadata/identity/oauth2/token"));
    token.args(["--output", "json"]);
    assert_eq!(json(&Outcome::of(token).success())["source"], "azure-arc");
    let written = fs::read_to_string(&log).unwrap();
    assert!(written.lines().count() >= 3, "{written}");
    for line in written.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
