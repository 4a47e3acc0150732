//! What we decide.

use std::sync::Arc;

use managed_identity_core::{Environment, Error, HostFacts, Platform};
use managed_identity_reqwest::{CredentialKind, DefaultCredential, NativeEffects};

use super::effects::OnThisMachine;
use super::place::Place;
use super::theirs::{NOBODY, NOT_MADE, refused};
use crate::RESOURCE;

pub(crate) fn decision(place: &Place) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(decide(place))
}

async fn decide(place: &Place) -> String {
    let mut effects = NativeEffects::builder().search_path(place.tools());
    if let Some(root) = place.root_certificate() {
        effects = effects.root_certificate(root);
    }
    let environment = Environment::from_lookup(|name| place.variables.get(name).cloned());
    let credential = DefaultCredential::builder()
        .environment(environment, HostFacts::of(Platform::Linux))
        .effects(Arc::new(OnThisMachine(effects.build())))
        .build();
    let Ok(credential) = credential else { return NOT_MADE.to_owned() };
    match credential.get_token(RESOURCE).await {
        Ok(token) => CredentialKind::of(token.source()).as_str().to_owned(),
        Err(Error::Chain(chain)) if chain.members.len() > 1 => match chain.refused() {
            Some(member) => refused(member.credential.as_str()),
            None => NOBODY.to_owned(),
        },
        Err(_) => NOBODY.to_owned(),
    }
}
