//! The cache itself.

use alloc::vec::Vec;
use core::ops::Range;

use super::entry::{Attempt, Entry, Held, Period};
use super::key::CacheKey;
use super::lookup::{Epoch, Lease, Lookup};
use super::policy::RefreshPolicy;
use crate::error::Error;
use crate::values::{AccessToken, UnixTime};

/// Tokens, leases and verdicts as plain data: no lock, no clock, no waiting. A driver puts a lock around it that it never
/// holds while it waits, and does what [`Lookup`] says.
///
/// - A token is [`Fresh`](Lookup::Fresh) until it is due for renewal, then [`Stale`](Lookup::Stale) until five minutes
///   before it expires. Nobody waits in that time; one caller is elected to renew it.
/// - In the last five minutes the first caller is [`Elected`](Lookup::Elected) and must try. While it does, and after
///   it failed, everybody else gets the old token, until that really expires.
/// - Without a token one caller is [`Elected`](Lookup::Elected) and the others are told to wait
///   ([`Busy`](Lookup::Busy)), or how it has just failed ([`Failed`](Lookup::Failed)).
/// - A failure stands for all callers of its key: after a 429, a 5xx or a `Retry-After` as long as the service says, five
///   seconds when it does not, an hour at most; otherwise a second.
/// - An election is a [`Lease`] that ends by itself. The lease handed out last is the one whose outcome counts, however
///   late; an earlier one is ignored.
/// - A token that has expired when it comes is not stored: its caller may use it once. One that comes in its last five
///   minutes is stored, and asked for again after half of the time it has left.
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
    /// In the order of the keys. There are few of them, and a map would take ten times the code.
    entries: Vec<(CacheKey, Entry)>,
    policy: RefreshPolicy,
    epoch: Epoch,
}

impl TokenCache {
    /// An empty cache.
    #[must_use]
    pub const fn new(policy: RefreshPolicy) -> Self {
        Self { entries: Vec::new(), policy, epoch: Epoch::START }
    }

    /// What to do now to have a token for `key`.
    pub fn lookup(&mut self, key: &CacheKey, now: UnixTime) -> Lookup {
        self.lookup_since(key, Epoch::START, now)
    }

    /// The same for a caller who wants a token that was asked for after `since`: to force a renewal, or because a
    /// resource rejected the token at hand.
    ///
    /// Take [`epoch`](Self::epoch) when the wish comes up and keep to it when looking again after
    /// [`Busy`](Lookup::Busy): however many callers force at once, one request serves them all. A standing failure stands
    /// for them too.
    pub fn lookup_since(&mut self, key: &CacheKey, since: Epoch, now: UnixTime) -> Lookup {
        let position = position(&self.entries, key).unwrap_or_else(|_| self.insert(key, now));
        let Self { entries, policy, epoch } = self;
        let (_, entry) = &mut entries[position];
        entry.tidy(now, policy);
        let held = entry.token.as_ref().filter(|held| held.epoch > since);
        let stale = match held {
            Some(held) if held.fresh(policy).contains(&now) => return Lookup::Fresh(held.token.clone()),
            Some(held) if entry.attempt.is_some() || now < held.refresh_at => {
                return Lookup::Stale { token: held.token.clone(), refresh: None };
            }
            Some(held) if now < held.usable_until => Some(held.token.clone()),
            _ => None,
        };
        match &entry.attempt {
            Some(Attempt::Failed(error, period)) => {
                return Lookup::Failed { error: error.clone(), until: period.until };
            }
            Some(Attempt::Running(period)) => return Lookup::Busy { until: period.until },
            None => {}
        }
        *epoch = epoch.next();
        entry.epoch = *epoch;
        entry.attempt = Some(Attempt::Running(Period { since: now, until: now.saturating_add(policy.lease) }));
        let lease = Lease { key: key.clone(), epoch: *epoch };
        match stale {
            Some(token) => Lookup::Stale { token, refresh: Some(lease) },
            None => Lookup::Elected(lease),
        }
    }

    /// Takes what came of a lease. `seed` is drawn at random by the driver and spreads the renewal.
    ///
    /// A failure leaves the token at hand where it is. Answers whether the outcome counts; it does not when someone else
    /// was elected meanwhile, or too many other keys came.
    pub fn settle(&mut self, lease: Lease, outcome: &Result<AccessToken, Error>, now: UnixTime, seed: u64) -> bool {
        let Lease { key, epoch } = lease;
        let Self { entries, policy, .. } = self;
        let Some(entry) = leased(entries, &key, epoch) else { return false };
        entry.attempt = None;
        match outcome {
            Ok(token) if token.expires_on() > now => {
                entry.token = Some(Held::new(token.clone(), now, epoch, policy, seed));
            }
            Ok(_) => {
                // An expired token brings nothing, and asking for the next one at once would not either.
                if let Some(held) = &mut entry.token {
                    held.refresh_at = held.refresh_at.max(now.saturating_add(policy.failure_pause));
                }
            }
            Err(error) => {
                let until = now.saturating_add(policy.pause_after(error));
                entry.attempt = Some(Attempt::Failed(error.clone(), Period { since: now, until }));
            }
        }
        true
    }

    /// Takes a lease back from a caller that gave up, so that another one is elected at once.
    pub fn abandon(&mut self, lease: Lease) {
        let Lease { key, epoch } = lease;
        if let Some(entry) = leased(&mut self.entries, &key, epoch) {
            entry.attempt = None;
        }
    }

    /// Forgets a token that a resource rejected. Answers whether it was the one held; any other one stays.
    pub fn invalidate(&mut self, key: &CacheKey, rejected: &AccessToken) -> bool {
        let Ok(position) = position(&self.entries, key) else { return false };
        let (_, entry) = &mut self.entries[position];
        entry.token.take_if(|held| held.token.secret() == rejected.secret()).is_some()
    }

    /// The token held for a key, and the time in which a lookup answers [`Fresh`](Lookup::Fresh): what a driver
    /// publishes to readers that take no lock.
    #[must_use]
    pub fn held(&self, key: &CacheKey) -> Option<(&AccessToken, Range<UnixTime>)> {
        let held = self.entries[position(&self.entries, key).ok()?].1.token.as_ref()?;
        Some((&held.token, held.fresh(&self.policy)))
    }

    /// The present point in the order of leases, for [`lookup_since`](Self::lookup_since).
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// When the next token in store is due for renewal, for a driver that renews without being asked.
    #[must_use]
    pub fn next_refresh(&self) -> Option<UnixTime> {
        self.entries.iter().filter_map(|(_, entry)| entry.due_at()).min()
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
        position(&self.entries, key).is_ok_and(|position| self.entries[position].1.is_due(now, &self.policy))
    }

    /// Makes an empty entry for a key that has none.
    fn insert(&mut self, key: &CacheKey, now: UnixTime) -> usize {
        self.make_room(now);
        let position = position(&self.entries, key).unwrap_or_else(|position| position);
        self.entries.insert(position, (key.clone(), Entry::default()));
        position
    }

    /// Forgets what is over soonest until another key fits in, but no key with a flow on its way.
    fn make_room(&mut self, now: UnixTime) {
        while self.entries.len() >= self.policy.max_entries {
            let idle = self.entries.iter().enumerate().filter(|(_, (_, entry))| !entry.is_leased(now, &self.policy));
            let Some((position, _)) = idle.min_by_key(|(_, (_, entry))| entry.over_at()) else { return };
            self.entries.remove(position);
        }
    }
}

/// Where the entry of a key is, or where it belongs.
fn position(entries: &[(CacheKey, Entry)], key: &CacheKey) -> Result<usize, usize> {
    entries.binary_search_by(|(it, _)| it.cmp(key))
}

/// The entry that a lease is of, unless the lease is over.
fn leased<'a>(entries: &'a mut [(CacheKey, Entry)], key: &CacheKey, epoch: Epoch) -> Option<&'a mut Entry> {
    let position = position(entries, key).ok()?;
    Some(&mut entries[position].1).filter(|entry| entry.epoch == epoch)
}
