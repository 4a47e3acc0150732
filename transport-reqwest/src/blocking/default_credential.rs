//! The chain of credentials for programs without an async runtime.

use std::fmt;

use managed_identity_core::{AccessToken, Chain, Error};

use super::thread::Thread;
use crate::metrics::Metrics;

/// Gets access tokens from a chain of credentials, and blocks while it waits: what [`crate::DefaultCredential`] does, on a
/// thread of its own.
///
/// ```no_run
/// use managed_identity_reqwest::blocking::DefaultCredential;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let credential = DefaultCredential::new(managed_identity_reqwest::DefaultCredential::from_env()?)?;
/// let token = credential.get_token("https://vault.azure.net")?;
/// # drop(token);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DefaultCredential {
    credential: crate::DefaultCredential,
    thread: Thread,
}

impl DefaultCredential {
    /// A blocking form of an async one, with which it shares cache and connections.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(credential: crate::DefaultCredential) -> std::io::Result<Self> {
        Ok(Self { credential, thread: Thread::start()? })
    }

    /// The credentials in their order, each with what can be told of it without asking.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        self.credential.chain()
    }

    /// A token for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// [`Error::Chain`] has a line for each credential. One that is alone ends with its own error.
    pub fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        if let Some(token) = self.credential.fresh_token(resource) {
            return Ok(token);
        }
        let handle = self.credential.resource(resource)?;
        self.thread.wait(async move { handle.get_token().await })
    }

    /// A token in place of one that a resource rejected: see
    /// [`ResourceClient::replace_token`](crate::ResourceClient::replace_token).
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn replace_token(&self, resource: &str, rejected: &AccessToken) -> Result<AccessToken, Error> {
        let (handle, rejected) = (self.credential.resource(resource)?, rejected.clone());
        self.thread.wait(async move { handle.replace_token(&rejected).await })
    }

    /// What this, its clones and the async one it is over have done so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.credential.metrics()
    }
}

impl fmt::Debug for DefaultCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.credential.fmt(f)
    }
}
