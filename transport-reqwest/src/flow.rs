//! Drives one acquisition.

use std::sync::Arc;

use managed_identity_core::{AccessToken, Acquire, Error, Source, Step, TokenRequest};
use tracing::{Instrument as _, Level, debug, event};

use crate::effects::AsyncEffects;
use crate::metrics::Counters;
use crate::settings::Settings;

/// What every acquisition of a client has in common.
pub(crate) struct Driver {
    pub(crate) source: Arc<Source>,
    pub(crate) settings: Settings,
    pub(crate) effects: Arc<dyn AsyncEffects>,
    pub(crate) counters: Counters,
}

impl Driver {
    /// Asks the source, whatever is known already.
    pub(crate) async fn acquire(&self, request: TokenRequest) -> Result<AccessToken, Error> {
        let span = tracing::debug_span!(
            "acquire",
            source = self.source.kind().as_str(),
            evidence = self.source.reason(),
            resource = request.resource(),
            identity = %request.identity().kind(),
        );
        let outcome = self.drive(request).instrument(span).await;
        if outcome.is_err() {
            self.counters.failures.increment();
        }
        outcome
    }

    async fn drive(&self, request: TokenRequest) -> Result<AccessToken, Error> {
        let Self { source, settings, effects, counters } = self;
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
                    counters.requests.increment();
                    let method = call.request().method();
                    debug!(%method, endpoint = %source.endpoint(), "sending a request");
                    let answer = effects.send(call).await;
                    match &answer {
                        Ok(response) => debug!(status = response.status(), "answered"),
                        Err(error) => debug!(%error, "no answer"),
                    }
                    then.resume(answer, effects.now())
                }
                Step::ReadFile { file, then } => {
                    debug!(path = file.path, "reading a file");
                    let content = effects.read_file(&file).await;
                    if let Err(error) = &content {
                        debug!(%error, "the file cannot be used");
                    }
                    then.resume(content)
                }
                Step::Sleep { delay, cause, then } => {
                    event!(Level::INFO, ?delay, %cause, "waiting before the next attempt");
                    if let Some(hook) = &settings.on_retry {
                        hook(delay, cause);
                    }
                    effects.sleep(delay).await;
                    then.resume()
                }
                Step::Done(outcome) => {
                    match &outcome {
                        Ok(token) => debug!(expires_on = token.expires_on().as_secs(), "got a token"),
                        Err(error) => event!(Level::WARN, %error, "got no token"),
                    }
                    return outcome;
                }
            };
        }
    }
}
