//! From the interface's request to the core's.

use core::time::Duration;

use managed_identity_core::{ConfigError, Identity, RetryPolicy, Secret, TokenDigest, TokenRequest};
use managed_identity_wasi::TokenOptions;

use super::types;

/// A request and its options.
pub(super) struct Parsed {
    pub(super) request: TokenRequest,
    pub(super) options: TokenOptions,
}

pub(super) fn parse(request: types::TokenRequest) -> Result<Parsed, ConfigError> {
    let mut parsed = target(&request.target)?.with_identity(identity(request.identity)?);
    let Some(given) = request.options else {
        return Ok(Parsed { request: parsed, options: TokenOptions::default() });
    };
    parsed = parsed.with_client_capabilities(given.client_capabilities);
    if let Some(rejected) = given.rejected_token {
        // Wiped here: only its digest goes on.
        let rejected = Secret::new(rejected);
        parsed = parsed.with_rejected_digest(TokenDigest::of_secret(rejected.expose()));
    }
    let options = TokenOptions {
        force_refresh: given.force_refresh,
        retry: (!given.retries).then(RetryPolicy::none),
        time_budget: given.time_budget.map(Duration::from_millis),
        without_client_headers: !given.client_headers,
    };
    Ok(Parsed { request: parsed, options })
}

fn target(target: &types::Target) -> Result<TokenRequest, ConfigError> {
    match target {
        types::Target::Resource(resource) => TokenRequest::for_resource(resource),
        types::Target::Scope(scope) => TokenRequest::for_scope(scope),
        types::Target::Other(_) => Err(ConfigError::EmptyResource),
    }
}

fn identity(identity: types::Identity) -> Result<Identity, ConfigError> {
    Ok(match identity {
        types::Identity::SystemAssigned => Identity::SystemAssigned,
        types::Identity::ClientId(id) => Identity::ClientId(id),
        types::Identity::ObjectId(id) => Identity::ObjectId(id),
        types::Identity::ResourceId(id) => Identity::ResourceId(id),
        types::Identity::Other(found) => return Err(ConfigError::UnknownIdentityType { found }),
    })
}
