//! Drives one acquisition.

use std::sync::{Arc, Mutex, PoisonError};

use managed_identity_core::{AccessToken, Error, Step, TokenRequest, UnixTime};
use tracing::{Instrument as _, Level, debug, event};

use crate::effects::AsyncEffects;
use crate::metrics::Counters;
use crate::origin::Origin;
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
    pub(crate) origin: Origin,
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
        let (source, evidence) = self.origin.evidence();
        let span = tracing::debug_span!(
            "acquire",
            source,
            evidence,
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
        let Self { origin, settings, effects, counters } = self;
        let mut step = origin.start(request, settings, effects.seed(), effects.now())?;
        loop {
            step = match step {
                Step::Http { call, then } => {
                    counters.requests.increment();
                    let method = call.request().method();
                    debug!(%method, endpoint = call.request().url().without_query(), "sending a request");
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
                Step::Run { command, then } => {
                    debug!(programs = ?command.programs, "running a program");
                    let output = effects.run(&command).await;
                    match &output {
                        Ok(output) => debug!(exit_code = output.exit_code(), "it ended"),
                        Err(error) => debug!(%error, "it did not run to its end"),
                    }
                    then.resume(output, effects.now())
                }
                Step::Sign { what, then } => {
                    debug!(algorithm = what.algorithm().as_str(), "signing");
                    let signed = effects.sign(what).await;
                    if let Err(error) = &signed {
                        debug!(%error, "nothing was signed");
                    }
                    then.resume(signed)
                }
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
                        Ok(token) => {
                            #[cfg(feature = "chain")]
                            origin.remember(token);
                            got(token);
                        }
                        Err(error) => event!(Level::WARN, %error, next_step = error.next_step(), "got no token"),
                    }
                    return outcome;
                }
            };
        }
    }
}

fn got(token: &AccessToken) {
    debug!(source = token.source().as_str(), expires_on = token.expires_on().as_secs(), "got a token");
    if let Some(by) = token.clock_ahead_by() {
        event!(
            Level::WARN,
            seconds = by.as_secs(),
            "this machine's clock seems to be ahead: the token has expired by it"
        );
    }
}
