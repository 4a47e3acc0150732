//! Runs the program and simulated sources for it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use managed_identity_simulator::program::MANAGED_IDENTITY_VARIABLES;
use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
use serde_json::Value;

pub(crate) const RESOURCE: &str = "https://vault.azure.net";

/// The program in an environment that names no source but a port of this machine where nobody listens.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_managed-identity"));
    for name in MANAGED_IDENTITY_VARIABLES {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MANAGED_IDENTITY_") {
            command.env_remove(name);
        }
    }
    command.env_remove("RUST_LOG");
    command.env("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9");
    command.args(arguments).stdin(Stdio::null());
    command
}

/// `token` for [`RESOURCE`] with these further arguments, on a machine where this simulator is the source of tokens.
pub(crate) fn token(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = program(&["token", "--resource", RESOURCE]);
    command.args(arguments).envs(simulator.environment());
    if let Some(folder) = simulator.key_folder() {
        command.arg("--key-directory").arg(folder);
    }
    command
}

/// A script for the shell of this system: the first is for that of Unix, the second for that of Windows.
pub(crate) fn shell<'a>(unix: &'a str, windows: &'a str) -> [&'a str; 3] {
    if cfg!(windows) { ["cmd", "/c", windows] } else { ["sh", "-c", unix] }
}

/// The sources that another process can be told to trust by its environment. On Windows no variable says whom to trust but the
/// system's store alone, and the certificate of a simulated authority is not in it.
pub(crate) fn trusted_sources() -> impl Iterator<Item = SimulatedSource> {
    let is_trusted = |source: &SimulatedSource| !cfg!(windows) || *source != SimulatedSource::WorkloadIdentity;
    SimulatedSource::ALL.into_iter().filter(is_trusted)
}

pub(crate) fn simulator(source: SimulatedSource, faults: impl IntoIterator<Item = Fault>) -> Simulator {
    let script = faults.into_iter().fold(FaultScript::new(), FaultScript::then);
    Simulator::builder(source).faults(script).start().unwrap()
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Standard output of a run that must succeed and stay silent on standard error.
    pub(crate) fn success(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self.stdout
    }

    /// The error document of a run that must fail with this exit code and print nothing else.
    pub(crate) fn json_error(&self, code: i32) -> Value {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{}", self.stderr);
        let document: Value = serde_json::from_str(&self.stderr).unwrap();
        assert_eq!(document["error"]["exit_code"], code);
        document["error"].clone()
    }
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A source that is simulated by a process of its own: `managed-identity simulate serve`.
pub(crate) struct ServingProcess {
    child: Child,
    pub(crate) environment: BTreeMap<String, String>,
}

impl ServingProcess {
    pub(crate) fn start(source: SimulatedSource, key_folder: &Path) -> Self {
        let mut command = program(&["simulate", "serve", source.name(), "--format", "json"]);
        if source == SimulatedSource::AzureArc {
            command.arg("--key-folder").arg(key_folder);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            child.stderr.take().unwrap().read_to_string(&mut line).unwrap();
            panic!("{line}");
        }
        Self { child, environment: serde_json::from_str(&line).unwrap() }
    }
}

impl Drop for ServingProcess {
    fn drop(&mut self) {
        // Asked to end rather than killed, the simulator removes its files.
        #[cfg(unix)]
        let _ =
            rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM);
        #[cfg(not(unix))]
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
