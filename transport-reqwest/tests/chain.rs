//! Chains of credentials with real processes, real sockets and real TLS.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::io::Read as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use managed_identity_reqwest::blocking;
use managed_identity_reqwest::core::{
    CommandError, CommandErrorKind, CommandOutput, CommandRequest, Environment, FileError, FileErrorKind, FileRequest,
    HostFacts, HttpCall, HttpResponse, Member, Platform, SourceKind, TransportError, TransportErrorKind, UnixTime,
    Verdict,
};
use managed_identity_reqwest::testing::HeldEffects;
use managed_identity_reqwest::{
    AccessToken, AsyncEffects, BoxFuture, ChainOptions, CredentialKind, DefaultCredential, DefaultCredentialBuilder,
    Error, TokenProvider, TokenRequest,
};
use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
use tokio::task::JoinHandle;

const RESOURCE: &str = "https://vault.azure.net";

/// Credentials as a program under this simulator's environment would have them.
fn credential(simulator: &Simulator) -> DefaultCredentialBuilder {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let builder = DefaultCredential::builder().environment(environment, HostFacts::of(Platform::Linux));
    let builder = match variables.get("PATH") {
        Some(path) => builder.search_path(path),
        // No tool of this machine.
        None => builder.search_path(""),
    };
    match simulator.ca_certificate() {
        Some(authority) => builder.root_certificate(authority.der()),
        None => builder,
    }
}

fn with_faults(source: SimulatedSource, faults: impl IntoIterator<Item = Fault>) -> Simulator {
    let faults = faults.into_iter().fold(FaultScript::new(), FaultScript::then);
    Simulator::builder(source).faults(faults).start().unwrap()
}

#[tokio::test]
async fn every_credential_gives_a_token() {
    for (simulated, kind) in [
        (SimulatedSource::ClientSecret, CredentialKind::Environment),
        (SimulatedSource::ClientCertificate, CredentialKind::Environment),
        (SimulatedSource::WorkloadIdentity, CredentialKind::WorkloadIdentity),
        (SimulatedSource::AppService, CredentialKind::ManagedIdentity),
        (SimulatedSource::Imds, CredentialKind::ManagedIdentity),
        (SimulatedSource::AzureCli, CredentialKind::AzureCli),
        (SimulatedSource::AzurePowerShell, CredentialKind::AzurePowerShell),
        (SimulatedSource::AzureDeveloperCli, CredentialKind::AzureDeveloperCli),
    ] {
        let simulator = Simulator::builder(simulated).start().unwrap();
        let credential = credential(&simulator).build().unwrap();
        let token = credential.get_token(RESOURCE).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(CredentialKind::of(token.source()), kind);
        let claims = simulator.verify_token(token.secret(), RESOURCE).unwrap();
        assert_eq!(token.expires_on().as_secs(), claims.exp, "{kind}");
        // From the cache.
        assert!(credential.get_token(RESOURCE).await.unwrap().same(&token), "{kind}");
        assert_eq!(simulator.request_count(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_tool_that_fails_says_why() {
    for (simulated, text, said) in [
        (SimulatedSource::AzureCli, "ERROR: Please run 'az login' to setup account.", "run az login"),
        (
            SimulatedSource::AzureDeveloperCli,
            "ERROR: not logged in, run `azd auth login` to login",
            "run azd auth login",
        ),
        (SimulatedSource::AzurePowerShell, "Run Connect-AzAccount to login.", "run Connect-AzAccount"),
    ] {
        let simulator = with_faults(simulated, [Fault::status(401).text(text), Fault::not_json()]);
        let credential = credential(&simulator).build().unwrap();
        let Error::Chain(error) = credential.get_token(RESOURCE).await.unwrap_err() else { panic!("{simulated}") };
        assert_eq!(error.members.len(), 3);
        assert!(error.members.iter().all(|member| member.verdict == Some(Verdict::NotHere)));
        let text = error.to_string();
        assert!(text.contains("nobody is signed in") && text.contains(said), "{text}");
        assert_eq!(text.matches("it is not installed").count(), 2, "{text}");
        // Another resource is another walk, and a page is no token.
        let error = credential.get_token("https://storage.azure.com").await.unwrap_err().to_string();
        assert!(error.contains("cannot be read as a token") || error.contains("failed"), "{error}");
    }
}

#[tokio::test]
async fn a_slow_tool_is_ended_and_the_next_one_asked() {
    let simulator = with_faults(SimulatedSource::AzureCli, [Fault::pass().delay(Duration::from_secs(60))]);
    let options = ChainOptions::default().only([CredentialKind::AzureCli]).tool_time_limit(Duration::from_secs(1));
    let begin = Instant::now();
    let error = credential(&simulator).options(options).build().unwrap().get_token(RESOURCE).await.unwrap_err();
    assert!(error.to_string().contains("did not answer in time"), "{error}");
    assert!(error.is_transient() && begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_wrong_secret_ends_the_chain() {
    let simulator = with_faults(SimulatedSource::ClientSecret, [Fault::aadsts(7_000_215)]);
    let error = credential(&simulator).build().unwrap().get_token(RESOURCE).await.unwrap_err();
    let Error::Chain(chain) = &error else { panic!("{error}") };
    assert_eq!(chain.refused().unwrap().credential, CredentialKind::Environment);
    assert!(error.to_string().contains("AADSTS7000215"), "{error}");
    assert!(!format!("{error} {error:?}").contains(&simulator.environment()["AZURE_CLIENT_SECRET"]));
    assert_eq!(simulator.request_count(), 1);
}

#[tokio::test]
async fn an_own_choice_and_a_provider_of_tokens() {
    let simulator = Simulator::builder(SimulatedSource::AzureCli).start().unwrap();
    let options = ChainOptions::default()
        .only([CredentialKind::AzureDeveloperCli, CredentialKind::AzureCli])
        .tenant(simulator.tenant_id());
    let credential = credential(&simulator).options(options).build().unwrap();
    let kinds: Vec<_> = credential.chain().members().iter().map(Member::kind).collect();
    assert_eq!(kinds, [CredentialKind::AzureDeveloperCli, CredentialKind::AzureCli]);
    let provider: &dyn TokenProvider = &credential;
    let request = TokenRequest::for_resource(RESOURCE).unwrap();
    let token = provider.get_token(&request).await.unwrap();
    assert!(simulator.is_valid_token(token.secret(), RESOURCE));
    assert!(provider.fresh_token(&request).unwrap().same(&token));
    assert_eq!(format!("{credential:?}"), r#"DefaultCredential(["azure-developer-cli", "azure-cli"])"#);
}

/// No network; `az` is installed, and takes its time.
#[derive(Default)]
struct OnlyAz {
    calls: AtomicU64,
    commands: AtomicU64,
    is_signed_out: std::sync::atomic::AtomicBool,
}

impl AsyncEffects for OnlyAz {
    fn send(&self, _: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(Err(TransportError::new(TransportErrorKind::Timeout, ""))))
    }

    fn read_file<'a>(&'a self, _: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(Err(FileError::new(FileErrorKind::NotFound, ""))))
    }

    fn run<'a>(&'a self, command: &'a CommandRequest) -> BoxFuture<'a, Result<CommandOutput, CommandError>> {
        self.commands.fetch_add(1, Ordering::Relaxed);
        Box::pin(async {
            tokio::task::yield_now().await;
            if command.programs != ["az"] {
                return Err(CommandError::new(CommandErrorKind::NotFound, ""));
            }
            if self.is_signed_out.load(Ordering::Relaxed) {
                return Ok(CommandOutput::new(Some(1), Vec::new(), b"az login".to_vec()));
            }
            let output = br#"{"accessToken":"token-1","expires_on":1700003600}"#;
            Ok(CommandOutput::new(Some(0), output.to_vec(), Vec::new()))
        })
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn now(&self) -> UnixTime {
        UnixTime::from_secs(1_700_000_000)
    }

    fn seed(&self) -> u64 {
        1
    }
}

fn on_a_laptop(effects: &Arc<OnlyAz>) -> DefaultCredential {
    let environment = Environment::from_lookup(|_| None);
    let builder = DefaultCredential::builder().environment(environment, HostFacts::of(Platform::Linux));
    builder.effects(Arc::clone(effects) as Arc<dyn AsyncEffects>).build().unwrap()
}

/// All on their way before the first is waited for.
fn a_thousand_callers(credential: &DefaultCredential) -> Vec<JoinHandle<Result<AccessToken, Error>>> {
    let ask = |credential: DefaultCredential| async move { credential.get_token(RESOURCE).await };
    (0..1000).map(|_| tokio::spawn(ask(credential.clone()))).collect()
}

#[tokio::test]
async fn many_callers_walk_once_and_the_member_that_worked_is_remembered() {
    let effects = Arc::new(OnlyAz::default());
    let credential = on_a_laptop(&effects);
    let count = || (effects.calls.load(Ordering::Relaxed), effects.commands.load(Ordering::Relaxed));
    for caller in a_thousand_callers(&credential) {
        let token = caller.await.unwrap().unwrap();
        assert_eq!(token.source(), SourceKind::DeveloperTool(managed_identity_reqwest::core::DeveloperTool::AzureCli));
    }
    assert_eq!(count(), (1, 1), "one look for the metadata service, one command");
    credential.get_token("https://storage.azure.com").await.unwrap();
    assert_eq!(count(), (1, 2), "the metadata service is not looked for again");
    effects.is_signed_out.store(true, Ordering::Relaxed);
    let error = credential.get_token("https://management.azure.com").await.unwrap_err();
    assert!(matches!(&error, Error::Chain(chain) if chain.members.len() == 6), "{error}");
    assert_eq!(count(), (2, 5), "az, then all others");
}

#[tokio::test]
async fn many_callers_share_a_failure() {
    let effects = Arc::new(OnlyAz::default());
    effects.is_signed_out.store(true, Ordering::Relaxed);
    let credential = on_a_laptop(&effects);
    for caller in a_thousand_callers(&credential) {
        assert!(matches!(caller.await.unwrap(), Err(Error::Chain(_))));
    }
    assert_eq!(effects.commands.load(Ordering::Relaxed), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_ends_with_the_last_who_could_want_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let (pipe, tool) = (folder.path().join("alive"), folder.path().join("az"));
    // By another process: one that is open for writing here, for a moment in a child of another test, could not be
    // executed. The pipe stays open as long as the tool or what it started lives.
    let make = "mkfifo \"$1\" && printf '#!/bin/sh\nsleep 1000 > \"%s\" &\nwait\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
    assert!(Command::new("sh").args(["-c", make, "sh"]).args([&pipe, &tool]).status().unwrap().success());
    let options = ChainOptions::default().only([CredentialKind::AzureCli]).tool_time_limit(Duration::from_secs(1000));
    let environment = Environment::from_lookup(|_| None);
    let credential = DefaultCredential::builder()
        .environment(environment, HostFacts::of(Platform::Linux))
        .options(options)
        .search_path(folder.path())
        .time_budget(Duration::from_secs(1000))
        .build()
        .unwrap();
    let caller = tokio::spawn({
        let credential = credential.clone();
        async move { credential.get_token(RESOURCE).await }
    });
    // Opens when the tool runs.
    let mut alive = tokio::task::spawn_blocking(move || std::fs::File::open(pipe).unwrap()).await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    drop(credential);
    let read = tokio::task::spawn_blocking(move || alive.read(&mut [0]).unwrap()).await.unwrap();
    assert_eq!(read, 0, "the last process that held it is gone");
}

#[test]
fn a_program_without_a_runtime_blocks() {
    let simulator = Simulator::builder(SimulatedSource::AzureCli).start().unwrap();
    let credential = blocking::DefaultCredential::new(credential(&simulator).build().unwrap()).unwrap();
    let token = credential.get_token(RESOURCE).unwrap();
    assert!(credential.get_token(RESOURCE).unwrap().same(&token));
    let other = credential.replace_token(RESOURCE, &token).unwrap();
    assert_ne!(other.secret(), token.secret());
    assert_eq!((credential.metrics().failures, credential.chain().members().len()), (0, 3));
}

#[tokio::test]
async fn commands_are_held_for_tests() {
    let held = HeldEffects::new();
    let options = ChainOptions::default().only([CredentialKind::AzureCli, CredentialKind::AzureDeveloperCli]);
    let credential = DefaultCredential::builder()
        .environment(Environment::from_lookup(|_| None), HostFacts::of(Platform::Linux))
        .options(options)
        .effects(held.clone())
        .build()
        .unwrap();
    let caller = tokio::spawn({
        let credential = credential.clone();
        async move { credential.get_token(RESOURCE).await }
    });
    let az = held.next_command().await;
    assert_eq!(az.request().programs, ["az"]);
    az.end(1, "", "az login");
    let azd = held.next_command().await;
    assert!(!azd.is_cancelled());
    azd.end(0, r#"{"token":"token-1","expiresOn":"2033-01-01T00:00:00Z"}"#, "");
    assert_eq!(caller.await.unwrap().unwrap().secret(), "token-1");
    // What nobody waits for any more is cancelled.
    let caller = tokio::spawn(async move { credential.get_token("https://storage.azure.com").await });
    let azd = held.next_command().await;
    assert_eq!(azd.request().programs, ["azd"], "it worked the last time");
    caller.abort();
    assert!(caller.await.is_err());
    held.settle().await;
    assert!(azd.is_cancelled());
}
