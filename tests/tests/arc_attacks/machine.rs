//! A machine with a token folder, and a file elsewhere that an attacker wants.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use managed_identity_reqwest::core::{
    ChallengeError, Environment, Fault, FileErrorKind, HostFacts, Platform, RetryPolicy,
};
use managed_identity_reqwest::{AccessToken, Error, ManagedIdentityClient, ManagedIdentityClientBuilder};
use tempfile::TempDir;

use crate::agent::{HostileAgent, key_in};

/// The content of a key file, and that of a file which is none: both could be sent in a header.
pub(crate) const KEY: &str = "bGVnaXRpbWF0ZS1rZXk";
pub(crate) const FOREIGN: &str = "Zm9yZWlnbi1jb250ZW50";

const RESOURCE: &str = "https://vault.azure.net";

/// A folder for key files, in which there is one, and a foreign folder beside it.
pub(crate) struct Machine {
    parent: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let machine = Self { parent: TempDir::with_prefix("managed-identity-").unwrap() };
        for folder in ["tokens", "foreign"] {
            fs::create_dir(machine.path(folder)).unwrap();
        }
        fs::write(machine.path("tokens/good.key"), KEY).unwrap();
        fs::write(machine.path("foreign/x.key"), FOREIGN).unwrap();
        machine
    }

    /// The folder that holds both.
    pub(crate) fn root(&self) -> &str {
        self.parent.path().to_str().unwrap()
    }

    /// A path on it: in `tokens`, in `foreign`, or beside them.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.parent.path().join(name)
    }

    /// The same as text.
    pub(crate) fn text(&self, name: &str) -> String {
        format!("{}/{name}", self.root())
    }

    /// An agent that wants this file of the token folder read.
    pub(crate) fn agent_for(&self, name: &str) -> HostileAgent {
        HostileAgent::challenging(&[&format!("Basic realm={}/tokens/{name}", self.root())])
    }

    /// What a client that is configured by its environment gets from this agent.
    pub(crate) async fn ask(&self, agent: &HostileAgent) -> Result<AccessToken, Error> {
        let builder = client_of(agent, Platform::Linux).key_directory(&self.text("tokens"));
        builder.build().unwrap().get_token(RESOURCE).await
    }

    /// The error of a client that sends this agent nothing of any file.
    pub(crate) async fn refused(&self, agent: &HostileAgent) -> Error {
        let outcome = self.ask(agent).await;
        assert_nothing_given_away(agent, outcome)
    }

    /// The agent names a file of the token folder, which is refused for this reason.
    pub(crate) async fn assert_file_refused(&self, name: &str, kind: FileErrorKind, fault: Fault) -> String {
        let error = self.refused(&self.agent_for(name)).await;
        let Error::CredentialFile { error: file, path, .. } = &error else { panic!("{name}: {error}") };
        assert_eq!((file.kind(), error.fault()), (kind, fault), "{name}: {error}");
        assert_eq!(*path, format!("{}/tokens/{name}", self.root()));
        file.detail().to_owned()
    }
}

/// A client that finds this agent in its environment.
pub(crate) fn client_of(agent: &HostileAgent, platform: Platform) -> ManagedIdentityClientBuilder {
    let base = agent.base_url();
    let environment = Environment::from_lookup(|name| match name {
        "IDENTITY_ENDPOINT" => Some(format!("{base}/metadata/identity/oauth2/token")),
        "IMDS_ENDPOINT" => Some(base.clone()),
        "ProgramData" if platform == Platform::Windows => Some(r"C:\ProgramData".to_owned()),
        _ => None,
    });
    ManagedIdentityClient::builder()
        .environment(environment, HostFacts::of(platform).with_arc_agent(true))
        .retry(RetryPolicy::none())
}

/// The error of a flow in which the agent got one request, or another since the file was gone, without a key, and nothing of any file shows.
pub(crate) fn assert_nothing_given_away(agent: &HostileAgent, outcome: Result<AccessToken, Error>) -> Error {
    let received = agent.received();
    let is_gone =
        matches!(&outcome, Err(Error::CredentialFile { error, .. }) if error.kind() == FileErrorKind::NotFound);
    let requests = if is_gone { 2 } else { 1 };
    assert_eq!(received.len(), requests, "{:?}", outcome.map_err(|error| error.to_string()));
    for request in &received {
        assert_eq!(key_in(request), None, "a key was sent");
    }
    let error = outcome.unwrap_err();
    for text in received.into_iter().chain([error.to_string(), format!("{error:?}")]) {
        assert!(!text.contains(FOREIGN) && !text.contains(KEY), "the content of a file is in {text}");
    }
    assert!(!error.is_transient(), "{error}");
    error
}

/// The challenge is refused for this reason, as an attack.
pub(crate) fn assert_challenge(error: &Error, expected: &ChallengeError) {
    let Error::Challenge { error: found, .. } = error else { panic!("{error}") };
    assert_eq!((found, error.fault()), (expected, Fault::Security));
}

/// The path in the challenge is refused.
pub(crate) fn assert_path_refused(error: &Error, path: &str) {
    let Error::Challenge { error: ChallengeError::Path { .. }, .. } = error else { panic!("{path}: {error}") };
    assert_eq!(error.fault(), Fault::Security, "{path}");
}

/// Makes a pipe, which the standard library cannot.
pub(crate) fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
