//! A plug-in for Extism: a core module around the machine. Requests are sent by a function of its host, or by the one that
//! Extism has built in; files are read by a function of its host.

#![cfg(target_arch = "wasm32")]

mod built_in;
mod effects;

use extism_pdk::{FnResult, plugin_fn};
use managed_identity_core::{
    Acquire, DetectionOptions, Effects, Environment, HostFacts, Platform, SourceSettings, TokenRequest,
};

use built_in::BuiltIn;
use effects::HostFunctions;

/// How long a token of Key Vault is. The input is the source, as settings in JSON.
#[plugin_fn]
pub fn token_length(settings: String) -> FnResult<String> {
    ask(&settings, &mut HostFunctions)
}

/// The same, with the requests sent by Extism itself.
#[plugin_fn]
pub fn token_length_by_built_in_http(settings: String) -> FnResult<String> {
    ask(&settings, &mut BuiltIn)
}

/// What goes wrong is part of the answer: Extism's error has no room for more than a text.
fn ask(settings: &str, effects: &mut dyn Effects) -> FnResult<String> {
    let settings: SourceSettings = serde_json::from_str(settings)?;
    let facts = HostFacts::of(Platform::Linux);
    let source = settings.source(&Environment::default(), facts, DetectionOptions::default())?;
    let acquire = Acquire::new(source, TokenRequest::for_resource("https://vault.azure.net")?)?;
    Ok(match acquire.run(effects) {
        Ok(token) => format!("a token of {} bytes", token.secret().len()),
        Err(error) => error.explain().to_string(),
    })
}
