//! Plays vectors through components that another program hosts: one line of JSON to it for each acquisition, one back.
//!
//! Their clocks are real there, so that only vectors apply whose outcome does not depend on the time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use managed_identity_core::{Identity, Platform};
use managed_identity_tests::expect::{Verdict, message, same};
use managed_identity_tests::loopback::place;
use managed_identity_tests::loopback::server::Server;
use managed_identity_tests::outcome::{ErrorOutcome, Moment, Outcome, TokenOutcome};
use managed_identity_tests::setup;
use managed_identity_tests::transcript::{Answer, Effect, TrustName};
use managed_identity_tests::vector::Vector;
use managed_identity_wasmtime::{Grants, PolicyError};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::script::Script;

/// A program that hosts a component.
pub struct Host {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Host {
    /// Starts the program.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start the host")?;
        let input = child.stdin.take().context("no standard input")?;
        let output = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Self { child, input, output })
    }

    fn ask(&mut self, task: &Value) -> Result<Value> {
        writeln!(self.input, "{task}")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).context("the host's answer is not JSON")
    }

    /// Plays a vector that [applies](applies).
    ///
    /// # Errors
    /// The first difference.
    pub async fn play(&mut self, mut vector: Vector) -> Verdict {
        let text = |error: std::io::Error| error.to_string();
        let folder = TempDir::with_prefix("managed-identity-").map_err(text)?;
        let server = Server::new().map_err(text)?;
        let authority = server.authority().to_owned();
        if !vector.transcript.is_empty() {
            place::point_at(&mut vector, &authority)?;
        }
        let task = task(&vector, &folder, &authority)?;
        let script = Arc::new(Script::new(vector, server, folder)?);
        script.put_files()?;
        let listener = script.server.open().map_err(text)?;
        let serving = Arc::clone(&script);
        let serving = tokio::spawn(async move { serving.serve_all(listener).await });
        let answer = tokio::task::block_in_place(|| self.ask(&task)).map_err(|error| format!("{error:#}"))?;
        judge(&answer, &script.vector().outcome).map_err(|difference| format!("{difference}; found {answer}"))?;
        serving.await.map_err(|error| error.to_string())?
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It ends with its input; one that hangs is ended here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a vector can be played in real time, over plain HTTP, on Linux.
#[must_use]
pub fn applies(vector: &Vector) -> bool {
    let in_real_time = vector.transcript.iter().all(|exchange| exchange.takes_seconds == 0);
    let exchanges_apply = vector.transcript.iter().all(|exchange| match (&exchange.expect, &exchange.answer) {
        (Effect::Http(http), Some(Answer::Response(_))) => http.trust == TrustName::Plain,
        (Effect::ReadFile(_), Some(Answer::File(_))) => true,
        (Effect::ReadFile(_), Some(Answer::FileError(kind))) => kind == "too-large" || kind == "not-regular",
        _ => false,
    });
    let outcome_applies = match &vector.outcome {
        Outcome::Token(token) => matches!(token.expires_on, Moment::Epoch(_)) && token.refresh_on.is_none(),
        Outcome::Error(error) => error.variant.as_deref() != Some("invalid-identity"),
    };
    exchanges_apply
        && in_real_time
        && outcome_applies
        && vector.skip_over_loopback.is_none()
        && !vector.has_reason_phrases()
        && !vector.request.allow_remote_arc_endpoint
        && setup::facts(vector).platform == Platform::Linux
        && setup::identity(&vector.request).is_ok()
}

fn task(vector: &Vector, folder: &TempDir, authority: &str) -> Result<Value, String> {
    let mut folders = Vec::new();
    if let Ok(detection) = setup::detection(vector) {
        let grants = match Grants::for_source(&detection.source, &setup::environment(vector)) {
            // The component says so as well.
            Err(PolicyError::OutOfReach { .. }) => Grants::nothing(),
            other => other.map_err(|error| error.to_string())?,
        };
        folders.extend(grants.files().iter().map(|rule| (rule.guest_folder().to_owned(), folder.path().to_owned())));
    }
    let request = &vector.request;
    let identity = setup::identity(request).map_err(|error| error.to_string())?;
    let identity = match identity {
        Identity::SystemAssigned => json!({ "tag": "system-assigned" }),
        Identity::ClientId(id) => json!({ "tag": "client-id", "val": id }),
        Identity::ObjectId(id) => json!({ "tag": "object-id", "val": id }),
        Identity::ResourceId(id) => json!({ "tag": "resource-id", "val": id }),
    };
    let target = match &request.scope {
        Some(scope) => json!({ "tag": "scope", "val": scope }),
        None => json!({ "tag": "resource", "val": setup::resource(request) }),
    };
    let options = json!({
        "client-capabilities": request.client_capabilities,
        "rejected-token": request.rejected_token,
        "force-refresh": false,
        "time-budget": request.time_budget_seconds.map(|seconds| seconds * 1000),
        "retries": request.retries,
        "client-headers": request.client_headers,
    });
    let variables: Vec<_> = vector.environment.iter().collect();
    let request = json!({ "target": target, "identity": identity, "options": options });
    Ok(json!({ "variables": variables, "folders": folders, "authority": authority, "request": request }))
}

fn judge(found: &Value, expected: &Outcome) -> Verdict {
    match (expected, found.get("token"), found.get("error")) {
        (Outcome::Token(expected), Some(token), None) => judge_token(token, expected),
        (Outcome::Error(expected), None, Some(error)) => judge_error(error, expected),
        (Outcome::Token(_), ..) => Err("expected a token".to_owned()),
        (Outcome::Error(_), ..) => Err("expected an error".to_owned()),
    }
}

fn judge_token(found: &Value, expected: &TokenOutcome) -> Verdict {
    let Moment::Epoch(expires_on) = expected.expires_on else { return Err("the vector does not apply".to_owned()) };
    let expected = json!({
        "access-token": expected.secret,
        "token-type": expected.token_type,
        "resource": expected.resource,
        "source": expected.source,
        "expires-on": expires_on,
        "refresh-on": null,
        "identity": {
            "client-id": expected.identity.client_id,
            "object-id": expected.identity.object_id,
            "resource-id": expected.identity.resource_id,
        },
        // By the real clock a vector's times are long past.
        "clock-ahead-by": found["clock-ahead-by"],
    });
    same("token", found, &expected)
}

fn judge_error(found: &Value, expected: &ErrorOutcome) -> Verdict {
    let case = &found["reason"]["val"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (kind, variant) = match found["reason"]["tag"].as_str().unwrap_or_default() {
        "rejected" => ("endpoint", None),
        "credential-file" => ("credential-file", text(&case["problem"])),
        "unavailable" => ("transport", text(case)),
        "unsupported" => ("transport", text(case).map(|field| format!("unsupported-{field}"))),
        "challenge" => ("challenge", text(case)),
        "configuration" => ("configuration", text(case)),
        "invalid-response" => ("invalid-response", text(case)),
        "foreign-service" => ("foreign-service", text(&case["service"])),
        _ => return Err("no vector expects this reason".to_owned()),
    };
    same("kind", &kind, &expected.kind.as_str())?;
    same("variant", &variant, &expected.variant)?;
    same("fault", &found["fault"], &json!(expected.fault))?;
    same("transient", &found["transient"], &json!(expected.transient))?;
    same("attempts", &found["evidence"]["attempts"], &json!(expected.attempts))?;
    same("stopped", &found["evidence"]["stopped"], &json!(expected.stopped))?;
    let answer = if kind == "foreign-service" { &case["answer"] } else { case };
    same("status", &answer["status"], &json!(expected.status))?;
    same("code", &answer["code"], &json!(expected.code))?;
    let text = |name: &str| found[name].as_str().unwrap_or_default();
    message(text("message"), text("next-step"), expected)
}
