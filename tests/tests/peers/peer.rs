//! The peers' programs: where they are, how they are started, what they answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::identity::Identity;

/// A library that gets tokens from managed identities.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// What it is called in the expectations and the table.
    pub(crate) name: &'static str,
    interpreter: &'static str,
    program: &'static str,
}

pub(crate) const PEERS: [&Peer; 5] = [
    &Peer { name: "msal", interpreter: PYTHON, program: "python/msal_client.py" },
    &Peer { name: "azure.identity", interpreter: PYTHON, program: "python/azure_identity_client.py" },
    &Peer { name: "azure.identity.aio", interpreter: PYTHON, program: "python/azure_identity_async_client.py" },
    &Peer { name: "@azure/msal-node", interpreter: NODE, program: "node/msal-node.mjs" },
    &Peer { name: "@azure/identity", interpreter: NODE, program: "node/azure-identity.mjs" },
];

pub(crate) const PYTHON: &str = ".venv/bin/python";
pub(crate) const NODE: &str = "node";

/// What a peer says of one identity, in one line of JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    identity: String,
    pub(crate) version: String,
    pub(crate) access_token: Option<String>,
    pub(crate) error: Option<String>,
}

/// The folder of the peers' programs.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// Where a peer's interpreter is, for a process that does not have our search path.
pub(crate) fn interpreter(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|it| name == NODE && it.exists());
    found.unwrap_or_else(|| folder().join(name))
}

/// Fails unless `run.sh` has installed the peers.
pub(crate) fn assert_installed() {
    for needed in [PYTHON, "node_modules/@azure/identity", "node_modules/@azure/msal-node"] {
        let path = folder().join(needed);
        assert!(path.exists(), "the peers are not installed ({} is missing): bash tests/peers/run.sh", path.display());
    }
}

impl Peer {
    /// The answers for `identities`, in their order, of a process that has the variables of `environment` and no others.
    pub(crate) fn ask(
        &self,
        environment: &BTreeMap<String, String>,
        resource: &str,
        identities: &[Identity],
    ) -> Vec<Answer> {
        if identities.is_empty() {
            return Vec::new();
        }
        assert!(!environment.is_empty(), "without a variable that names the simulator a peer would look for Azure");
        let output = Command::new(self.interpreter)
            .current_dir(folder())
            .arg(self.program)
            .arg(resource)
            .args(identities.iter().map(|identity| match identity.id {
                Some(id) => format!("{}={id}", identity.kind),
                None => identity.kind.to_owned(),
            }))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(environment)
            .output()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", self.interpreter));
        let answers: Vec<Answer> =
            output.stdout.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        let answered = answers.iter().map(|answer| answer.identity.as_str());
        assert!(
            answered.eq(identities.iter().map(|identity| identity.kind)),
            "{} ended ({}) without an answer for each identity:\n{}",
            self.program,
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        answers
    }
}
