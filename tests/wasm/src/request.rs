//! What a vector asks for, in the words of the interface.

use managed_identity_core::Identity;
use managed_identity_tests::setup;
use managed_identity_tests::vector::Request;

use crate::bindings::host::types;

/// The request, or why the interface has no words for it.
pub(crate) fn of_vector(request: &Request) -> Result<types::TokenRequest, &'static str> {
    if request.allow_remote_arc_endpoint {
        return Err("the interface does not let anyone allow a remote Azure Arc endpoint");
    }
    let identity = match setup::identity(request).map_err(|_| "the interface has no JSON form of an identity")? {
        Identity::SystemAssigned => types::Identity::SystemAssigned,
        Identity::ClientId(id) => types::Identity::ClientId(id),
        Identity::ObjectId(id) => types::Identity::ObjectId(id),
        Identity::ResourceId(id) => types::Identity::ResourceId(id),
    };
    let target = match &request.scope {
        Some(scope) => types::Target::Scope(scope.clone()),
        None => types::Target::Resource(setup::resource(request)),
    };
    let options = types::TokenOptions {
        client_capabilities: request.client_capabilities.clone(),
        rejected_token: request.rejected_token.clone(),
        force_refresh: false,
        time_budget: request.time_budget_seconds.map(|seconds| seconds.saturating_mul(1000)),
        retries: request.retries,
        client_headers: request.client_headers,
    };
    Ok(types::TokenRequest { target, identity, options: Some(options) })
}
