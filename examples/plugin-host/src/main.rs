//! A host of agent extensions: it holds the identity, and lends the plug-in tokens by its policy. Offline: the simulator
//! plays the identity endpoint and the Key Vault.
//!
//! ```console
//! $ bash scripts/test-wasm.sh --build-only
//! $ cargo run --manifest-path host-wasmtime/Cargo.toml -p managed-identity-plugin-host -- \
//!     target/wasm32-unknown-unknown/component/managed_identity_agent_extension.wasm
//! ```

use anyhow::{Context as _, Result, anyhow};
use managed_identity_core::{Environment, HostFacts, Platform};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_wasmtime::{
    Grants, Guard, HttpRule, Lend, Loan, PluginState, Policy, add_client_grants_to_linker, add_to_linker, pooled, tick,
};
use wasmtime::{Engine, Store, component::Component, component::Linker};
use wit_component::ComponentEncoder;

wasmtime::component::bindgen!({
    inline: "package example:host; world plugin { export agent:extension/tool@0.1.0; }",
    path: ["../../component/wit", "../agent-extension/wit"],
    exports: { default: async },
});

#[tokio::main]
async fn main() -> Result<()> {
    let azure = Simulator::builder(SimulatedSource::Imds).key_vault_secret("password", "correct horse").start()?;
    let variables = azure.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let linux = HostFacts::of(Platform::Linux);
    let client = ManagedIdentityClient::builder().environment(environment.clone(), linux).build()?;

    let policy: Policy = toml::from_str(include_str!("../policy.toml"))?;
    let vault = format!("{}/secrets/", azure.base_url()).parse()?;
    let policy = policy.request(HttpRule::below(http::Method::GET, &vault)?);
    let lend = Lend::new("key-vault-reader", client, &policy).with_audit(|loan: &Loan<'_>| println!("{loan}"));
    let grants = Grants::of(&policy, &environment, linux)?;

    let engine = Engine::new(&pooled(&policy.limits, 100))?;
    tick(&engine)?;
    let mut linker = Linker::new(&engine);
    add_client_grants_to_linker(&mut linker)?;
    add_to_linker(&mut linker)?;
    let file = std::env::args().nth(1).context("name the file of the plug-in")?;
    let module = std::fs::read(&file).with_context(|| format!("cannot read {file}"))?;
    let component = ComponentEncoder::default().module(&module)?.validate(true).encode()?;
    let plugin = PluginPre::new(linker.instantiate_pre(&Component::new(&engine, component)?)?)?;

    let mut store = Store::new(&engine, PluginState::new(&grants, lend, &policy.limits)?);
    store.limiter(PluginState::limiter);
    let guard = Guard::new(policy.limits, &mut store);
    let answer = guard.run(async {
        let plugin = plugin.instantiate_async(&mut store).await?;
        plugin.agent_extension_tool().call_run(&mut store, azure.base_url(), "password").await
    });
    println!("{}", answer.await?.map_err(|message| anyhow!("the plug-in failed: {message}"))?);
    Ok(())
}
