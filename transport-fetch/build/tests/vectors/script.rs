//! A vector's transcript as the world outside of the package: its time, its files, its server.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use managed_identity_core::Identity;
use managed_identity_tests::expect::{self, Verdict, same};
use managed_identity_tests::loopback::server::Server;
use managed_identity_tests::loopback::{certificates, folder, place};
use managed_identity_tests::setup;
use managed_identity_tests::transcript::{Answer, Effect, Exchange, FileEffect, TrustName};
use managed_identity_tests::vector::{AgentName, PlatformName, Vector};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::judge::judge;
use crate::node::Node;

/// What became of a vector.
pub(crate) enum Played {
    Met,
    Skipped(String),
}

/// Plays a vector, which is given as the document it is so that its folders can be replaced wherever they stand.
pub(crate) async fn play(node: &mut Node, document: &Value) -> Result<Played, String> {
    let folder = TempDir::with_prefix("managed-identity-").map_err(|error| error.to_string())?;
    let folder_name = folder.path().to_str().ok_or("a temporary folder without a text name")?;
    let mut vector = folder::in_vector(document, folder_name)?;
    if let Some(reason) = vector.skip_over_loopback {
        return Ok(Played::Skipped(reason));
    }
    let Ok(identity) = setup::identity(&vector.request) else {
        return Ok(Played::Skipped("the package takes no identity in MSAL's JSON form".to_owned()));
    };
    if vector.request.time_budget_seconds == Some(0) {
        return Ok(Played::Skipped("the package refuses a time budget of nothing".to_owned()));
    }
    let server = Server::new().map_err(|error| error.to_string())?;
    if !vector.transcript.is_empty() {
        place::point_at(&mut vector, server.authority())?;
    }
    let mut script =
        Script { vector: &vector, server, folder: &folder, now: Duration::from_secs(vector.now), next: 0, left: None };
    node.say(&task(&vector, &identity, folder_name)).await?;
    let outcome = script.follow(node).await?;
    if let Some(difference) = script.left {
        return Err(format!("step {}: {difference}", script.next));
    }
    judge(&outcome, &vector.outcome, vector.now).map_err(|difference| format!("{difference}; found {outcome}"))?;
    match vector.transcript.len() - script.next {
        0 => Ok(Played::Met),
        left => Err(format!("the flow ended with {left} steps of the transcript left")),
    }
}

/// What the program in Node starts from.
fn task(vector: &Vector, identity: &Identity, folder: &str) -> Value {
    let request = &vector.request;
    let mut options = json!({
        "clientCapabilities": request.client_capabilities,
        "retries": request.retries,
        "clientHeaders": request.client_headers,
        "dangerouslyAllowRemoteArcEndpoint": request.allow_remote_arc_endpoint,
    });
    if let Some(seconds) = request.time_budget_seconds {
        options["timeBudgetMs"] = (seconds * 1000).into();
    }
    match identity {
        Identity::SystemAssigned => {}
        Identity::ClientId(id) => options["clientId"] = id.as_str().into(),
        Identity::ObjectId(id) => options["objectId"] = id.as_str().into(),
        Identity::ResourceId(id) => options["resourceId"] = id.as_str().into(),
    }
    let platform = match vector.host.platform {
        PlatformName::Linux => "linux",
        PlatformName::Windows => "windows",
        PlatformName::Other => "other",
    };
    if platform == "linux" && !vector.environment.contains_key(folder::MOUNTED) {
        options["keyDirectory"] = folder.into();
    }
    let agent = match vector.host.arc_agent {
        AgentName::Present => "present",
        AgentName::Absent => "absent",
        AgentName::NotPermitted => "not-permitted",
    };
    json!({
        "environment": vector.environment,
        "platform": platform,
        "arcAgent": agent,
        "now": vector.now * 1000,
        "seed": vector.seed.to_string(),
        "resource": setup::resource(request),
        "rejectedToken": request.rejected_token,
        "options": options,
    })
}

struct Script<'a> {
    vector: &'a Vector,
    server: Server,
    folder: &'a TempDir,
    now: Duration,
    next: usize,
    /// Why the transcript was left.
    left: Option<String>,
}

impl Script<'_> {
    /// Answers the effects of the package until its outcome comes.
    async fn follow(&mut self, node: &mut Node) -> Result<Value, String> {
        let mut message = node.listen().await?;
        loop {
            if let Some(outcome) = message.get("outcome") {
                return Ok(outcome.clone());
            }
            message = match self.answer(node, &message).await {
                Ok(next) => next,
                Err(difference) => {
                    self.left.get_or_insert(difference);
                    node.say(&json!({ "left": true })).await?;
                    node.listen().await?
                }
            };
        }
    }

    /// Answers one effect, and hears what comes next.
    async fn answer(&mut self, node: &mut Node, message: &Value) -> Result<Value, String> {
        let exchange = self.vector.transcript.get(self.next).ok_or("an effect that is not in the transcript")?;
        self.next += 1;
        match (&exchange.expect, &exchange.answer) {
            (Effect::Http(expected), Some(answer)) if message.get("http").is_some() => {
                trust(message, &expected.trust)?;
                let url = message["http"].as_str().unwrap_or_default();
                if !url.contains(&format!("://{}/", self.server.authority())) {
                    return Err(format!("a request to another address than the vector's own server: {url}"));
                }
                if matches!(answer, Answer::TransportError(kind) if kind == "connect") {
                    self.go_on(node, exchange, Duration::ZERO).await?;
                    return node.listen().await;
                }
                let answer_to_node = self.passed(exchange, Duration::ZERO);
                let served = self.server.serve(expected, answer);
                node.say(&answer_to_node).await?;
                let (served, next) = tokio::join!(served, node.listen());
                if let Err(difference) = served {
                    self.left.get_or_insert(difference);
                }
                next
            }
            (Effect::ReadFile(expected), Some(answer)) if message.get("file").is_some() => {
                let file = &message["file"];
                same("path", &file["path"].as_str(), &Some(expected.path.as_str()))?;
                same("directory", &file["directory"].as_str(), &expected.directory.as_deref())?;
                same("max_len", &file["maxLength"].as_u64(), &u64::try_from(expected.max_len).ok())?;
                self.put(expected, answer)?;
                self.go_on(node, exchange, Duration::ZERO).await?;
                let next = node.listen().await;
                // There is none where the vector has none.
                let _ = fs::remove_file(&expected.path);
                next
            }
            (Effect::Sleep(expected), _) if message.get("sleep").is_some() => {
                let delay = Duration::from_secs_f64(message["sleep"].as_f64().unwrap_or_default() / 1000.0);
                expect::delay(delay, expected)?;
                self.go_on(node, exchange, delay).await?;
                node.listen().await
            }
            (expected, _) => Err(format!("expected {expected:?}, found {message}")),
        }
    }

    async fn go_on(&mut self, node: &mut Node, exchange: &Exchange, delay: Duration) -> Verdict {
        let answer = self.passed(exchange, delay);
        node.say(&answer).await
    }

    /// Lets the time of an exchange pass.
    fn passed(&mut self, exchange: &Exchange, delay: Duration) -> Value {
        self.now += delay + Duration::from_secs(exchange.takes_seconds);
        json!({ "now": self.now.as_secs_f64() * 1000.0 })
    }

    /// Makes the file that the transcript speaks of.
    fn put(&self, file: &FileEffect, answer: &Answer) -> Verdict {
        let path = Path::new(&file.path);
        if path.parent() != Some(self.folder.path()) {
            return Err(format!("{} is not in the vector's own folder", path.display()));
        }
        let made = match answer {
            Answer::File(content) => write(path, &content.bytes()?),
            Answer::FileError(kind) if kind == "not-found" => Ok(()),
            Answer::FileError(kind) if kind == "too-large" => write(path, &vec![b'k'; file.max_len + 1]),
            Answer::FileError(kind) if kind == "not-regular" => {
                let target = self.folder.path().join("target");
                write(&target, b"key").and_then(|()| symlink(target, path))
            }
            answer => return Err(format!("no file can be made for {answer:?}")),
        };
        made.map_err(|error| error.to_string())
    }
}

/// The pin must be the one of the loopback server, which stands in the environment in the place of the vector's.
fn trust(message: &Value, expected: &TrustName) -> Verdict {
    let found = match message["thumbprint"].as_str() {
        Some(thumbprint) => TrustName::Leaf(thumbprint.to_owned()),
        None if message["http"].as_str().is_some_and(|url| url.starts_with("https:")) => TrustName::Roots,
        None => TrustName::Plain,
    };
    let expected = match expected {
        TrustName::Leaf(_) => TrustName::Leaf(certificates::get()?.thumbprint.clone()),
        other => other.clone(),
    };
    same("trust", &found, &expected)
}

fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    std::io::Write::write_all(&mut file, content)
}
