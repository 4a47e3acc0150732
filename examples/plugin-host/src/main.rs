//! One agent extension, run three times: with the client plugged into it, with tokens of the host's identity, and with
//! fakes. Offline: the simulator plays the identity endpoint and the Key Vault.
//!
//! ```console
//! $ bash scripts/test-wasm.sh --build-only
//! $ cargo run --manifest-path examples/plugin-host/Cargo.toml -- app-service
//! ```

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Result, anyhow, ensure};
use http::header::AUTHORIZATION;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
use managed_identity_plugin_host::bindings::managed_identity::client::types::{Token, TokenIdentity, TokenRequest};
use managed_identity_plugin_host::{
    Artifacts, Grant, HostIdentity, HttpRule, Io, Limits, PluginHost, Policy, Sender, Sent, TokenFuture, Tokens,
    compose,
};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};
use wasmtime_wasi_http::{RequestOptions, WasiBody};

const VAULT: &str = "https://vault.azure.net";
const SECRET: &str = "database-password";

#[tokio::main]
async fn main() -> Result<()> {
    let source = std::env::args().nth(1).unwrap_or_else(|| "app-service".to_owned());
    let source: SimulatedSource = source.parse()?;
    let mut simulator = Simulator::builder(source).key_vault_secret(SECRET, "correct horse battery staple");
    if source == SimulatedSource::AzureArc {
        // The client in a component knows no other folder than the agent's own.
        simulator = simulator.key_folder(PathBuf::from("/var/opt/azcmagent/tokens"));
    }
    let simulator = simulator.start()?;
    let vault = simulator.base_url();

    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let facts = HostFacts::of(Platform::Linux);
    let found = detect(&environment, facts, DetectionOptions::default())?.source;
    println!("found {}: {}", found.kind(), found.reason());

    let host = PluginHost::new(Limits::default())?;
    let artifacts = Artifacts::of_project();
    let extension = artifacts.extension()?;
    let vault_only = Policy::nothing().allow(vault_rule(vault)?);

    let composed = compose::plug(extension.clone(), artifacts.client("self-contained")?)?;
    let policy = Policy::for_source(&found, &environment)?.allow(vault_rule(vault)?);
    println!("\nthe extension has the identity, by the client plugged into it, and may:\n{policy:#?}");
    let answer = host.load(&composed)?.run(Grant::of(policy), vault, SECRET).await?;
    println!("{}", told(answer)?);

    let client = ManagedIdentityClient::builder().environment(environment, facts).build()?;
    let identity = HostIdentity::new(client, [VAULT]);
    println!("\nthe host has the identity, and lends tokens for {VAULT}; the extension may:\n{vault_only:#?}");
    let grant = Grant::of(vault_only.clone()).with_tokens(identity);
    let plugin = host.load(&extension)?;
    println!("{}", told(plugin.run(grant, vault, SECRET).await?)?);

    println!("\nidentity and vault are fakes, for tests; the extension may as much as before, and nothing is sent:");
    let sent_before = simulator.request_count();
    let grant = Grant { sender: Arc::new(FakeVault), ..Grant::of(vault_only).with_tokens(FakeIdentity) };
    println!("{}", told(plugin.run(grant, vault, SECRET).await?)?);
    ensure!(simulator.request_count() == sent_before, "something was sent");
    Ok(())
}

fn vault_rule(vault: &str) -> Result<HttpRule> {
    let secrets: Uri = format!("{vault}/secrets/").parse()?;
    Ok(HttpRule::below(Method::GET, &secrets)?)
}

fn told(answer: Result<String, String>) -> Result<String> {
    answer.map_err(|message| anyhow!("the extension failed: {message}"))
}

const FAKE: &str = "a fake token";

/// Gives everyone the same text for a token.
struct FakeIdentity;

impl Tokens for FakeIdentity {
    fn get_token(&self, _request: TokenRequest) -> TokenFuture<'_> {
        Box::pin(std::future::ready(Ok(Token {
            access_token: FAKE.to_owned(),
            token_type: "Bearer".to_owned(),
            resource: VAULT.to_owned(),
            expires_on: u64::MAX,
            refresh_on: None,
            source: "fake".to_owned(),
            identity: TokenIdentity { client_id: None, object_id: None, resource_id: None },
            clock_ahead_by: None,
        })))
    }
}

/// Answers as a vault that takes the fake's token.
struct FakeVault;

impl Sender for FakeVault {
    fn send(
        &self,
        request: Request<WasiBody>,
        _options: Option<RequestOptions>,
    ) -> Pin<Box<dyn Future<Output = Sent> + Send>> {
        let is_known = request.headers().get(AUTHORIZATION).is_some_and(|it| it == &format!("Bearer {FAKE}"));
        let (status, body) =
            if is_known { (StatusCode::OK, r#"{"value":"fake"}"#) } else { (StatusCode::UNAUTHORIZED, "{}") };
        let mut response = Response::new(Full::from(body).map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = status;
        Box::pin(std::future::ready(Ok((response, Box::new(async { Ok(()) }) as Io))))
    }
}
