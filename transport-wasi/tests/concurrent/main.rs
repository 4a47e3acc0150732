//! The asynchronous client over effects that are released by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod flights;
mod host;
mod wishes;

use host::{Caller, Client};
use managed_identity_wasi::{TokenOptions, TokenRequest};

const VAULT: &str = "https://vault.azure.net";

fn request() -> TokenRequest {
    TokenRequest::for_resource(VAULT).unwrap()
}

/// Somebody who takes any usable token.
fn call(client: &Client) -> Caller<'_> {
    Caller::of(client, request(), TokenOptions::default())
}

/// What somebody gets who does not wait.
fn ask(client: &Client) -> String {
    call(client).secret()
}
