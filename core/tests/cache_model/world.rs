//! The cache and the model side by side.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, CacheKey, Epoch, Lease, Lookup, RefreshPolicy, Source, TokenCache, TokenRequest, UnixTime,
};
use proptest::prelude::*;

use super::answers::token;
use super::model::{Answer, Event, History, Token};
use super::numbers::{KEYS, LEASE, Millis, TOLERANCE, at};
use super::operation::Operation;

/// A lease on its way, with the model's number for it.
struct Flow {
    lease: Lease,
    number: u64,
    key: usize,
}

/// A lease from the time it was handed out until nobody needs to respect it any more.
struct Election {
    number: u64,
    key: usize,
    since: Millis,
}

pub(crate) struct World {
    cache: TokenCache,
    keys: Vec<CacheKey>,
    histories: Vec<History>,
    flows: Vec<Flow>,
    elections: Vec<Election>,
    marks: Vec<(Epoch, u64)>,
    tokens: Vec<AccessToken>,
    handed_out: u64,
    now: Millis,
    latest: Millis,
    /// How often each answer came up.
    pub(crate) seen: BTreeMap<&'static str, u64>,
}

impl World {
    pub(crate) fn new() -> Self {
        let source = Source::imds("http://127.0.0.1").unwrap();
        let key = |index| CacheKey::new(&source, &TokenRequest::for_resource(&format!("R{index}")).unwrap());
        let mut policy = RefreshPolicy::default();
        policy.spread = Duration::ZERO;
        let now = 1_700_000_000_000;
        Self {
            cache: TokenCache::new(policy),
            keys: (0..KEYS).map(key).collect(),
            histories: (0..KEYS).map(|_| History::default()).collect(),
            flows: Vec::new(),
            elections: Vec::new(),
            marks: vec![(Epoch::default(), 0)],
            tokens: Vec::new(),
            handed_out: 0,
            now,
            latest: now,
            seen: BTreeMap::new(),
        }
    }

    pub(crate) fn step(&mut self, operation: Operation) -> Result<(), TestCaseError> {
        match operation {
            Operation::Lookup { key } => self.look(key, (Epoch::default(), 0))?,
            Operation::Mark => self.marks.push((self.cache.epoch(), self.handed_out)),
            Operation::Force { key, mark } => self.look(key, self.marks[mark % self.marks.len()])?,
            Operation::Succeed { lease, lifetime, hint, same_again } => {
                let Some(flow) = self.take(lease) else { return Ok(()) };
                let secret = match self.tokens.last() {
                    Some(token) if same_again => token.secret().to_owned(),
                    _ => format!("secret-{}", self.tokens.len()),
                };
                let token = token(at(self.now), &secret, lifetime, hint).unwrap();
                self.tokens.push(token.clone());
                self.cache.settle(flow.lease, &Ok(token), at(self.now), 7);
                let lease = flow.number;
                self.record(
                    flow.key,
                    match lifetime {
                        0 => Event::CameExpired { lease },
                        _ => Event::Stored {
                            lease,
                            token: Token {
                                secret,
                                expires: self.now + lifetime * 1_000,
                                hint: hint.map(|hint| self.now + hint * 1_000),
                            },
                        },
                    },
                );
            }
            Operation::Fail { lease, failure } => {
                let Some(flow) = self.take(lease) else { return Ok(()) };
                self.cache.settle(flow.lease, &Err(failure.error()), at(self.now), 7);
                self.record(flow.key, Event::Failed { lease: flow.number, failure });
            }
            Operation::Abandon { lease } => {
                let Some(flow) = self.take(lease) else { return Ok(()) };
                self.cache.abandon(flow.lease);
                self.record(flow.key, Event::GaveUp { lease: flow.number });
            }
            Operation::Crash { lease } => {
                if !self.flows.is_empty() {
                    drop(self.flows.swap_remove(lease % self.flows.len()));
                }
            }
            Operation::Reject { key, held } => {
                let held = self.cache.held(&self.keys[key]).map(|(token, _)| token.clone()).filter(|_| held);
                let Some(token) = held.or_else(|| self.tokens.first().cloned()) else { return Ok(()) };
                let secret = token.secret().to_owned();
                let expected = self.histories[key].token(None).is_some_and(|(_, _, token)| token.secret == secret);
                prop_assert_eq!(self.cache.invalidate(&self.keys[key], &token), expected);
                self.record(key, Event::Rejected { secret });
            }
            Operation::Forward(by) => self.now += by,
            Operation::Back(by) => self.now -= by,
        }
        self.latest = self.latest.max(self.now);
        Ok(())
    }

    fn record(&mut self, key: usize, event: Event) {
        self.histories[key].0.push((self.now, event));
    }

    fn take(&mut self, index: usize) -> Option<Flow> {
        if self.flows.is_empty() {
            return None;
        }
        let flow = self.flows.swap_remove(index % self.flows.len());
        self.elections.retain(|election| election.number != flow.number);
        Some(flow)
    }

    fn look(&mut self, key: usize, (epoch, since): (Epoch, u64)) -> Result<(), TestCaseError> {
        let now = self.now;
        let expected = self.histories[key].answer(since, now);
        let published = self.cache.held(&self.keys[key]).map(|(token, fresh)| (token.clone(), fresh));
        self.record(key, Event::Looked);
        self.elections.retain(|it| it.key != key || (now < it.since + LEASE && it.since <= now + TOLERANCE));

        let (answer, token, lease) = match self.cache.lookup_since(&self.keys[key], epoch, at(now)) {
            Lookup::Fresh(token) => (Answer::Fresh(token.secret().to_owned()), Some(token), None),
            Lookup::Stale { token, refresh } => {
                (Answer::Stale(token.secret().to_owned(), refresh.is_some()), Some(token), refresh)
            }
            Lookup::Elected(lease) => (Answer::Elected, None, Some(lease)),
            Lookup::Busy { until } => (Answer::Busy(millis(until)), None, None),
            Lookup::Failed { until, .. } => (Answer::Failed(millis(until)), None, None),
        };
        prop_assert_eq!(&answer, &expected);
        *self.seen.entry(answer.name()).or_default() += 1;

        if let Some(token) = &token {
            prop_assert!(token.expires_on() > at(now), "an expired token was handed out");
        }
        if since == 0 {
            let readers = published.filter(|(_, fresh)| fresh.contains(&at(now))).map(|(token, _)| token);
            match (&answer, readers) {
                (Answer::Fresh(secret), Some(token)) => prop_assert_eq!(token.secret(), secret),
                (Answer::Fresh(_), None) => prop_assert!(false, "readers without a lock miss a fresh token"),
                (_, readers) => prop_assert!(readers.is_none(), "readers without a lock take a token as fresh"),
            }
        }
        if let Some(lease) = lease {
            prop_assert_eq!(lease.key(), &self.keys[key]);
            prop_assert!(!self.elections.iter().any(|it| it.key == key), "two leases of one key are alive");
            self.handed_out += 1;
            let number = self.handed_out;
            self.record(key, Event::Elected { lease: number });
            self.elections.push(Election { number, key, since: now });
            self.flows.push(Flow { lease, number, key });
        }
        Ok(())
    }

    /// What can be asked without changing anything.
    pub(crate) fn check(&self) -> Result<(), TestCaseError> {
        for (key, history) in self.keys.iter().zip(&self.histories) {
            let held = self.cache.held(key).map(|(token, _)| token.secret());
            prop_assert_eq!(held, history.token(None).map(|(_, _, token)| token.secret.as_str()));
        }
        let due = self.cache.due(at(self.now));
        let expected = self.keys.iter().zip(&self.histories).filter(|(_, history)| history.due(self.now));
        prop_assert_eq!(&due, &expected.map(|(key, _)| key.clone()).collect::<Vec<_>>());

        // What was recorded in the future of a clock that was set back counts in one question and not in the other.
        if self.latest <= self.now + TOLERANCE {
            match self.cache.next_refresh() {
                Some(next) if next > at(self.now) => {
                    prop_assert!(due.is_empty());
                    prop_assert!(!self.cache.due(next).is_empty());
                    prop_assert!(self.cache.due(next.saturating_sub(Duration::from_millis(1))).is_empty());
                }
                Some(_) => {}
                None => prop_assert!(due.is_empty()),
            }
        }
        Ok(())
    }

    /// The tokens of all keys but one.
    pub(crate) fn others(&self, key: Option<usize>) -> Vec<(String, Range<UnixTime>)> {
        let others = self.keys.iter().enumerate().filter(|(index, _)| Some(*index) != key);
        others.filter_map(|(_, key)| self.cache.held(key)).map(|(t, fresh)| (t.secret().to_owned(), fresh)).collect()
    }

    pub(crate) fn key_of(&self, operation: &Operation) -> Option<usize> {
        match operation {
            Operation::Lookup { key } | Operation::Force { key, .. } | Operation::Reject { key, .. } => Some(*key),
            Operation::Succeed { lease, .. }
            | Operation::Fail { lease, .. }
            | Operation::Abandon { lease }
            | Operation::Crash { lease } => self.flows.get(lease % self.flows.len().max(1)).map(|flow| flow.key),
            Operation::Mark | Operation::Forward(_) | Operation::Back(_) => None,
        }
    }
}

fn millis(time: UnixTime) -> Millis {
    u64::try_from(time.as_duration().as_millis()).unwrap()
}
