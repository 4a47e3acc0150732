//! Plays a vector through the component `self-contained`: WASI 0.2, real sockets, real files.

use std::sync::Arc;

use anyhow::Result;
use managed_identity_core::{AgentFile, Platform, SourceKind};
use managed_identity_tests::expect::Verdict;
use managed_identity_tests::loopback::place;
use managed_identity_tests::loopback::server::Server;
use managed_identity_tests::setup;
use managed_identity_tests::transcript::{Answer, Effect, TrustName};
use managed_identity_tests::vector::Vector;
use managed_identity_wasmtime::{FileRule, Grants, PolicyError, add_client_grants_to_linker};
use tempfile::TempDir;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use crate::bindings::client::ClientPre;
use crate::bindings::host::types::{self, Error, ErrorReason, PolicyField, Token};
use crate::script::Script;
use crate::state::ScriptState;
use crate::transcript::NO_REASON_PHRASES;
use crate::{clock, judge, request};

const LINUX_KEYS: &str = "/var/opt/azcmagent/tokens";
const WINDOWS_KEYS: &str = r"C:\ProgramData\AzureConnectedMachineAgent\Tokens";

/// What became of a vector.
#[derive(Debug)]
pub enum Played {
    /// It is met.
    Met,
    /// It needs a pinned certificate, and ended in `unsupported` before anything was sent.
    Unsupported,
    /// It does not apply, for this reason.
    Skipped(&'static str),
}

/// The component, compiled.
pub struct SelfContained {
    pre: ClientPre<ScriptState>,
}

impl SelfContained {
    /// Compiles the component.
    ///
    /// # Errors
    /// When it imports more than the client needs.
    pub fn new(component: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        add_client_grants_to_linker(&mut linker)?;
        clock::link(&mut linker)?;
        let pre = linker.instantiate_pre(&Component::new(&engine, component)?)?;
        Ok(Self { pre: ClientPre::new(pre)? })
    }

    /// Plays the vector.
    ///
    /// # Errors
    /// The first difference.
    pub async fn play(&self, mut vector: Vector) -> Result<Played, String> {
        if let Some(reason) = not_applicable(&vector) {
            return Ok(Played::Skipped(reason));
        }
        let request = match request::of_vector(&vector.request) {
            Ok(request) => request,
            Err(reason) => return Ok(Played::Skipped(reason)),
        };
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let folder = TempDir::with_prefix("managed-identity-").map_err(|error| text(&error))?;
        let server = Server::new().map_err(|error| text(&error))?;
        if !vector.transcript.is_empty() {
            place::point_at(&mut vector, server.authority())?;
        }
        let is_pinned = is_pinned(&vector);
        if is_pinned {
            vector.transcript.clear();
        }
        let grants = grants(&vector, &folder)?;
        let script = Arc::new(Script::new(vector, server, folder)?);
        let outcome =
            self.get_token(&grants, Arc::clone(&script), &request).await.map_err(|error| format!("{error:#}"))?;
        script.verdict()?;
        script.finish_serving().await?;
        if is_pinned {
            return unsupported(&outcome).map(|()| Played::Unsupported);
        }
        judge::outcome(&outcome, script.vector()).map(|()| Played::Met)
    }

    async fn get_token(
        &self,
        grants: &Grants,
        script: Arc<Script>,
        request: &types::TokenRequest,
    ) -> Result<Result<Token, Error>> {
        let mut store = Store::new(self.pre.engine(), ScriptState::new(grants, script)?);
        let client = self.pre.instantiate_async(&mut store).await?;
        Ok(client.managed_identity_client_tokens().call_get_token(&mut store, request).await?)
    }
}

/// Why the vector cannot be played through WASI.
fn not_applicable(vector: &Vector) -> Option<&'static str> {
    if vector.skip_over_loopback.is_some() {
        return Some("it is about an address that is not loopback");
    }
    let answers: Vec<&str> = vector
        .transcript
        .iter()
        .filter_map(|exchange| match exchange.answer.as_ref()? {
            Answer::TransportError(kind) | Answer::FileError(kind) => Some(kind.as_str()),
            Answer::Response(_) | Answer::File(_) => None,
        })
        .collect();
    if answers.iter().any(|it| it.starts_with("unsupported-") && *it != "unsupported-certificate-pin") {
        return Some("wasi:http can do it");
    }
    if answers.contains(&"permission-denied") {
        return Some("a privileged user may read every file");
    }
    if answers.contains(&"outside-directory") {
        return Some("a file cannot be moved between the check of its path and its opening without a race");
    }
    if answers.contains(&"unreadable") {
        return Some("no disk fails here");
    }
    if vector.has_reason_phrases() {
        return Some(NO_REASON_PHRASES);
    }
    match setup::facts(vector).platform {
        Platform::Linux => None,
        Platform::Windows if vector.environment.contains_key("ProgramData") => None,
        _ => Some("a component takes its platform from what it is granted, which is Linux here"),
    }
}

fn is_pinned(vector: &Vector) -> bool {
    let is_leaf = |effect: &Effect| matches!(effect, Effect::Http(http) if matches!(http.trust, TrustName::Leaf(_)));
    vector.transcript.iter().any(|exchange| is_leaf(&exchange.expect))
}

fn unsupported(outcome: &Result<Token, Error>) -> Verdict {
    match outcome {
        Err(error) if matches!(error.reason, ErrorReason::Unsupported(PolicyField::CertificatePin)) => Ok(()),
        other => Err(format!("a pinned certificate must end in unsupported, found {other:?}")),
    }
}

/// What the host grants: what the source needs that it detects itself, and all variables of the vector.
fn grants(vector: &Vector, folder: &TempDir) -> Result<Grants, String> {
    let environment = setup::environment(vector);
    let mut grants = Grants::nothing();
    if let Ok(detection) = setup::detection(vector) {
        grants = match Grants::for_source(&detection.source, &environment) {
            // The component says so as well.
            Err(PolicyError::OutOfReach { .. }) => Grants::nothing(),
            other => other.map_err(|error| error.to_string())?,
        };
        let windows = setup::facts(vector).platform == Platform::Windows;
        if setup::facts(vector).arc_agent == AgentFile::Present && detection.source.kind() != SourceKind::AzureArc {
            let keys = if windows { WINDOWS_KEYS } else { LINUX_KEYS };
            grants = grants.file(FileRule::key_files(keys));
        }
    }
    grants = grants.files_from(folder.path());
    for (name, value) in &vector.environment {
        grants = grants.variable(name, value);
    }
    let denied = |answer: &Answer| matches!(answer, Answer::FileError(kind) if kind == "denied");
    let folder_denied = vector.transcript.iter().any(|exchange| exchange.answer.as_ref().is_some_and(denied));
    Ok(if folder_denied { grants.without_files() } else { grants })
}
