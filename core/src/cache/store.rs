//! The cache itself.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use super::entry::{Attempt, Entry, Held, Period, Rejection};
use super::key::CacheKey;
use super::lookup::{Epoch, Lease, Lookup};
use super::policy::RefreshPolicy;
use super::wish::Wish;
use crate::error::{Error, UnusableToken};
use crate::values::{AccessToken, TokenDigest, UnixTime};

/// Tokens, leases and verdicts as plain data: no lock, no clock, no waiting. A driver puts a lock around it that it never
/// holds while it waits, and does what [`Lookup`] says.
///
/// - A token is [`Fresh`](Lookup::Fresh) until it is due for renewal, then [`Stale`](Lookup::Stale) until 30 seconds before
///   it expires. Nobody waits in that time; one caller is elected to renew it. When the renewal fails, everybody goes on
///   getting the old token, which is fresh again until the next attempt: after a quarter of the time that it still serves, five
///   minutes at most.
/// - Without a usable token one caller is [`Elected`](Lookup::Elected) and the others are told to wait
///   ([`Busy`](Lookup::Busy)), or how it has just failed ([`Failed`](Lookup::Failed)).
/// - A failure stands for all callers of its key: after a 429, a 5xx or a `Retry-After` as long as the service says, an
///   hour at most; when it does not say, five seconds, and twice as long after each further failure in a row, up to a minute.
///   Other failures stand for a second. All pauses become up to a tenth longer by seed.
/// - An election is a [`Lease`] that ends by itself. The lease handed out last is the one whose outcome counts, however
///   late; an earlier one is ignored. A lease that is given back early hands on what was still to be waited for.
/// - A token that has expired when it comes is not stored: those who waited for it may use it, and the next request is made
///   a second later. One that comes in its last minutes is renewed after half of the time it has left.
/// - A rejected token stays at hand for others until another one is there, but not for who rejected it. Flows begun before
///   the rejection are no answer to it, one request in ten seconds is made for it, and a source that gives the same token
///   again is told by an error of its own.
/// - A clock that is set back ends what was recorded in its future; what was once seen to be over does not come back.
///
/// The numbers are those of [`RefreshPolicy`]. One key never affects another, except that the one that is over soonest
/// is forgotten when there are too many.
///
/// ```
/// use managed_identity_core::{
///     AccessToken, CacheKey, Lookup, RefreshPolicy, Source, SourceKind, TokenCache, TokenRequest, UnixTime,
/// };
///
/// let source = Source::imds("http://169.254.169.254")?;
/// let key = CacheKey::new(&source, &TokenRequest::for_resource("https://vault.azure.net")?);
/// let mut cache = TokenCache::new(RefreshPolicy::default());
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let Lookup::Elected(lease) = cache.lookup(&key, now) else { panic!() };
/// assert!(matches!(cache.lookup(&key, now), Lookup::Busy { .. }));
///
/// // The elected caller drives a flow to its end and hands over what came of it.
/// let expires_on = UnixTime::from_secs(1_700_003_600);
/// let token = AccessToken::new("eyJ...", key.resource(), expires_on, SourceKind::Imds);
/// cache.settle(lease, &Ok(token), now, 42);
/// assert!(matches!(cache.lookup(&key, now), Lookup::Fresh(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TokenCache {
    entries: BTreeMap<CacheKey, Box<Entry>>,
    policy: RefreshPolicy,
    epoch: Epoch,
}

impl TokenCache {
    /// An empty cache.
    #[must_use]
    pub const fn new(policy: RefreshPolicy) -> Self {
        Self { entries: BTreeMap::new(), policy, epoch: Epoch::START }
    }

    /// What to do now to have a usable token for `key`.
    pub fn lookup(&mut self, key: &CacheKey, now: UnixTime) -> Lookup {
        self.lookup_for(key, &Wish::default(), now)
    }

    /// The same for a caller who does not accept any usable token.
    ///
    /// Take the wish when it comes up, by [`renewed`](Self::renewed) or [`reject`](Self::reject), and keep to it when
    /// looking again after [`Busy`](Lookup::Busy): however many callers have the same wish at once, one request serves them
    /// all.
    pub fn lookup_for(&mut self, key: &CacheKey, wish: &Wish, now: UnixTime) -> Lookup {
        self.make_room(key, now);
        let Self { entries, policy, epoch } = self;
        let entry = entries.entry(key.clone()).or_default();
        entry.tidy(now, policy);
        let stale = match entry.token.as_ref().filter(|held| held.meets(wish)) {
            Some(held) if now < held.refresh_at => return Lookup::Fresh(held.token.clone()),
            Some(held) if entry.attempt.is_some() => {
                return Lookup::Stale { token: held.token.clone(), refresh: None };
            }
            Some(held) => Some(held.token.clone()),
            None => None,
        };
        match &entry.attempt {
            Some(Attempt::Failed(error, period)) => {
                return Lookup::Failed { error: error.clone(), until: period.until };
            }
            Some(Attempt::Running(period)) => return Lookup::Busy { until: period.until },
            None => {}
        }
        // A renewal that is due anyway is no request for the sake of a rejection.
        if stale.is_none()
            && wish.rejected.is_some()
            && let Some(rejection) = &mut entry.rejection
        {
            if now < rejection.next && now + policy.rejection_pause >= rejection.next {
                let error = Error::unusable(UnusableToken::RejectedTooSoon, key.source(), key.resource());
                return Lookup::Failed { error, until: rejection.next };
            }
            rejection.next = now + policy.rejection_pause;
        }
        *epoch = epoch.next();
        entry.epoch = *epoch;
        let not_before = entry.pending.take().map(|pending| pending.until);
        // Counted from when the flow may begin.
        let until = not_before.unwrap_or(now) + policy.lease;
        entry.attempt = Some(Attempt::Running(Period { since: now, until }));
        let rejected = entry.rejection.filter(|rejection| !rejection.is_replaced).map(|rejection| rejection.digest);
        let lease = Lease { key: key.clone(), epoch: *epoch, since: now, not_before, rejected };
        match stale {
            Some(token) => Lookup::Stale { token, refresh: Some(lease) },
            None => Lookup::Elected(lease),
        }
    }

    /// The wish for a token that is asked for from now on, whatever is at hand.
    #[must_use]
    pub const fn renewed(&self) -> Wish {
        Wish { since: self.epoch, rejected: None }
    }

    /// The wish for a token in place of one that a resource rejected.
    ///
    /// The rejected one is remembered by its digest, and stays at hand for others until another one is there. Whoever comes
    /// late, when it has been replaced already, gets the replacement.
    pub fn reject(&mut self, key: &CacheKey, rejected: TokenDigest, now: UnixTime) -> Wish {
        self.make_room(key, now);
        let Self { entries, policy, epoch } = self;
        let entry = entries.entry(key.clone()).or_default();
        entry.tidy(now, policy);
        let known = entry.rejection.filter(|known| known.digest == rejected);
        let is_other = entry.token.as_ref().is_some_and(|held| TokenDigest::of(&held.token) != rejected);
        let since = match known {
            Some(known) => known.barrier,
            // Somebody else's token is at hand already.
            None if is_other => Epoch::START,
            None => {
                let next = entry.rejection.map_or(UnixTime::default(), |earlier| earlier.next);
                let barrier = *epoch;
                entry.rejection = Some(Rejection { digest: rejected, barrier, is_replaced: false, next });
                barrier
            }
        };
        Wish { since, rejected: Some(rejected) }
    }

    /// Takes what came of a lease. `seed` is drawn at random by the driver and spreads the renewal.
    ///
    /// A failure leaves the token at hand where it is. Answers whether the outcome counts; it does not when someone else
    /// was elected meanwhile, or too many other keys came.
    pub fn settle(&mut self, lease: Lease, outcome: &Result<AccessToken, Error>, now: UnixTime, seed: u64) -> bool {
        let Lease { key, epoch, .. } = lease;
        let Self { entries, policy, .. } = self;
        let Some(entry) = leased(entries, &key, epoch) else { return false };
        entry.tidy(now, policy);
        entry.attempt = None;
        let token = match outcome {
            Ok(token) => token,
            Err(error) => {
                entry.failures = entry.failures.saturating_add(1);
                let until = now + policy.pause_after(error, entry.failures, seed);
                if let Some(held) = &mut entry.token {
                    held.put_off(now, policy, seed);
                }
                entry.attempt = Some(Attempt::Failed(error.clone(), Period { since: now, until }));
                return true;
            }
        };
        entry.failures = 0;
        let rejection = entry.rejection.filter(|it| it.digest == TokenDigest::of(token));
        let is_rejected = rejection.is_some();
        let useless = if token.expires_on() <= now {
            Some((UnusableToken::ExpiredOnArrival { clock_ahead_by: token.clock_ahead_by() }, policy.failure_pause))
        } else if rejection.is_some_and(|it| epoch <= it.barrier) && entry.token.is_some() {
            // The source was asked before the rejection, and has yet to be told of it.
            return true;
        } else if is_rejected && entry.token.is_some() {
            Some((UnusableToken::RejectedAgain, policy.rejection_pause))
        } else {
            None
        };
        if let Some((reason, pause)) = useless {
            // Asking again at once would bring the same.
            let error = Error::unusable(reason, token.source(), token.resource());
            entry.attempt = Some(Attempt::Failed(error, Period { since: now, until: now + pause }));
            return true;
        }
        if let Some(rejection) = &mut entry.rejection {
            // What was begun before the rejection may have been made before it too.
            rejection.is_replaced = !is_rejected && epoch > rejection.barrier;
        }
        entry.token = Some(Held::new(token.clone(), now, epoch, policy, seed));
        true
    }

    /// Takes a lease back from a flow that was given up. `not_before` is what it was still to wait for; the next one begins
    /// then.
    pub fn abandon(&mut self, lease: Lease, not_before: Option<UnixTime>) {
        let Lease { key, epoch, since, not_before: inherited, .. } = lease;
        if let Some(entry) = leased(&mut self.entries, &key, epoch) {
            entry.attempt = None;
            entry.pending = not_before.max(inherited).map(|until| Period { since, until });
        }
    }

    /// The token held for a key, and the time in which a lookup answers [`Fresh`](Lookup::Fresh): what a driver
    /// publishes to readers that take no lock.
    #[must_use]
    pub fn held(&self, key: &CacheKey) -> Option<(&AccessToken, Range<UnixTime>)> {
        let held = self.entries.get(key)?.token.as_ref()?;
        Some((&held.token, held.fresh(&self.policy)))
    }

    /// When the next token in store is due for renewal, for a driver that renews without being asked.
    #[must_use]
    pub fn next_refresh(&self) -> Option<UnixTime> {
        self.entries.values().filter_map(|entry| entry.due_at()).min()
    }

    /// When the token held for one key is due for renewal, or a failed renewal may be tried again; `None` where there is no
    /// token, or it is over before.
    #[must_use]
    pub fn due_at(&self, key: &CacheKey) -> Option<UnixTime> {
        self.entries.get(key).and_then(|entry| entry.due_at())
    }

    /// The keys whose token is due for renewal now: a lookup of them elects its caller.
    #[must_use]
    pub fn due(&self, now: UnixTime) -> Vec<CacheKey> {
        let due = self.entries.iter().filter(|(_, entry)| entry.is_due(now, &self.policy));
        due.map(|(key, _)| key.clone()).collect()
    }

    /// Whether the token held for one key is among those.
    #[must_use]
    pub fn is_due(&self, key: &CacheKey, now: UnixTime) -> bool {
        self.entries.get(key).is_some_and(|entry| entry.is_due(now, &self.policy))
    }

    /// Forgets what is over soonest until a new key fits in, but no key with a flow on its way. An eighth is forgotten at
    /// once, so that a full cache is not looked through for every new key.
    fn make_room(&mut self, key: &CacheKey, now: UnixTime) {
        if self.entries.len() < self.policy.max_entries || self.entries.contains_key(key) {
            return;
        }
        let policy = &self.policy;
        let idle = self.entries.values().filter(|entry| !entry.is_leased(now, policy));
        let mut ends: Vec<UnixTime> = idle.map(|entry| entry.over_at()).collect();
        let excess = self.entries.len() - policy.max_entries;
        let most = (excess + policy.max_entries / 8 + 1).min(ends.len());
        let Some(last) = most.checked_sub(1) else { return };
        let (sooner, last, _) = ends.select_nth_unstable(last);
        // Of those that are over at the same time as the last to go, only as many as it takes.
        let mut ties = most - sooner.iter().filter(|end| *end < last).count();
        self.entries.retain(|_, entry| {
            let end = entry.over_at();
            if end > *last || entry.is_leased(now, policy) {
                return true;
            }
            let is_tie = end == *last;
            let stays = is_tie && ties == 0;
            ties -= usize::from(is_tie && !stays);
            stays
        });
    }
}

/// The entry that a lease is of, unless the lease is over.
fn leased<'a>(
    entries: &'a mut BTreeMap<CacheKey, Box<Entry>>,
    key: &CacheKey,
    epoch: Epoch,
) -> Option<&'a mut Box<Entry>> {
    entries.get_mut(key).filter(|entry| entry.epoch == epoch)
}
