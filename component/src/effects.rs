//! The world `effects`: the client over what the host lends.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use managed_identity_core::{
    DetectionOptions, Environment, Error, FileError, FileRequest, HttpCall, HttpResponse, TransportError, UnixTime,
    detect,
};
use managed_identity_wasi::{Effects, ManagedIdentityClient};
use spin::Mutex;

mod bindings;
#[path = "convert/effect.rs"]
mod effect;
#[path = "convert/outcome.rs"]
mod outcome;
#[path = "convert/request.rs"]
mod request;
#[path = "convert/tokens.rs"]
mod tokens;

use bindings::exports::managed_identity::client::{tokens as interface, types};
use bindings::managed_identity::client::{host_effects, types as effect_types};

struct Tokens;

/// The client with its cache. Nobody ever waits for it: a component has one thread, and its host does not call it while it
/// calls the host.
static CLIENT: Mutex<Option<ManagedIdentityClient<HostEffects>>> = Mutex::new(None);

impl interface::Guest for Tokens {
    fn get_token(request: types::TokenRequest) -> Result<types::Token, types::Error> {
        tokens::get_token(&mut CLIENT.lock(), client_of_host, request)
    }
}

fn client_of_host() -> Result<ManagedIdentityClient<HostEffects>, Error> {
    let environment = Environment::from_lookup(host_effects::env);
    let source = detect(&environment, effect::facts(host_effects::facts()), DetectionOptions::default())?.source;
    Ok(ManagedIdentityClient::new(source, HostEffects))
}

struct HostEffects;

impl Effects for HostEffects {
    fn now(&mut self) -> UnixTime {
        UnixTime::from_duration(Duration::from_millis(host_effects::now()))
    }

    fn seed(&mut self) -> u64 {
        host_effects::seed()
    }

    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
        effect::answer(host_effects::http(&effect::call(&call)))
    }

    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError> {
        host_effects::read_file(&effect::file(file)).map_err(|failure| effect::file_error(&failure))
    }

    fn sleep(&mut self, delay: Duration) {
        host_effects::sleep(effect::milliseconds(delay));
    }
}

#[cfg(target_arch = "wasm32")]
bindings::export!(Tokens with_types_in bindings);
