//! This project's client: its cache, and its flows step by step.

use std::sync::Arc;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, Acquire, AwaitResponse, AwaitWake, CacheKey, ConfigError, Error, HttpResponse, Lease, Lookup,
    RefreshPolicy, Source, Step, TokenCache, TokenRequest, TransportError, TransportErrorKind, UnixTime,
};

use crate::answer::Answer;
use crate::library::{Act, Client, Input, Served};
use crate::time::{Millis, SECOND};

const RESOURCE: &str = "https://vault.azure.net";

/// When a run begins, by the clock of the service; later than any clock of a program is slow.
const BEGIN: Duration = Duration::from_secs(1_700_000_000);

/// What all programs of a fleet share.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    acquire: Acquire,
    key: CacheKey,
}

impl Recipe {
    pub(crate) fn new() -> Result<Self, ConfigError> {
        let source = Arc::new(Source::imds("http://169.254.169.254")?);
        let request = TokenRequest::for_resource(RESOURCE)?;
        let key = CacheKey::new(&source, &request);
        Ok(Self { acquire: Acquire::new(source, request)?, key })
    }
}

/// The client of one program.
#[derive(Debug)]
pub(crate) struct Ours {
    recipe: Recipe,
    cache: TokenCache,
    flow: Option<(Lease, Waiting)>,
    random: fastrand::Rng,
    clock: Clock,
}

/// What the flow waits for.
#[derive(Debug)]
enum Waiting {
    Answer(AwaitResponse),
    Wake(AwaitWake),
}

impl Ours {
    /// `ahead` is by how many milliseconds the program's clock is before that of the service.
    pub(crate) fn new(recipe: &Recipe, seed: u64, ahead: i64) -> Self {
        Self {
            recipe: recipe.clone(),
            cache: TokenCache::new(RefreshPolicy::default()),
            flow: None,
            random: fastrand::Rng::with_seed(seed),
            clock: Clock { ahead },
        }
    }

    fn begin(&mut self, lease: Lease, now: Millis) -> Act {
        let step = self.recipe.acquire.clone().start(self.random.u64(..), self.clock.at(now));
        self.take(step, lease, now)
    }

    fn take(&mut self, step: Step, lease: Lease, now: Millis) -> Act {
        match step {
            Step::Http { call, then } => {
                self.flow = Some((lease, Waiting::Answer(then)));
                Act::Send { limit: millis(call.policy().total_timeout) }
            }
            Step::Sleep { delay, then, .. } => {
                self.flow = Some((lease, Waiting::Wake(then)));
                Act::Sleep(millis(delay))
            }
            Step::Done(outcome) => self.end(lease, &outcome, now),
            Step::ReadFile { .. } | Step::Run { .. } | Step::Sign { .. } => {
                unreachable!("the metadata service is only asked")
            }
        }
    }

    fn end(&mut self, lease: Lease, outcome: &Result<AccessToken, Error>, now: Millis) -> Act {
        let seed = self.random.u64(..);
        self.cache.settle(lease, outcome, self.clock.at(now), seed);
        Act::End(outcome.as_ref().ok().map(expires))
    }
}

impl Client for Ours {
    fn call(&mut self, now: Millis) -> (Served, Option<Act>) {
        match self.cache.lookup(&self.recipe.key, self.clock.at(now)) {
            Lookup::Fresh(token) => {
                let fresh = self.cache.held(&self.recipe.key).map(|(_, fresh)| fresh.end);
                let until = fresh.map_or(now, |end| self.clock.back(end));
                (Served::Token { expires: expires(&token), until }, None)
            }
            Lookup::Stale { token, refresh } => {
                let act = refresh.map(|lease| self.begin(lease, now));
                // Nothing happens before the next renewal is due, unless one is on its way.
                let due = self.cache.due_at(&self.recipe.key).filter(|_| self.flow.is_none());
                let until = due.map_or(now, |at| self.clock.back(at));
                (Served::Token { expires: expires(&token), until }, act)
            }
            Lookup::Elected(lease) => (Served::Later, Some(self.begin(lease, now))),
            Lookup::Busy { .. } => (Served::Later, None),
            Lookup::Failed { until, .. } => (Served::Failed { until: self.clock.back(until) }, None),
        }
    }

    fn resume(&mut self, input: Input, now: Millis) -> Act {
        let Some((lease, waiting)) = self.flow.take() else { return Act::End(None) };
        let step = match (waiting, input) {
            (Waiting::Wake(then), _) => then.resume(),
            (Waiting::Answer(then), Input::Answer(answer)) => {
                let at = self.clock.at(now);
                then.resume(response(answer, now), at)
            }
            (Waiting::Answer(_), Input::Awake) => unreachable!("a request brings an answer"),
        };
        self.take(step, lease, now)
    }
}

/// As the metadata service writes it. The secret says when the resources cease to take it.
fn response(answer: Answer, now: Millis) -> Result<HttpResponse, TransportError> {
    match answer {
        Answer::Token { expires } => {
            let expires_in = expires.saturating_sub(now) / SECOND;
            let expires_on = BEGIN.as_secs() + expires / SECOND;
            Ok(HttpResponse::new(
                200,
                format!(
                    r#"{{"access_token":"{expires}","expires_in":"{expires_in}","expires_on":"{expires_on}","resource":"{RESOURCE}","token_type":"Bearer"}}"#
                )
                .into_bytes(),
            ))
        }
        Answer::Refused { status, retry_after } => {
            let response = HttpResponse::new(status, Vec::new());
            Ok(match retry_after {
                Some(wait) => response.with_header("retry-after", (wait / SECOND).to_string().as_bytes()),
                None => response,
            })
        }
        Answer::NoConnection => Err(TransportError::new(TransportErrorKind::Connect, "")),
        Answer::Timeout => Err(TransportError::new(TransportErrorKind::Timeout, "")),
    }
}

fn expires(token: &AccessToken) -> Millis {
    token.secret().parse().unwrap_or_default()
}

fn millis(duration: Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The clock of a program.
#[derive(Clone, Copy, Debug)]
struct Clock {
    ahead: i64,
}

impl Clock {
    /// What it shows at a time of the run.
    fn at(self, now: Millis) -> UnixTime {
        let shown = millis(BEGIN).saturating_add(now).saturating_add_signed(self.ahead);
        UnixTime::from_duration(Duration::from_millis(shown))
    }

    /// The first moment of the run at which it shows at least this.
    fn back(self, shown: UnixTime) -> Millis {
        let shown = u64::try_from(shown.as_duration().as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
        shown.saturating_add_signed(-self.ahead).saturating_sub(millis(BEGIN))
    }
}
