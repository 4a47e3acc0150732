//! From the interface's request to the core's.

use core::time::Duration;

use managed_identity_core::{ConfigError, Identity, Secret, TokenDigest, TokenRequest};

use crate::bindings::client::types;
use crate::outcome::NoToken;
use crate::refusal::Refusal;

/// A resource and an id are a line of text at most; a list of capabilities is a few words.
const LONGEST: usize = 2048;
const MOST_CAPABILITIES: usize = 16;

/// What a plug-in asks for, as far as it is the plug-in's to say.
pub(crate) struct Ask {
    pub(crate) request: TokenRequest,
    /// How long it waits.
    pub(crate) time_budget: Option<Duration>,
}

/// The request. Options that a plug-in cannot decide are refused by name, none is left out of account.
pub(crate) fn ask(request: types::TokenRequest) -> Result<Ask, NoToken> {
    let mut asked = target(&request.target)?.with_identity(identity(request.identity)?);
    let Some(options) = request.options else { return Ok(Ask { request: asked, time_budget: None }) };
    for (given, option) in [
        (options.force_refresh, "force-refresh"),
        (!options.retries, "retries"),
        (!options.client_headers, "client-headers"),
    ] {
        if given {
            return Err(Refusal::Option { option }.into());
        }
    }
    if !options.client_capabilities.is_empty() {
        let bytes = options.client_capabilities.iter().map(String::len).sum();
        if bytes > LONGEST || options.client_capabilities.len() > MOST_CAPABILITIES {
            return Err(Refusal::TooLong { what: "list of client capabilities", bytes }.into());
        }
        asked = asked.with_client_capabilities(options.client_capabilities);
    }
    if let Some(rejected) = options.rejected_token {
        // Wiped here: only its digest goes on.
        let rejected = Secret::new(rejected);
        asked = asked.with_rejected_digest(TokenDigest::of_secret(rejected.expose()));
    }
    Ok(Ask { request: asked, time_budget: options.time_budget.map(Duration::from_millis) })
}

fn target(target: &types::Target) -> Result<TokenRequest, NoToken> {
    Ok(match target {
        types::Target::Resource(resource) => TokenRequest::for_resource(short("resource", resource)?)?,
        types::Target::Scope(scope) => TokenRequest::for_scope(short("scope", scope)?)?,
        types::Target::Other(_) => return Err(ConfigError::EmptyResource.into()),
    })
}

fn identity(identity: types::Identity) -> Result<Identity, NoToken> {
    Ok(match identity {
        types::Identity::SystemAssigned => Identity::SystemAssigned,
        types::Identity::ClientId(id) => Identity::ClientId(short("client id", &id)?.to_owned()),
        types::Identity::ObjectId(id) => Identity::ObjectId(short("object id", &id)?.to_owned()),
        types::Identity::ResourceId(id) => Identity::ResourceId(short("resource id", &id)?.to_owned()),
        types::Identity::Other(kind) => {
            return Err(ConfigError::UnknownIdentityType { found: short("kind of identity", &kind)?.to_owned() }.into());
        }
    })
}

fn short<'a>(what: &'static str, text: &'a str) -> Result<&'a str, NoToken> {
    if text.len() > LONGEST {
        return Err(Refusal::TooLong { what, bytes: text.len() }.into());
    }
    Ok(text)
}
