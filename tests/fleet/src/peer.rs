//! A client that follows the rules of another library.

use crate::answer::Answer;
use crate::library::{Act, Client, Input, Served};
use crate::rules::{RENEWAL_MARGIN, Rules};
use crate::time::{Millis, SECOND};

/// No library limits an answer of the metadata service to less.
const ANSWER_LIMIT: Millis = 100 * SECOND;

/// The client of one program. Times are those of the run unless they say otherwise.
#[derive(Debug)]
pub(crate) struct Peer {
    rules: Rules,
    ahead: i64,
    random: fastrand::Rng,
    token: Option<Held>,
    /// How many retries the flow has had, while there is one.
    flow: Option<usize>,
    last_renewal: Option<Millis>,
    /// An answer that stands, and how long.
    verdict: Option<Millis>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    /// For the resources.
    expires: Millis,
    /// For the program, which may have been told by another clock.
    believed: Millis,
    renewal: Millis,
}

impl Peer {
    pub(crate) fn new(rules: Rules, seed: u64, ahead: i64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { rules, ahead, random, token: None, flow: None, last_renewal: None, verdict: None }
    }

    /// The token, if it may be handed out.
    fn usable(&self, now: Millis) -> Option<Held> {
        self.token.filter(|held| held.believed > now && held.believed - now >= self.rules.margin)
    }

    fn begin(&mut self, now: Millis) -> Act {
        if self.verdict.is_some_and(|until| now < until) {
            return self.end(now);
        }
        self.flow = Some(0);
        Act::Send { limit: ANSWER_LIMIT }
    }

    /// A flow that failed ends with the token at hand, if it may be handed out still.
    fn end(&mut self, now: Millis) -> Act {
        self.flow = None;
        Act::End(self.usable(now).map(|held| held.expires))
    }

    fn keep(&mut self, expires: Millis, now: Millis) {
        let believed = if self.rules.by_expires_on { expires.saturating_add_signed(-self.ahead) } else { expires };
        let life = believed.saturating_sub(now);
        let half = self.rules.half_life_from.filter(|from| life >= *from).map(|_| now + life / 2);
        let spread = self.rules.spread;
        let renewal = match half {
            Some(half) => (half + self.random.u64(0..=2 * spread)).saturating_sub(spread),
            None => believed.saturating_sub(RENEWAL_MARGIN),
        };
        self.token = Some(Held { expires, believed, renewal });
        self.flow = None;
    }

    fn delay(&self, answer: Answer, retries: usize) -> Option<Millis> {
        let rules = self.rules.retries;
        let planned = *rules.delays.get(retries)?;
        match answer {
            Answer::Refused { retry_after: Some(wait), .. } if rules.obeys_retry_after => Some(wait),
            Answer::NoConnection if !rules.of_connections => None,
            _ => Some(planned),
        }
    }
}

impl Client for Peer {
    fn call(&mut self, now: Millis) -> (Served, Option<Act>) {
        if let Some(held) = self.usable(now) {
            let last = held.believed.saturating_sub(self.rules.margin);
            let next = self.last_renewal.map_or(held.renewal, |at| held.renewal.max(at + self.rules.renewal_pause));
            let serves = |until| Served::Token { expires: held.expires, until };
            if self.flow.is_some() {
                return (serves(now), None);
            }
            if now < next {
                return (serves(next.min(last)), None);
            }
            self.last_renewal = Some(now);
            let act = self.begin(now);
            return match act {
                Act::End(_) => (serves(now), None),
                _ if self.rules.in_background => (serves(now), Some(act)),
                _ => (Served::Later, Some(act)),
            };
        }
        if self.flow.is_some() {
            return (Served::Later, None);
        }
        match self.begin(now) {
            Act::End(_) => (Served::Failed { until: self.verdict.unwrap_or(now) }, None),
            act => (Served::Later, Some(act)),
        }
    }

    fn resume(&mut self, input: Input, now: Millis) -> Act {
        let Some(retries) = self.flow else { return Act::End(None) };
        let answer = match input {
            Input::Awake => {
                self.flow = Some(retries + 1);
                return Act::Send { limit: ANSWER_LIMIT };
            }
            Input::Answer(Answer::Token { expires }) => {
                self.keep(expires, now);
                return Act::End(Some(expires));
            }
            Input::Answer(answer) => answer,
        };
        if let Some(delay) = self.delay(answer, retries) {
            return Act::Sleep(delay);
        }
        if let (Answer::Refused { retry_after, .. }, Some(unsaid)) = (answer, self.rules.verdict) {
            self.verdict = Some(now + retry_after.unwrap_or(unsaid));
        }
        self.end(now)
    }
}
