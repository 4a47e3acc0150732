//! The client.

use std::fmt;
use std::sync::Arc;

use managed_identity_core::{AccessToken, Acquire, Error, Source, Step, TokenRequest};

use crate::builder::{ManagedIdentityClientBuilder, Settings};
use crate::effects::Effects;

/// Gets access tokens of a managed identity. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct ManagedIdentityClient {
    inner: Arc<Inner>,
}

struct Inner {
    source: Arc<Source>,
    settings: Settings,
    effects: Arc<dyn Effects>,
}

impl ManagedIdentityClient {
    /// A client for the system-assigned identity of wherever this program runs. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the environment names a source that cannot work.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Starts a configuration.
    pub fn builder() -> ManagedIdentityClientBuilder {
        ManagedIdentityClientBuilder::default()
    }

    pub(crate) fn new(source: Source, settings: Settings, effects: Arc<dyn Effects>) -> Self {
        Self { inner: Arc::new(Inner { source: Arc::new(source), settings, effects }) }
    }

    /// Where tokens come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.inner.source
    }

    /// A token for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        self.acquire(TokenRequest::for_resource(resource)?).await
    }

    /// Asks the source, whatever is known already.
    async fn acquire(&self, request: TokenRequest) -> Result<AccessToken, Error> {
        let Inner { source, settings, effects } = &*self.inner;
        let request = request
            .with_identity(settings.identity.clone())
            .with_client_capabilities(settings.client_capabilities.iter().cloned());
        let mut acquire = Acquire::new(Arc::clone(source), request)?;
        if let Some(policy) = &settings.retry {
            acquire = acquire.with_retry(policy.clone());
        }
        if let Some(budget) = settings.time_budget {
            acquire = acquire.with_time_budget(budget);
        }
        if settings.without_client_headers {
            acquire = acquire.without_client_headers();
        }
        let mut step = acquire.start(effects.seed(), effects.now());
        loop {
            step = match step {
                Step::Http { call, then } => {
                    let answer = effects.send(call).await;
                    then.resume(answer, effects.now())
                }
                Step::ReadFile { file, then } => then.resume(effects.read_file(&file)),
                Step::Sleep { delay, cause, then } => {
                    if let Some(hook) = &settings.on_retry {
                        hook(delay, cause);
                    }
                    effects.sleep(delay).await;
                    then.resume()
                }
                Step::Done(outcome) => return outcome,
            };
        }
    }
}

impl fmt::Debug for ManagedIdentityClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentityClient")
            .field("source", &self.inner.source)
            .field("identity", &self.inner.settings.identity)
            .finish_non_exhaustive()
    }
}
