//! Our client, with an instant transport or over loopback.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use managed_identity_reqwest::core::{
    FileError, FileRequest, HttpCall, HttpResponse, Platform, RefreshPolicy, TransportError, UnixTime,
};
use managed_identity_reqwest::{AsyncEffects, BoxFuture, ManagedIdentityClient, NativeEffects, Source};

use crate::{IDENTITY_HEADER, NO_ENDPOINT, answer};

/// The real effects, except that every request is answered at once and from memory.
pub struct InstantEffects {
    native: NativeEffects,
    answer: Vec<u8>,
    /// How many requests are answered at all.
    answered: AtomicU64,
}

impl InstantEffects {
    pub fn shared() -> Arc<Self> {
        Arc::new(Self::answering(answer()))
    }

    pub fn answering(answer: String) -> Self {
        Self {
            native: NativeEffects::builder().build(),
            answer: answer.into_bytes(),
            answered: AtomicU64::new(u64::MAX),
        }
    }

    /// Answers so many requests, and none after them.
    pub fn silent_after(self, requests: u64) -> Self {
        Self { answered: AtomicU64::new(requests), ..self }
    }
}

impl AsyncEffects for InstantEffects {
    fn send(&self, _: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        if self.answered.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.answered.store(0, Ordering::Relaxed);
            return Box::pin(std::future::pending());
        }
        Box::pin(std::future::ready(Ok(HttpResponse::new(200, self.answer.clone()))))
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        self.native.read_file(file)
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        self.native.sleep(delay)
    }

    fn now(&self) -> UnixTime {
        self.native.now()
    }

    fn seed(&self) -> u64 {
        self.native.seed()
    }
}

/// A client with an empty cache for an App Service endpoint.
pub fn app_service(endpoint: &str, effects: Arc<dyn AsyncEffects>) -> ManagedIdentityClient {
    client(Source::app_service(endpoint, IDENTITY_HEADER).expect("the endpoint is valid"), effects)
}

/// The same whose requests are answered at once.
pub fn instant(effects: &Arc<InstantEffects>) -> ManagedIdentityClient {
    app_service(NO_ENDPOINT, Arc::clone(effects) as Arc<dyn AsyncEffects>)
}

/// A client with an empty cache for an Azure Arc agent.
pub fn azure_arc(endpoint: &str, key_directory: &Path, effects: Arc<dyn AsyncEffects>) -> ManagedIdentityClient {
    let key_directory = key_directory.to_str().expect("temporary folders have plain names");
    client(Source::azure_arc(endpoint, key_directory, Platform::Linux).expect("the endpoint is valid"), effects)
}

/// The same with another policy for its cache.
pub fn with_refresh(endpoint: &str, effects: Arc<dyn AsyncEffects>, policy: RefreshPolicy) -> ManagedIdentityClient {
    let source = Source::app_service(endpoint, IDENTITY_HEADER).expect("the endpoint is valid");
    let builder = ManagedIdentityClient::builder().source(source).effects(effects).refresh(policy);
    builder.build().expect("the source can be used")
}

fn client(source: Source, effects: Arc<dyn AsyncEffects>) -> ManagedIdentityClient {
    ManagedIdentityClient::builder().source(source).effects(effects).build().expect("the source can be used")
}
