//! What the tests of flights say in few words over [`HeldEffects`].

use std::sync::Arc;
use std::time::Duration;

use managed_identity_reqwest::core::UnixTime;
use managed_identity_reqwest::testing::{HeldEffects, START};
use managed_identity_reqwest::{
    AsyncEffects, ManagedIdentityClient, ManagedIdentityClientBuilder, RetryPolicy, Source,
};

/// A client of App Service over these effects, that does not retry.
pub fn client_over(held: &Arc<HeldEffects>) -> ManagedIdentityClientBuilder {
    ManagedIdentityClient::builder()
        .source(Source::app_service("http://127.0.0.1:1/token", "identity-header").unwrap())
        .retry(RetryPolicy::none())
        .effects(Arc::clone(held) as Arc<dyn AsyncEffects>)
}

/// So many seconds after the beginning of a test.
pub fn at(seconds: u64) -> UnixTime {
    START + Duration::from_secs(seconds)
}
