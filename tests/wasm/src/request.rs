//! What a vector asks for, in the words of the interface.
//!
//! Each world has generated types of its own, so this module is part of each that needs it.

use managed_identity_core::Identity;
use managed_identity_tests::setup::{self, Failure};
use managed_identity_tests::vector::Request;

use super::types;

/// The request, unless the identity's JSON form is refused, which the interface does not have.
pub(super) fn of_vector(request: &Request) -> Result<types::TokenRequest, Failure> {
    let identity = match setup::identity(request)? {
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
