//! The cache and the model side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use managed_identity_core::{
    AccessToken, CacheKey, Error, Lease, Lookup, RefreshPolicy, Source, TokenCache, TokenDigest, TokenRequest,
    UnixTime, UnusableToken, Wish,
};
use proptest::prelude::*;

use super::answers::token;
use super::callers::{Caller, disappoint, tell};
use super::model::{Answer, Event, Failure, History, Reason, Token, Wanted};
use super::numbers::{KEYS, LEASE, Millis, TOLERANCE, at};
use super::operation::{Given, Operation, Purpose};

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
    until: Millis,
}

pub(crate) struct World {
    cache: TokenCache,
    keys: Vec<CacheKey>,
    histories: Vec<History>,
    flows: Vec<Flow>,
    elections: Vec<Election>,
    callers: Vec<Caller>,
    /// Every secret that there was.
    secrets: Vec<String>,
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
        policy.spread_percent = 0;
        let now = 1_700_000_000_000;
        Self {
            cache: TokenCache::new(policy),
            keys: (0..KEYS).map(key).collect(),
            histories: (0..KEYS).map(|_| History::default()).collect(),
            flows: Vec::new(),
            elections: Vec::new(),
            callers: Vec::new(),
            secrets: Vec::new(),
            handed_out: 0,
            now,
            latest: now,
            seen: BTreeMap::new(),
        }
    }

    pub(crate) fn step(&mut self, operation: Operation) -> Result<(), TestCaseError> {
        match operation {
            Operation::Lookup { key } => {
                self.look(key, &Wish::default(), &Wanted::default())?;
            }
            Operation::Come { key, purpose } => self.come(key, purpose),
            Operation::Call { caller } => self.call(caller)?,
            Operation::Leave { caller } => {
                if !self.callers.is_empty() {
                    drop(self.callers.swap_remove(caller % self.callers.len()));
                }
            }
            Operation::Succeed { lease, lifetime, hint, secret } => {
                let Some(flow) = self.take(lease) else { return Ok(()) };
                self.succeed(flow, lifetime, hint, secret)?;
            }
            Operation::Fail { lease, failure } => {
                let Some(flow) = self.take(lease) else { return Ok(()) };
                self.fail(flow, failure)?;
            }
            Operation::Abandon { lease, wait } => {
                let Some(flow) = self.take(lease) else { return Ok(()) };
                let not_before = wait.map(|wait| self.now + wait);
                self.cache.abandon(flow.lease, not_before.map(at));
                self.record(flow.key, Event::GaveUp { lease: flow.number, not_before });
                disappoint(&mut self.callers, flow.number);
            }
            Operation::Crash { lease } => {
                if !self.flows.is_empty() {
                    let flow = self.flows.swap_remove(lease % self.flows.len());
                    disappoint(&mut self.callers, flow.number);
                }
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

    /// The cache has looked at what it knows: what is over stays so.
    fn saw(&mut self, key: usize) {
        let now = self.now;
        self.record(key, Event::Looked);
        self.elections.retain(|it| it.key != key || (now < it.until && it.since <= now + TOLERANCE));
    }

    fn take(&mut self, index: usize) -> Option<Flow> {
        if self.flows.is_empty() {
            return None;
        }
        let flow = self.flows.swap_remove(index % self.flows.len());
        self.elections.retain(|election| election.number != flow.number);
        Some(flow)
    }

    fn held(&self, key: usize) -> Option<String> {
        self.cache.held(&self.keys[key]).map(|(token, _)| token.secret().to_owned())
    }

    fn earlier(&self, index: usize) -> Option<String> {
        self.secrets.get(index % self.secrets.len().max(1)).cloned()
    }

    fn come(&mut self, key: usize, purpose: Purpose) {
        let rejected = match purpose {
            Purpose::Usable | Purpose::Renewed => None,
            Purpose::RejectHeld | Purpose::RejectAndRenew => self.held(key).or_else(|| self.earlier(0)),
            Purpose::RejectEarlier(index) => self.earlier(index),
        };
        let (mut wish, mut wanted) = match rejected {
            Some(secret) => self.reject(key, &secret),
            None => (Wish::default(), Wanted::default()),
        };
        if matches!(purpose, Purpose::Renewed | Purpose::RejectAndRenew) {
            wish = wish.and(self.cache.renewed());
            wanted.since = self.handed_out;
        }
        self.callers.push(Caller { key, wish, wanted, waits_for: None });
    }

    fn reject(&mut self, key: usize, secret: &str) -> (Wish, Wanted) {
        let (wanted, is_news) = self.histories[key].reject(secret, self.handed_out, self.now);
        self.saw(key);
        if is_news {
            self.record(key, Event::Rejected { secret: secret.to_owned(), barrier: self.handed_out });
        }
        (self.cache.reject(&self.keys[key], TokenDigest::of_secret(secret), at(self.now)), wanted)
    }

    /// A caller looks; it goes with what it gets, or waits for the flow that is on its way.
    fn call(&mut self, index: usize) -> Result<(), TestCaseError> {
        if self.callers.is_empty() {
            return Ok(());
        }
        let mut caller = self.callers.swap_remove(index % self.callers.len());
        let answer = self.look(caller.key, &caller.wish, &caller.wanted)?;
        if matches!(answer, Answer::Elected { stale: None, .. } | Answer::Busy(_)) {
            caller.waits_for = Some(self.histories[caller.key].latest_lease());
            self.callers.push(caller);
        }
        Ok(())
    }

    fn succeed(&mut self, flow: Flow, lifetime: u64, hint: Option<u64>, given: Given) -> Result<(), TestCaseError> {
        let Flow { lease, number, key } = flow;
        let secret = match given {
            Given::New => None,
            Given::Held => self.held(key).or_else(|| self.secrets.last().cloned()),
            Given::Earlier(index) => self.earlier(index),
        };
        let secret = secret.unwrap_or_else(|| format!("secret-{}", self.secrets.len()));
        self.secrets.push(secret.clone());
        let outcome = token(at(self.now), &secret, lifetime, hint);
        let expires = self.now + lifetime * 1_000;
        let token = Token { secret, expires, hint: hint.map(|hint| self.now + hint * 1_000) };
        let event = self.histories[key].arrival(number, token, self.now);
        self.settle(lease, number, key, &outcome, event)
    }

    fn fail(&mut self, flow: Flow, failure: Failure) -> Result<(), TestCaseError> {
        let Flow { lease, number, key } = flow;
        let event = self.histories[key].refusal(number, failure, self.now);
        self.settle(lease, number, key, &Err(failure.error()), event)
    }

    fn settle(
        &mut self,
        lease: Lease,
        number: u64,
        key: usize,
        outcome: &Result<AccessToken, Error>,
        event: Event,
    ) -> Result<(), TestCaseError> {
        let epoch = lease.epoch();
        let counts = self.histories[key].latest_lease() == number;
        prop_assert_eq!(self.cache.settle(lease, outcome, at(self.now), 7), counts);
        if counts {
            self.saw(key);
            self.record(key, event);
        }
        for judgement in tell(&mut self.callers, number, epoch, outcome)? {
            *self.seen.entry(judgement).or_default() += 1;
        }
        Ok(())
    }

    fn look(&mut self, key: usize, wish: &Wish, wanted: &Wanted) -> Result<Answer, TestCaseError> {
        let now = self.now;
        let expected = self.histories[key].answer(wanted, now);
        let for_rejection = self.histories[key].is_for_rejection(wanted, &expected);
        let published = self.cache.held(&self.keys[key]).map(|(token, fresh)| (token.clone(), fresh));
        self.saw(key);

        let found = self.cache.lookup_for(&self.keys[key], wish, at(now));
        let (token, lease, answer) = shown(found, &expected);
        prop_assert_eq!(&answer, &expected);
        *self.seen.entry(answer.name()).or_default() += 1;

        if let Some(token) = &token {
            prop_assert!(token.expires_on() > at(now), "an expired token was handed out");
            prop_assert!(wanted.rejected.as_deref() != Some(token.secret()), "who rejected a token got it again");
        }
        if wish.is_any() {
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
            let (number, not_before) = (self.handed_out, lease.not_before().map(millis));
            self.record(key, Event::Elected { lease: number, not_before, for_rejection });
            let until = not_before.unwrap_or(now) + LEASE;
            self.elections.push(Election { number, key, since: now, until });
            self.flows.push(Flow { lease, number, key });
        }
        Ok(answer)
    }

    /// What can be asked without changing anything.
    pub(crate) fn check(&self) -> Result<(), TestCaseError> {
        for (key, history) in self.histories.iter().enumerate() {
            prop_assert_eq!(self.held(key), history.token(None).map(|(_, _, token)| token.secret.clone()));
        }
        let due = self.cache.due(at(self.now));
        let expected = self.keys.iter().zip(&self.histories).filter(|(_, history)| history.due(self.now));
        let expected: BTreeSet<_> = expected.map(|(key, _)| key).collect();
        prop_assert_eq!(due.iter().collect::<BTreeSet<_>>(), expected);

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
            Operation::Lookup { key } | Operation::Come { key, .. } => Some(*key),
            Operation::Call { caller } => self.callers.get(caller % self.callers.len().max(1)).map(|caller| caller.key),
            Operation::Succeed { lease, .. }
            | Operation::Fail { lease, .. }
            | Operation::Abandon { lease, .. }
            | Operation::Crash { lease } => self.flows.get(lease % self.flows.len().max(1)).map(|flow| flow.key),
            Operation::Leave { .. } | Operation::Forward(_) | Operation::Back(_) => None,
        }
    }
}

/// A lookup in the model's words. Of a digest that rides on a lease only equality with the expected one can be seen.
fn shown(found: Lookup, expected: &Answer) -> (Option<AccessToken>, Option<Lease>, Answer) {
    match found {
        Lookup::Fresh(token) => {
            let answer = Answer::Fresh(token.secret().to_owned());
            (Some(token), None, answer)
        }
        Lookup::Stale { token, refresh: None } => {
            let answer = Answer::Stale(token.secret().to_owned());
            (Some(token), None, answer)
        }
        Lookup::Stale { token, refresh: Some(lease) } => {
            let answer = elected(&lease, Some(token.secret().to_owned()), expected);
            (Some(token), Some(lease), answer)
        }
        Lookup::Elected(lease) => {
            let answer = elected(&lease, None, expected);
            (None, Some(lease), answer)
        }
        Lookup::Busy { until } => (None, None, Answer::Busy(millis(until))),
        Lookup::Failed { error, until } => (None, None, Answer::Failed(reason(&error), millis(until))),
    }
}

fn elected(lease: &Lease, stale: Option<String>, expected: &Answer) -> Answer {
    let told = lease.request(&TokenRequest::for_resource("R").unwrap()).rejected().map(|digest| match expected {
        Answer::Elected { told: Some(secret), .. } if TokenDigest::of_secret(secret) == digest => secret.clone(),
        _ => format!("{digest:?}"),
    });
    Answer::Elected { stale, not_before: lease.not_before().map(millis), told }
}

fn reason(error: &Error) -> Reason {
    match error {
        Error::Unusable { error: UnusableToken::ExpiredOnArrival { .. }, .. } => Reason::Expired,
        Error::Unusable { error: UnusableToken::RejectedAgain, .. } => Reason::RejectedAgain,
        Error::Unusable { error: UnusableToken::RejectedTooSoon, .. } => Reason::RejectedTooSoon,
        _ => Reason::Source,
    }
}

fn millis(time: UnixTime) -> Millis {
    u64::try_from(time.as_duration().as_nanos().div_ceil(1_000_000)).unwrap()
}
