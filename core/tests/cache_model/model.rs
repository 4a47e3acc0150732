//! The model: no state but the list of what happened, every answer worked out from the definitions.

use managed_identity_core::Error;

use super::answers::outcome;
use super::numbers::{EXPIRY_MARGIN, LEASE, Millis, REJECTION_PAUSE, RENEWAL_MARGIN, RENEWAL_PAUSE, TOLERANCE, at};

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

    /// How long it keeps others from trying that has no token, after so many in a row.
    fn stands_for(self, before: usize) -> Millis {
        match self {
            Self::NotFound | Self::RetryAfter(0) => 1_000,
            Self::Throttled | Self::Unavailable => {
                [5_000, 10_000, 20_000, 40_000].get(before).copied().unwrap_or(60_000)
            }
            Self::RetryAfter(seconds) => seconds.min(3600) * 1_000,
        }
    }
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The source said so, or could not be reached.
    Source,
    Expired,
    RejectedAgain,
    RejectedTooSoon,
}

/// What happened under one key.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Looked,
    Elected {
        lease: u64,
        not_before: Option<Millis>,
        for_rejection: bool,
    },
    Stored {
        lease: u64,
        token: Token,
    },
    Failed {
        lease: u64,
        reason: Reason,
        stands_for: Millis,
        /// Until when the token at hand is not renewed.
        put_off: Option<Millis>,
    },
    GaveUp {
        lease: u64,
        not_before: Option<Millis>,
    },
    /// Its flow ended, and what it brought is as if it had not been asked for.
    SaidNothing {
        lease: u64,
    },
    Rejected {
        secret: String,
        barrier: u64,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) secret: String,
    pub(crate) expires: Millis,
    pub(crate) hint: Option<Millis>,
}

/// Which tokens a caller accepts: of a lease after this one, and not this secret.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) since: u64,
    pub(crate) rejected: Option<String>,
}

impl Wanted {
    fn accepts(&self, lease: u64, secret: &str) -> bool {
        lease > self.since && self.rejected.as_deref() != Some(secret)
    }
}

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Fresh(String),
    Stale(String),
    /// With the token that everybody may use meanwhile, and what the lease says.
    Elected {
        stale: Option<String>,
        not_before: Option<Millis>,
        told: Option<String>,
    },
    Busy(Millis),
    Failed(Reason, Millis),
}

impl Answer {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Fresh(_) => "fresh",
            Self::Stale(_) => "stale",
            Self::Elected { told: Some(_), .. } => "elected, with a rejected token",
            Self::Elected { not_before: Some(_), .. } => "elected, to wait first",
            Self::Elected { stale: Some(_), .. } => "elected, beside a usable token",
            Self::Elected { .. } => "elected",
            Self::Busy(_) => "busy",
            Self::Failed(Reason::Source, _) => "failed",
            Self::Failed(Reason::Expired, _) => "failed: expired on arrival",
            Self::Failed(Reason::RejectedAgain, _) => "failed: the rejected one again",
            Self::Failed(Reason::RejectedTooSoon, _) => "failed: rejected too soon",
        }
    }
}

/// A rejection that counts.
struct Rejection<'a> {
    secret: &'a str,
    barrier: u64,
    is_replaced: bool,
}

#[derive(Default)]
pub(crate) struct History(pub(crate) Vec<(Millis, Event)>);

impl History {
    /// Whether something that began at `since`, was recorded as event `index` and lasts until `until` has been seen to be
    /// over.
    fn over(&self, index: usize, since: Millis, until: Millis, now: Option<Millis>) -> bool {
        let looks = self.0[index..].iter().filter(|(_, event)| matches!(event, Event::Looked)).map(|(when, _)| *when);
        looks.chain(now).any(|look| look >= until || look + TOLERANCE < since)
    }

    pub(crate) fn latest_lease(&self) -> u64 {
        let leases = self.0.iter().rev();
        leases
            .filter_map(|(_, event)| if let Event::Elected { lease, .. } = event { Some(*lease) } else { None })
            .next()
            .unwrap_or(0)
    }

    /// The events, without the outcomes of leases after which another one was handed out.
    fn valid(&self) -> Vec<(usize, Millis, &Event)> {
        let mut latest = 0;
        let mut valid = Vec::new();
        for (index, (when, event)) in self.0.iter().enumerate() {
            match event {
                Event::Elected { lease, .. } => latest = *lease,
                Event::Stored { lease, .. }
                | Event::Failed { lease, .. }
                | Event::GaveUp { lease, .. }
                | Event::SaidNothing { lease }
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
        let (index, when, lease, token) = valid.iter().rev().find_map(|(index, when, event)| match event {
            Event::Stored { lease, token } => Some((*index, *when, *lease, token)),
            _ => None,
        })?;
        (!self.over(index, when, usable_until(when, token), now)).then_some((index, lease, token))
    }

    fn renewed_from(&self, index: usize, token: &Token) -> Millis {
        let since = self.valid().into_iter().filter(|(at, ..)| *at > index);
        let failed = since.filter_map(|(_, _, event)| match event {
            Event::Failed { put_off, .. } => *put_off,
            _ => None,
        });
        failed.max().unwrap_or(0).max(self.due_from(index, token))
    }

    fn due_from(&self, index: usize, token: &Token) -> Millis {
        let came = self.0[index].0;
        let life = token.expires - came;
        let wish = if life <= RENEWAL_MARGIN {
            came + life / 2
        } else if let Some(hint) = token.hint {
            hint.min(token.expires - RENEWAL_MARGIN)
        } else if life >= 7_200_000 {
            came + life / 2
        } else {
            token.expires - RENEWAL_MARGIN
        };
        wish.max(came + 1_000)
    }

    /// The attempt that keeps others from trying: until when, and why it failed if it has.
    fn attempt(&self, now: Millis) -> Option<(Millis, Option<Reason>)> {
        let valid = self.valid();
        let (index, when, until, failed) = valid.iter().rev().find_map(|(index, when, event)| match event {
            Event::Elected { not_before, .. } => Some((*index, *when, not_before.unwrap_or(*when) + LEASE, None)),
            Event::Failed { reason, stands_for, .. } => Some((*index, *when, when + stands_for, Some(*reason))),
            Event::Stored { .. } | Event::GaveUp { .. } | Event::SaidNothing { .. } => Some((*index, *when, 0, None)),
            Event::Looked | Event::Rejected { .. } => None,
        })?;
        (!self.over(index, when, until, Some(now))).then_some((until, failed))
    }

    /// What the next flow has to wait for, since an earlier one was given up while it waited.
    fn pending(&self, now: Millis) -> Option<Millis> {
        let valid = self.valid();
        let last =
            valid.iter().rev().find(|(_, _, event)| matches!(event, Event::Elected { .. } | Event::GaveUp { .. }));
        let (index, _, Event::GaveUp { lease, not_before }) = last? else { return None };
        let (elected, inherited) = self.0.iter().find_map(|(when, event)| match event {
            Event::Elected { lease: it, not_before, .. } if it == lease => Some((*when, *not_before)),
            _ => None,
        })?;
        let until = (*not_before).max(inherited)?;
        (!self.over(*index, elected, until, Some(now))).then_some(until)
    }

    fn rejection(&self) -> Option<Rejection<'_>> {
        let (index, secret, barrier) = self.0.iter().enumerate().rev().find_map(|(index, (_, event))| match event {
            Event::Rejected { secret, barrier } => Some((index, secret, *barrier)),
            _ => None,
        })?;
        let stored = self.valid().into_iter().rev().find_map(|(at, _, event)| match event {
            Event::Stored { lease, token } if at > index => Some((*lease, token)),
            _ => None,
        });
        let is_replaced = stored.is_some_and(|(lease, token)| lease > barrier && token.secret != *secret);
        Some(Rejection { secret, barrier, is_replaced })
    }

    /// When the next request for the sake of a rejection is welcome, if that is not now.
    fn too_soon(&self, now: Millis) -> Option<Millis> {
        self.rejection()?;
        let last =
            self.0.iter().rev().find_map(|(when, event)| {
                matches!(event, Event::Elected { for_rejection: true, .. }).then_some(*when)
            })?;
        (last..last + REJECTION_PAUSE).contains(&now).then_some(last + REJECTION_PAUSE)
    }

    /// What somebody wants who rejects this secret now, after `handed_out` leases; and whether that is news.
    pub(crate) fn reject(&self, secret: &str, handed_out: u64, now: Millis) -> (Wanted, bool) {
        let known = self.rejection().filter(|known| known.secret == secret);
        let is_other = self.token(Some(now)).is_some_and(|(_, _, token)| token.secret != secret);
        let (since, is_news) = match known {
            Some(known) => (known.barrier, false),
            None if is_other => (0, false),
            None => (handed_out, true),
        };
        (Wanted { since, rejected: Some(secret.to_owned()) }, is_news)
    }

    /// What it comes to when a lease brings a failure. The next renewal is put off by a quarter of the time that the token at
    /// hand still serves.
    pub(crate) fn refusal(&self, lease: u64, failure: Failure, now: Millis) -> Event {
        let valid = self.valid();
        let outcomes =
            valid.iter().rev().map(|(_, _, event)| event).filter(|event| {
                matches!(event, Event::Stored { .. } | Event::Failed { .. } | Event::SaidNothing { .. })
            });
        let in_a_row =
            outcomes.take_while(|event| matches!(event, Event::Failed { reason: Reason::Source, .. })).count();
        let put_off = self.token(Some(now)).map(|(index, _, token)| {
            let serves = usable_until(self.0[index].0, token) - now;
            now + serves.div_ceil(4).min(RENEWAL_PAUSE)
        });
        Event::Failed { lease, reason: Reason::Source, stands_for: failure.stands_for(in_a_row), put_off }
    }

    /// What it comes to when a lease brings this token.
    pub(crate) fn arrival(&self, lease: u64, token: Token, now: Millis) -> Event {
        let rejection = self.rejection().filter(|rejection| rejection.secret == token.secret);
        if token.expires <= now {
            Event::Failed { lease, reason: Reason::Expired, stands_for: 1_000, put_off: None }
        } else if let Some(rejection) = rejection
            && self.token(Some(now)).is_some()
        {
            if lease <= rejection.barrier {
                return Event::SaidNothing { lease };
            }
            Event::Failed { lease, reason: Reason::RejectedAgain, stands_for: REJECTION_PAUSE, put_off: None }
        } else {
            Event::Stored { lease, token }
        }
    }

    pub(crate) fn answer(&self, wanted: &Wanted, now: Millis) -> Answer {
        let attempt = self.attempt(now);
        let mut stale = None;
        if let Some((index, lease, token)) = self.token(Some(now))
            && wanted.accepts(lease, &token.secret)
        {
            let secret = token.secret.clone();
            match (now >= self.renewed_from(index, token), attempt) {
                (false, _) => return Answer::Fresh(secret),
                (true, Some(_)) => return Answer::Stale(secret),
                (true, None) => stale = Some(secret),
            }
        }
        match attempt {
            Some((until, Some(reason))) => return Answer::Failed(reason, until),
            Some((until, None)) => return Answer::Busy(until),
            None => {}
        }
        if wanted.rejected.is_some()
            && stale.is_none()
            && let Some(until) = self.too_soon(now)
        {
            return Answer::Failed(Reason::RejectedTooSoon, until);
        }
        let told = self.rejection().filter(|rejection| !rejection.is_replaced);
        let told = told.map(|rejection| rejection.secret.to_owned());
        Answer::Elected { stale, not_before: self.pending(now), told }
    }

    /// Whether a request by a caller with this wish counts as one for the sake of a rejection.
    pub(crate) fn is_for_rejection(&self, wanted: &Wanted, answer: &Answer) -> bool {
        let beside = matches!(answer, Answer::Elected { stale: Some(_), .. });
        wanted.rejected.is_some() && !beside && self.rejection().is_some()
    }

    pub(crate) fn due(&self, now: Millis) -> bool {
        matches!(self.answer(&Wanted::default(), now), Answer::Elected { stale: Some(_), .. })
    }
}

/// Until when a token that came at `came` is handed out.
fn usable_until(came: Millis, token: &Token) -> Millis {
    let life = token.expires - came;
    token.expires - EXPIRY_MARGIN.min(life / 2)
}
