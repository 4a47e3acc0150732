//! From the interface's request to the core's.

use std::time::Duration;

use managed_identity_core::{
    AccessToken, ConfigError, Identity, RetryPolicy, Secret, SourceKind, TokenRequest, UnixTime,
};

use super::types;

/// A request, with what is to be known about it beyond the core's type.
pub(super) struct Parsed {
    pub(super) request: TokenRequest,
    pub(super) rejected: Option<AccessToken>,
    pub(super) force_refresh: bool,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) time_budget: Option<Duration>,
    pub(super) client_headers: bool,
}

pub(super) fn parse(request: types::TokenRequest) -> Result<Parsed, ConfigError> {
    let mut parsed = Parsed {
        request: target(&request.target)?.with_identity(identity(request.identity)?),
        rejected: None,
        force_refresh: false,
        retry: None,
        time_budget: None,
        client_headers: true,
    };
    if let Some(options) = request.options {
        parsed.force_refresh = options.force_refresh;
        parsed.retry = (!options.retries).then(RetryPolicy::none);
        parsed.time_budget = options.time_budget.map(Duration::from_millis);
        parsed.client_headers = options.client_headers;
        parsed.request = parsed.request.with_client_capabilities(options.client_capabilities);
        if let Some(rejected) = options.rejected_token {
            // Only the text of a rejected token counts.
            let rejected = Secret::new(rejected);
            let rejected = AccessToken::new(rejected, String::new(), UnixTime::default(), SourceKind::ServiceFabric);
            parsed.request = parsed.request.with_rejected_token(&rejected);
            parsed.rejected = Some(rejected);
        }
    }
    Ok(parsed)
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
