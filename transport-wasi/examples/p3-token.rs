//! A WASI 0.3 command that gets one token and fails without one. It prints nothing of it.
//!
//! Build it for `wasm32-unknown-unknown` and make the module a component, or for `wasm32-wasip2`; then, with the
//! simulator's variables in `ENDPOINT`: `wasmtime run -S http --env "$ENDPOINT" p3-token.wasm`.

#[cfg(target_arch = "wasm32")]
mod command {
    use managed_identity_wasi::p3::ManagedIdentityClient;

    struct Command;

    wasip3::cli::command::export!(Command);

    impl wasip3::exports::cli::run::Guest for Command {
        async fn run() -> Result<(), ()> {
            let client = ManagedIdentityClient::from_env().map_err(drop)?;
            let one = client.get_token("https://vault.azure.net").await.map_err(drop)?;
            let other = client.get_token("https://vault.azure.net").await.map_err(drop)?;
            if one.same(&other) { Ok(()) } else { Err(()) }
        }
    }
}
