//! The client over WASI 0.3 behind an interface that lets a test choose the resource and the time; and tokens that its host
//! lends.

#![cfg(target_arch = "wasm32")]

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use managed_identity_wasi::p3::ManagedIdentityClient;
use managed_identity_wasi::{Error, TokenOptions, TokenRequest};

wit_bindgen::generate!({
    inline: "
        package managed-identity:p3-guest;

        world p3-guest {
            import managed-identity:concurrent/tokens@0.2.0;
            export get-token: async func(%resource: string, milliseconds: u64) -> result<string, string>;
            export lent-at-once: async func(%resource: string) -> result<_, string>;
        }
    ",
    path: ["../../../component/wit", "../../../component/wit-concurrent"],
    generate_all,
});

use managed_identity::client::types::{Identity, Target, TokenRequest as Asked};
use managed_identity::concurrent::tokens;

struct P3Guest;

impl Guest for P3Guest {
    async fn get_token(resource: String, milliseconds: u64) -> Result<String, String> {
        get_token(&resource, Duration::from_millis(milliseconds)).await.map_err(|error| error.to_string())
    }

    /// Asks for two tokens at once.
    async fn lent_at_once(resource: String) -> Result<(), String> {
        let lent = || async {
            let target = Target::Resource(resource.clone());
            let asked = Asked { target, identity: Identity::SystemAssigned, options: None };
            tokens::get_token(asked).await.map(drop).map_err(|error| error.message)
        };
        let mut tokens = [pin!(lent()), pin!(lent())];
        let mut left = vec![0, 1];
        poll_fn(|context| {
            let mut outcome = Ok(());
            left.retain(|&which| match tokens[which].as_mut().poll(context) {
                Poll::Ready(lent) => {
                    outcome = outcome.clone().and(lent);
                    false
                }
                Poll::Pending => true,
            });
            if left.is_empty() || outcome.is_err() { Poll::Ready(outcome) } else { Poll::Pending }
        })
        .await
    }
}

async fn get_token(resource: &str, time_budget: Duration) -> Result<String, Error> {
    let request = TokenRequest::for_resource(resource)?;
    let options = TokenOptions { time_budget: Some(time_budget), ..TokenOptions::default() };
    let token = ManagedIdentityClient::from_env()?.request(&request, &options).await?;
    Ok(token.secret().to_owned())
}

export!(P3Guest);
