//! The client over WASI 0.3 behind an interface that lets a test choose the resource and the time.

#![cfg(target_arch = "wasm32")]

use std::time::Duration;

use managed_identity_wasi::p3::ManagedIdentityClient;
use managed_identity_wasi::{Error, TokenOptions, TokenRequest};

wit_bindgen::generate!({
    inline: "
        package managed-identity:p3-guest;

        world p3-guest {
            export get-token: async func(%resource: string, milliseconds: u64) -> result<string, string>;
        }
    ",
});

struct P3Guest;

impl Guest for P3Guest {
    async fn get_token(resource: String, milliseconds: u64) -> Result<String, String> {
        get_token(&resource, Duration::from_millis(milliseconds)).await.map_err(|error| error.to_string())
    }
}

async fn get_token(resource: &str, time_budget: Duration) -> Result<String, Error> {
    let request = TokenRequest::for_resource(resource)?;
    let options = TokenOptions { time_budget: Some(time_budget), ..TokenOptions::default() };
    let token = ManagedIdentityClient::from_env()?.request(&request, &options).await?;
    Ok(token.secret().to_owned())
}

export!(P3Guest);
