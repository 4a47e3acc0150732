//! The client for programs without an async runtime.

use std::fmt;

use managed_identity_core::{AccessToken, Error, Identity, Source};

use super::thread::Thread;
use crate::metrics::Metrics;

/// Gets access tokens of a managed identity, and blocks while it waits: the same cache, the same flights and the same
/// renewal in the background as [`crate::ManagedIdentityClient`], on a thread of its own. The caller needs no runtime, and
/// may be inside one.
///
/// ```no_run
/// use managed_identity_reqwest::blocking::ManagedIdentityClient;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = ManagedIdentityClient::new(managed_identity_reqwest::ManagedIdentityClient::from_env()?)?;
/// let token = client.get_token("https://vault.azure.net")?;
/// # drop(token);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ManagedIdentityClient {
    client: crate::ManagedIdentityClient,
    thread: Thread,
}

impl ManagedIdentityClient {
    /// A blocking client over an async one, with which it shares cache and connections.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(client: crate::ManagedIdentityClient) -> std::io::Result<Self> {
        Ok(Self { client, thread: Thread::start()? })
    }

    /// Where tokens come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        self.client.source()
    }

    /// A blocking client for another identity, over the same cache, connections and thread.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the source does not know this kind of identity.
    pub fn for_identity(&self, identity: Identity) -> Result<Self, Error> {
        Ok(Self { client: self.client.for_identity(identity)?, thread: self.thread.clone() })
    }

    /// A token for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// Any [`Error`]; [`next_step`](Error::next_step) says what to do about it.
    pub fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        if let Some(token) = self.client.fresh_token(resource) {
            return Ok(token);
        }
        let handle = self.client.resource(resource)?;
        self.thread.wait(async move { handle.get_token().await })
    }

    /// A token in place of one that a resource rejected: see
    /// [`ResourceClient::replace_token`](crate::ResourceClient::replace_token).
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn replace_token(&self, resource: &str, rejected: &AccessToken) -> Result<AccessToken, Error> {
        let (handle, rejected) = (self.client.resource(resource)?, rejected.clone());
        self.thread.wait(async move { handle.replace_token(&rejected).await })
    }

    /// What this client, its clones and the async client it is over have done so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.client.metrics()
    }
}

impl fmt::Debug for ManagedIdentityClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}
