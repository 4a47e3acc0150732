//! One agent extension, run three times: with the client plugged into it, with tokens of the host's identity, and with a
//! fake. Offline: the simulator plays the identity endpoint and the Key Vault.
//!
//! ```console
//! $ bash scripts/test-wasm.sh --build-only
//! $ cargo run --manifest-path examples/plugin-host/Cargo.toml -- app-service
//! ```

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use http::{Method, Uri};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
use managed_identity_plugin_host::bindings::managed_identity::client::types::{Token, TokenRequest};
use managed_identity_plugin_host::{
    Artifacts, Grant, HostIdentity, HttpRule, Limits, PluginHost, Policy, TokenFuture, Tokens, compose,
};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};

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
    let facts = HostFacts { platform: Platform::Linux, arc_agent: false };
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

    println!("\nthe identity is a fake, whose token the vault refuses:");
    let answer = plugin.run(Grant::of(vault_only).with_tokens(Fake), vault, SECRET).await?;
    let refusal = answer.err().context("the vault took the fake's token")?;
    println!("{refusal}");
    Ok(())
}

fn vault_rule(vault: &str) -> Result<HttpRule> {
    let secrets: Uri = format!("{vault}/secrets/").parse()?;
    Ok(HttpRule::below(Method::GET, &secrets)?)
}

fn told(answer: Result<String, String>) -> Result<String> {
    answer.map_err(|message| anyhow!("the extension failed: {message}"))
}

/// Gives everyone the same text for a token.
struct Fake;

impl Tokens for Fake {
    fn get_token(&self, _request: TokenRequest) -> TokenFuture<'_> {
        Box::pin(std::future::ready(Ok(Token {
            access_token: "fake".to_owned(),
            token_type: "Bearer".to_owned(),
            resource: VAULT.to_owned(),
            expires_on: u64::MAX,
            refresh_on: None,
            source: "fake".to_owned(),
        })))
    }
}
