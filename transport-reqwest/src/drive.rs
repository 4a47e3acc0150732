//! Drives one acquisition.

use std::sync::{Arc, Mutex, PoisonError};

use managed_identity_core::{AccessToken, Acquire, Error, Source, Step, TokenRequest, UnixTime};
use tracing::{Instrument as _, Level, debug, event};

use crate::effects::AsyncEffects;
use crate::metrics::Counters;
use crate::settings::Settings;

/// Until when a flow waits at this moment: what its successor has to wait for if it is given up now.
#[derive(Debug, Default)]
pub(crate) struct Pending(Mutex<Option<UnixTime>>);

impl Pending {
    pub(crate) fn get(&self) -> Option<UnixTime> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, until: Option<UnixTime>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// What every acquisition of a client has in common.
pub(crate) struct Driver {
    pub(crate) source: Arc<Source>,
    pub(crate) settings: Settings,
    pub(crate) effects: Arc<dyn AsyncEffects>,
    pub(crate) counters: Counters,
}

impl Driver {
    /// Asks the source, whatever is known already, and not before a time that an earlier flow still had to wait for.
    pub(crate) async fn acquire(
        &self,
        request: TokenRequest,
        not_before: Option<UnixTime>,
        pending: &Pending,
    ) -> Result<AccessToken, Error> {
        if let Some(begin) = not_before {
            self.wait_until(begin, pending).await;
        }
        let span = tracing::debug_span!(
            "acquire",
            source = self.source.kind().as_str(),
            evidence = self.source.reason(),
            resource = request.resource(),
            identity = %request.identity().kind(),
            id = request.identity().id(),
        );
        let outcome = self.drive(request, pending).instrument(span).await;
        if outcome.is_err() {
            self.counters.failures.increment();
        }
        outcome
    }

    async fn wait_until(&self, time: UnixTime, pending: &Pending) {
        pending.set(Some(time));
        self.effects.sleep(time.saturating_since(self.effects.now())).await;
        pending.set(None);
    }

    async fn drive(&self, request: TokenRequest, pending: &Pending) -> Result<AccessToken, Error> {
        let Self { source, settings, effects, counters } = self;
        let mut acquire = Acquire::new(Arc::clone(source), request)?;
        if let Some(policy) = &settings.retry {
            acquire = acquire.with_retry(policy.clone());
        }
        if let Some(budget) = settings.time_budget {
            acquire = acquire.with_time_budget(budget);
        }
        if settings.fail_fast {
            acquire = acquire.with_fail_fast();
        }
        if let Some(limit) = settings.connect_timeout {
            acquire = acquire.with_connect_timeout(limit);
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
                Step::Run { then, .. } => then.refuse(),
                Step::Sleep { delay, cause, then } => {
                    event!(Level::INFO, ?delay, %cause, "waiting before the next attempt");
                    if let Some(hook) = &settings.on_retry {
                        hook(delay, cause);
                    }
                    self.wait_until(effects.now() + delay, pending).await;
                    then.resume()
                }
                Step::Done(outcome) => {
                    match &outcome {
                        Ok(token) => got(token),
                        Err(error) => event!(Level::WARN, %error, next_step = error.next_step(), "got no token"),
                    }
                    return outcome;
                }
            };
        }
    }
}

fn got(token: &AccessToken) {
    debug!(expires_on = token.expires_on().as_secs(), "got a token");
    if let Some(by) = token.clock_ahead_by() {
        event!(
            Level::WARN,
            seconds = by.as_secs(),
            "this machine's clock seems to be ahead: the token has expired by it"
        );
    }
}
