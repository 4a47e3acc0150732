//! The interface `tokens` over a client.

use managed_identity_core::{AccessToken, Error};
use managed_identity_wasi::{Effects, ManagedIdentityClient};

use super::{outcome, request, types};

/// A token from the client, which is made at the first request that finds none. What is wrong with the environment is
/// told at each request, and mended by none.
pub(super) fn get_token<E: Effects>(
    client: &mut Option<ManagedIdentityClient<E>>,
    make: fn() -> Result<ManagedIdentityClient<E>, Error>,
    request: types::TokenRequest,
) -> Result<types::Token, types::Error> {
    let outcome = match client {
        Some(client) => ask(client, request),
        None => make().and_then(|made| ask(client.insert(made), request)),
    };
    outcome::outcome(&outcome)
}

fn ask<E: Effects>(client: &mut ManagedIdentityClient<E>, request: types::TokenRequest) -> Result<AccessToken, Error> {
    let parsed = request::parse(request)?;
    client.request(&parsed.request, &parsed.options)
}
