//! What we decide.

use std::sync::Arc;

use std::time::Duration;

use managed_identity_core::{Environment, Error, HostFacts, Platform};
use managed_identity_reqwest::{ChainOptions, CredentialKind, DefaultCredential, NativeEffects};

use super::effects::OnThisMachine;
use super::place::Place;
use super::theirs::{NOBODY, NOT_MADE, Report, TOOL_SECONDS, refused};
use crate::RESOURCE;

pub(crate) fn ask(place: &Place) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(decide(place))
}

async fn decide(place: &Place) -> Report {
    let mut effects = NativeEffects::builder().search_path(place.tools());
    if let Some(root) = place.root_certificate() {
        effects = effects.root_certificate(root);
    }
    let environment = Environment::from_lookup(|name| place.variables.get(name).cloned());
    let credential = DefaultCredential::builder()
        .environment(environment, HostFacts::of(Platform::Linux))
        .options(ChainOptions::default().tool_time_limit(Duration::from_secs(TOOL_SECONDS)))
        .effects(Arc::new(OnThisMachine(effects.build())))
        .build();
    let outcome = match credential {
        Ok(credential) => credential.get_token(RESOURCE).await,
        Err(error) => return report(NOT_MADE.to_owned(), error.to_string()),
    };
    match outcome {
        Ok(token) => report(CredentialKind::of(token.source()).as_str().to_owned(), String::new()),
        Err(error) => report(member_refused(&error).unwrap_or_else(|| NOBODY.to_owned()), error.to_string()),
    }
}

fn report(decision: String, said: String) -> Report {
    Report { version: env!("CARGO_PKG_VERSION").to_owned(), decision, said }
}

fn member_refused(error: &Error) -> Option<String> {
    match error {
        Error::Chain(chain) if chain.members.len() > 1 => chain.refused().map(|it| refused(it.credential.as_str())),
        _ => None,
    }
}
