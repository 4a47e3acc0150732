//! The vectors of chains whose effects are commands only, through the native client with real processes: small scripts play
//! the tools.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, CommandError, CommandOutput, CommandRequest, Environment, Error, FileError, FileRequest, HostFacts,
    HttpCall, HttpResponse, Platform, TokenProvider, TokenRequest, TransportError, UnixTime,
};
use managed_identity_reqwest::{
    AsyncEffects, BoxFuture, ChainOptions, CredentialKind, DefaultCredential, NativeEffects,
};
use managed_identity_tests::files;
use serde_json::Value;
use tempfile::TempDir;

/// Longer than any argument but PowerShell's script.
const LONG: usize = 300;

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The vectors that have nothing but commands in them, each of which a script can play.
fn vectors() -> Vec<Value> {
    let mut vectors = Vec::new();
    for entry in fs::read_dir(files::folder().join("chain")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "json") {
            let document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            vectors.extend(document["vectors"].as_array().unwrap().iter().cloned());
        }
    }
    vectors.retain(|vector| {
        let can_be_played = |exchange: &Value| {
            let fails = exchange["answer"]["fails"].as_str();
            // Windows alone has exit codes of more than a byte.
            let ends_here = exchange["answer"]["exit"].as_i64().is_none_or(|code| code < 256);
            exchange["run"].is_array() && ends_here && fails.is_none_or(|it| it == "not-found")
        };
        let of_this_system = vector["platform"].is_null() && vector["options"]["time_budget_seconds"].is_null();
        of_this_system && vector["transcript"].as_array().into_iter().flatten().all(can_be_played)
    });
    vectors
}

/// The programs that the transcript answers for, in this folder.
fn make_tools(vector: &Value, folder: &Path) {
    for exchange in vector["transcript"].as_array().into_iter().flatten() {
        let (run, answer) = (texts(&exchange["run"]), &exchange["answer"]);
        if answer["fails"].is_string() {
            continue;
        }
        let file = |ending: &str| folder.join(format!("{}.{ending}", run[0]));
        let output = match &answer["output"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        fs::write(file("output"), output).unwrap();
        fs::write(file("errors"), answer["errors"].as_str().unwrap_or_default()).unwrap();
        let end = answer["exit"].as_i64().map_or("kill -9 $$".to_owned(), |code| format!("exit {code}"));
        let names = exchange["variables"].as_object().into_iter().flatten();
        let variables: String =
            names.map(|(name, _)| format!("printf '%s\\n' \"{name}=${name}\" >> \"$0.variables\"\n")).collect();
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.arguments\"\n{variables}cat \"$0.output\"\ncat \"$0.errors\" >&2\n{end}\n"
        );
        // By another process: a file that is open for writing in this one, for a moment in a child, cannot be executed.
        let write = "printf %s \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let status =
            Command::new("sh").args(["-c", write, "sh"]).arg(folder.join(run[0])).arg(script).status().unwrap();
        assert!(status.success());
    }
}

/// What the programs were given.
fn check_tools(vector: &Value, folder: &Path) {
    for exchange in vector["transcript"].as_array().into_iter().flatten() {
        let run = texts(&exchange["run"]);
        if exchange["answer"]["fails"].is_string() {
            continue;
        }
        let read = |ending: &str| fs::read_to_string(folder.join(format!("{}.{ending}", run[0]))).unwrap_or_default();
        let arguments = read("arguments");
        let shown: Vec<&str> =
            arguments.lines().map(|line| if line.len() > LONG { "{script}" } else { line }).collect();
        assert_eq!(shown, run[1..], "{}", vector["name"]);
        let variables = exchange["variables"].as_object().into_iter().flatten();
        let expected: String =
            variables.map(|(name, value)| format!("{name}={}\n", value.as_str().unwrap_or_default())).collect();
        assert_eq!(read("variables"), expected, "{}", vector["name"]);
    }
}

fn credential(vector: &Value, folder: &Path) -> Result<impl TokenProvider, Error> {
    let wanted = &vector["options"];
    let kind = |name: &str| name.parse::<CredentialKind>().unwrap();
    let mut options = ChainOptions::default();
    if wanted["only"].is_array() {
        options = options.only(texts(&wanted["only"]).into_iter().map(kind));
    }
    for name in texts(&wanted["exclude"]) {
        options = options.exclude(kind(name));
    }
    if wanted["require_variable"] == true {
        options = options.require_variable();
    }
    if let Some(tenant) = wanted["tenant"].as_str() {
        options = options.tenant(tenant);
    }
    let environment = Environment::from_lookup(|name| vector["environment"][name].as_str().map(str::to_owned));
    DefaultCredential::builder()
        .environment(environment, HostFacts::of(Platform::Linux))
        .options(options)
        .effects(Arc::new(OnlyProcesses(NativeEffects::builder().search_path(folder).build())))
        .build()
}

/// The real thing, but for requests, of which these vectors have none.
struct OnlyProcesses(NativeEffects);

impl AsyncEffects for OnlyProcesses {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        panic!("a request to {}", call.request().url())
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        self.0.read_file(file)
    }

    fn run<'a>(&'a self, command: &'a CommandRequest) -> BoxFuture<'a, Result<CommandOutput, CommandError>> {
        self.0.run(command)
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        self.0.sleep(delay)
    }

    fn now(&self) -> UnixTime {
        self.0.now()
    }

    fn seed(&self) -> u64 {
        self.0.seed()
    }
}

fn request(vector: &Value) -> Result<TokenRequest, Error> {
    let mut request = TokenRequest::for_resource(vector["resource"].as_str().unwrap_or("https://vault.azure.net"))?;
    if let Some(tenant) = vector["tenant"].as_str() {
        request = request.with_tenant(tenant);
    }
    if let Some(claims) = vector["claims"].as_str() {
        request = request.with_claims(claims);
    }
    Ok(request)
}

async fn token(vector: &Value, folder: &Path) -> Result<AccessToken, Error> {
    let request = request(vector)?;
    credential(vector, folder)?.get_token(&request).await
}

#[tokio::test]
async fn the_same_happens_with_real_processes() {
    let mut tokens = 0;
    let vectors = vectors();
    assert!(vectors.len() >= 100, "only {} vectors", vectors.len());
    for vector in vectors {
        // What is remembered is tested elsewhere.
        if vector["options"]["starting_with"].is_string() {
            continue;
        }
        let (name, expected, folder) = (&vector["name"], &vector["outcome"], TempDir::new().unwrap());
        make_tools(&vector, folder.path());
        match token(&vector, folder.path()).await {
            Ok(token) => {
                assert_eq!(Some(token.secret()), expected["token"].as_str(), "{name}");
                assert_eq!(Some(token.source().as_str()), expected["source"].as_str(), "{name}");
                assert_eq!(Some(token.expires_on().as_secs()), expected["expires_on"].as_u64(), "{name}");
                tokens += 1;
            }
            Err(error) => {
                let text = error.explain().to_string();
                assert!(expected["error"].is_string(), "{name}: {text}");
                assert_eq!(Some(format!("{:?}", error.fault()).to_lowercase().as_str()), expected["fault"].as_str());
                for part in texts(&expected["contains"]) {
                    assert!(text.contains(part), "{name}: {part} is not in {text}");
                }
                for part in texts(&expected["excludes"]) {
                    assert!(!text.contains(part), "{name}: {part} is in {text}");
                }
            }
        }
        check_tools(&vector, folder.path());
    }
    assert!(tokens >= 20, "only {tokens} tokens");
}
