//! The world `self-contained`: the client over WASI 0.2.
//!
//! There is nothing of it to be run elsewhere; its parts have their tests in `managed-identity-wasi`.
#![cfg(target_arch = "wasm32")]

use managed_identity_wasi::ManagedIdentityClient;
use managed_identity_wasi::p2::{self, WasiEffects};
use spin::Mutex;

mod bindings;
#[path = "convert/outcome.rs"]
mod outcome;
#[path = "convert/request.rs"]
mod request;
#[path = "convert/tokens.rs"]
mod tokens;

use bindings::exports::managed_identity::client::{tokens as interface, types};

struct Tokens;

/// The client with its cache. Nobody ever waits for it: a component has one thread.
static CLIENT: Mutex<Option<ManagedIdentityClient<WasiEffects>>> = Mutex::new(None);

impl interface::Guest for Tokens {
    fn get_token(request: types::TokenRequest) -> Result<types::Token, types::Error> {
        tokens::get_token(&mut CLIENT.lock(), p2::client, request)
    }
}

bindings::export!(Tokens with_types_in bindings);
