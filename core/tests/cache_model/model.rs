//! The model: no state but the list of what happened, every answer worked out from the definitions.

use managed_identity_core::Error;

use super::answers::outcome;
use super::numbers::{LEASE, MARGIN, Millis, TOLERANCE, at};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    NotFound,
    Throttled,
    Unavailable,
    RetryAfter(u64),
}

impl Failure {
    pub(crate) fn error(self) -> Error {
        let (status, retry_after) = match self {
            Self::NotFound => (404, None),
            Self::Throttled => (429, None),
            Self::Unavailable => (503, None),
            Self::RetryAfter(seconds) => (400, Some(seconds)),
        };
        outcome(at(0), status, retry_after, "").unwrap_err()
    }

    pub(crate) fn stands_for(self) -> Millis {
        match self {
            Self::NotFound | Self::RetryAfter(0) => 1_000,
            Self::Throttled | Self::Unavailable => 5_000,
            Self::RetryAfter(seconds) => seconds.min(3600) * 1_000,
        }
    }
}

/// What happened under one key.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Looked,
    Elected { lease: u64 },
    Stored { lease: u64, token: Token },
    CameExpired { lease: u64 },
    Failed { lease: u64, failure: Failure },
    GaveUp { lease: u64 },
    Rejected { secret: String },
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) secret: String,
    pub(crate) expires: Millis,
    pub(crate) hint: Option<Millis>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Fresh(String),
    Stale(String, bool),
    Elected,
    Busy(Millis),
    Failed(Millis),
}

impl Answer {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Fresh(_) => "fresh",
            Self::Stale(_, true) => "stale, renew",
            Self::Stale(_, false) => "stale",
            Self::Elected => "elected",
            Self::Busy(_) => "busy",
            Self::Failed(_) => "failed",
        }
    }
}

#[derive(Default)]
pub(crate) struct History(pub(crate) Vec<(Millis, Event)>);

impl History {
    /// Whether something recorded as event `index`, to last until `until`, has been seen to be over since.
    fn over(&self, index: usize, until: Millis, now: Option<Millis>) -> bool {
        let since = self.0[index].0;
        let looks = self.0[index..].iter().filter(|(_, event)| matches!(event, Event::Looked)).map(|(when, _)| *when);
        looks.chain(now).any(|look| look >= until || look + TOLERANCE < since)
    }

    /// The events, without the outcomes of leases after which another one was handed out.
    fn valid(&self) -> Vec<(usize, Millis, &Event)> {
        let mut latest = 0;
        let mut valid = Vec::new();
        for (index, (when, event)) in self.0.iter().enumerate() {
            match event {
                Event::Elected { lease } => latest = *lease,
                Event::Stored { lease, .. }
                | Event::CameExpired { lease }
                | Event::Failed { lease, .. }
                | Event::GaveUp { lease }
                    if *lease != latest =>
                {
                    continue;
                }
                _ => {}
            }
            valid.push((index, *when, event));
        }
        valid
    }

    /// The token at hand: as which event it came, from which lease, and the token.
    pub(crate) fn token(&self, now: Option<Millis>) -> Option<(usize, u64, &Token)> {
        let valid = self.valid();
        let (index, lease, token) = valid.iter().rev().find_map(|(index, _, event)| match event {
            Event::Stored { lease, token } => Some((*index, *lease, token)),
            _ => None,
        })?;
        let rejected = self.0[index..]
            .iter()
            .any(|(_, event)| matches!(event, Event::Rejected { secret } if *secret == token.secret));
        (!rejected && !self.over(index, token.expires, now)).then_some((index, lease, token))
    }

    fn renewed_from(&self, index: usize, token: &Token) -> Millis {
        let came = self.0[index].0;
        let life = token.expires - came;
        let wish = if life <= MARGIN {
            came + life / 2
        } else if let Some(hint) = token.hint {
            hint.min(token.expires - MARGIN)
        } else if life >= 7_200_000 {
            came + life / 2
        } else {
            token.expires - MARGIN
        };
        let later = self.valid().into_iter().filter(|(later, _, _)| *later > index);
        let fruitless = later.filter(|(_, _, event)| matches!(event, Event::CameExpired { .. }));
        let pauses = fruitless.map(|(_, when, _)| when + 1_000);
        pauses.chain([wish, came + 1_000]).max().unwrap()
    }

    /// The attempt that keeps others from trying: until when, and whether it has failed.
    fn attempt(&self, now: Millis) -> Option<(Millis, bool)> {
        let valid = self.valid();
        let (index, until, failed) = valid.iter().rev().find_map(|(index, when, event)| match event {
            Event::Elected { .. } => Some((*index, when + LEASE, false)),
            Event::Failed { failure, .. } => Some((*index, when + failure.stands_for(), true)),
            Event::Stored { .. } | Event::CameExpired { .. } | Event::GaveUp { .. } => Some((*index, 0, false)),
            Event::Looked | Event::Rejected { .. } => None,
        })?;
        (!self.over(index, until, Some(now))).then_some((until, failed))
    }

    pub(crate) fn answer(&self, since: u64, now: Millis) -> Answer {
        let attempt = self.attempt(now);
        if let Some((index, lease, token)) = self.token(Some(now))
            && lease > since
        {
            let usable = now + MARGIN < token.expires;
            let due = now >= self.renewed_from(index, token);
            let secret = token.secret.clone();
            return match (usable, due, attempt.is_some()) {
                (true, false, _) => Answer::Fresh(secret),
                (true, true, false) => Answer::Stale(secret, true),
                (false, true, false) => Answer::Elected,
                (true | false, true, true) | (false, false, _) => Answer::Stale(secret, false),
            };
        }
        match attempt {
            Some((until, true)) => Answer::Failed(until),
            Some((until, false)) => Answer::Busy(until),
            None => Answer::Elected,
        }
    }

    pub(crate) fn due(&self, now: Millis) -> bool {
        self.token(Some(now)).is_some() && matches!(self.answer(0, now), Answer::Stale(_, true) | Answer::Elected)
    }
}
