//! The interface `tokens`, satisfied by what is lent.

use wasmtime::component::{Accessor, HasData, Linker};

use crate::audit::Form;
use crate::bindings::client::tokens as sequential;
use crate::bindings::client::types::{Error, Target, Token, TokenRequest};
use crate::bindings::concurrent::tokens as concurrent;
use crate::convert::{ask, no_token, token};
use crate::lend::Lend;

/// A store's data that knows what is lent to its plug-in.
pub trait LendView: Send {
    /// What is lent.
    fn lend(&self) -> &Lend;
}

/// Makes the interface `managed-identity:client/tokens` available, for components of WASI 0.2 and 0.3, and
/// `managed-identity:concurrent/tokens`, for those of 0.3 whose other tasks go on while one waits for a token.
///
/// It links nothing of WASI. The second interface needs
/// [`Config::wasm_component_model_async`](wasmtime::Config::wasm_component_model_async), which is on unless it is
/// switched off.
///
/// # Errors
/// When one of them is linked already.
pub fn add_to_linker<T: LendView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    sequential::add_to_linker::<T, HasLend>(linker, T::lend_of)?;
    concurrent::add_to_linker::<T, HasLend>(linker, T::lend_of)
}

trait LendOf: LendView {
    fn lend_of(&mut self) -> &Lend {
        self.lend()
    }
}

impl<T: LendView> LendOf for T {}

/// Says what of a store's data the interface works with.
struct HasLend;

impl HasData for HasLend {
    type Data<'a> = &'a Lend;
}

impl sequential::Host for &Lend {
    async fn get_token(&mut self, request: TokenRequest) -> Result<Token, Error> {
        lent(self, request).await
    }
}

impl concurrent::Host for &Lend {}

impl<T> concurrent::HostWithStore<T> for HasLend {
    async fn get_token(store: &Accessor<T, Self>, request: TokenRequest) -> Result<Token, Error> {
        let lend = store.with(|mut access| access.get().clone());
        lent(&lend, request).await
    }
}

async fn lent(lend: &Lend, request: TokenRequest) -> Result<Token, Error> {
    let target = match &request.target {
        Target::Resource(text) | Target::Scope(text) | Target::Other(text) => text.clone(),
    };
    let outcome = match ask(request) {
        Ok(ask) => lend.token(&ask, Form::Token).await,
        Err(reason) => {
            lend.not_understood(&target, &reason);
            Err(reason)
        }
    };
    outcome.as_ref().map(token).map_err(no_token)
}
