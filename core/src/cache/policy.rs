//! When a cached token is renewed, and how long a failure counts.

use core::time::Duration;

use crate::error::Error;
use crate::kind::{StatusClass, TOO_MANY_REQUESTS};
use crate::values::{AccessToken, SplitMix64, UnixTime};

/// Every number the [`TokenCache`](super::TokenCache) goes by.
///
/// Made by `RefreshPolicy::default()` and changed field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefreshPolicy {
    /// How long before it expires a token stops being usable, so that it outlasts the call it is used for and a
    /// difference between clocks; half of what is left of a token that comes with less than twice this. 30 seconds.
    pub expiry_margin: Duration,
    /// How long before it expires a token is renewed that does not live long and comes without a hint. Nobody waits for
    /// the renewal. Five minutes.
    pub renewal_margin: Duration,
    /// A token that lives this long or longer, and comes without a hint when to renew it, is renewed from half of its
    /// life on. Two hours.
    pub long_lifetime: Duration,
    /// A renewal is drawn by seed from a stretch that takes this part of the token's life, in percent, so that machines
    /// started together do not renew together. It begins when the renewal is due, or so much earlier that it ends five
    /// minutes (`renewal_margin`) before the token does. A pause becomes longer by up to this much as well. Ten; at most 100.
    pub spread_percent: u8,
    /// How long an elected caller may take before someone else is elected. Must be longer than the flow's time budget
    /// ([`RetryPolicy::time_budget`](crate::RetryPolicy::time_budget)), else a slow flow is started twice. 180 seconds.
    pub lease: Duration,
    /// The shortest time between a failure, or a renewal that changed nothing, and the next attempt. One second.
    pub failure_pause: Duration,
    /// The same after a 429 or 5xx that does not say how long to wait. Five seconds; twice as long after each further failure
    /// in a row.
    pub throttled_pause: Duration,
    /// The longest that this becomes. One minute.
    pub longest_throttled_pause: Duration,
    /// The longest time between a renewal that failed and the next, while the token at hand serves: a quarter of the time that
    /// it still does, at most this. Five minutes.
    pub renewal_pause: Duration,
    /// The shortest time between two requests for a token in place of a rejected one: a caller that rejects whatever it
    /// gets must not keep the service busy. Ten seconds.
    pub rejection_pause: Duration,
    /// The longest time that a `Retry-After` is believed for. One hour.
    pub longest_pause: Duration,
    /// How far in the future something may have been recorded and still count. Callers on several threads read the
    /// clock before they reach the cache, so a few moments are normal; more means that the clock was set back, and then
    /// what was recorded by it says nothing any more. Five seconds.
    pub clock_tolerance: Duration,
    /// How many keys are remembered. More are kept only while all of them have a flow on its way. 1024.
    pub max_entries: usize,
}

impl Default for RefreshPolicy {
    fn default() -> Self {
        Self {
            expiry_margin: Duration::from_secs(30),
            renewal_margin: Duration::from_secs(5 * 60),
            long_lifetime: Duration::from_secs(2 * 60 * 60),
            spread_percent: 10,
            lease: Duration::from_secs(180),
            failure_pause: Duration::from_secs(1),
            throttled_pause: Duration::from_secs(5),
            longest_throttled_pause: Duration::from_secs(60),
            renewal_pause: Duration::from_secs(5 * 60),
            rejection_pause: Duration::from_secs(10),
            longest_pause: Duration::from_secs(60 * 60),
            clock_tolerance: Duration::from_secs(5),
            max_entries: 1024,
        }
    }
}

impl RefreshPolicy {
    /// Until when a token that came at `obtained` is handed out.
    pub(super) fn usable_until(&self, token: &AccessToken, obtained: UnixTime) -> UnixTime {
        let left = token.expires_on().saturating_since(obtained);
        token.expires_on() - self.expiry_margin.min(left / 2)
    }

    /// From when on a token that came at `obtained` is renewed.
    ///
    /// One that comes in its last minutes gets half of what is left of its life: the service hands out what it has cached,
    /// and asking again at once would bring the same token.
    pub(super) fn refresh_at(&self, token: &AccessToken, obtained: UnixTime, seed: u64) -> UnixTime {
        let lifetime = token.expires_on().saturating_since(obtained);
        let half_life = obtained + lifetime / 2;
        let last_minutes = token.expires_on() - self.renewal_margin;
        let renewal = if last_minutes <= obtained {
            half_life
        } else {
            let wanted = match token.refresh_on() {
                Some(hint) => hint,
                None if lifetime >= self.long_lifetime => half_life,
                None => last_minutes,
            };
            let spread = self.part_of(lifetime).min(last_minutes.saturating_since(obtained) / 2);
            wanted.min(last_minutes - spread) + drawn(spread, seed)
        };
        // A hint that is already past must not keep the service busy without a pause.
        renewal.max(obtained + self.failure_pause)
    }

    /// The part of a time by which seeds make it different.
    fn part_of(&self, time: Duration) -> Duration {
        (time / 100).saturating_mul(self.spread_percent.min(100).into())
    }

    /// How long the next renewal is put off by one that failed, where the token at hand serves for that long. There is no
    /// hurry as long as it does.
    pub(super) fn renewal_pause_before(&self, left: Duration, seed: u64) -> Duration {
        let pause = self.renewal_pause.min(left / 4);
        pause.saturating_add(drawn(self.part_of(pause), seed))
    }

    /// How long a failure stands for all callers, the last of so many in a row.
    pub(super) fn pause_after(&self, error: &Error, failures: u32, seed: u64) -> Duration {
        let throttled = match error {
            Error::Endpoint { error, .. } => {
                error.status == TOO_MANY_REQUESTS || StatusClass::of(error.status) == StatusClass::ServerError
            }
            _ => false,
        };
        let unsaid = if throttled {
            let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
            self.throttled_pause.saturating_mul(doubled).min(self.longest_throttled_pause.max(self.throttled_pause))
        } else {
            self.failure_pause
        };
        let pause = error.retry_after().unwrap_or(unsaid).min(self.longest_pause).max(self.failure_pause);
        pause.saturating_add(drawn(self.part_of(pause), seed))
    }
}

/// A time of at most `limit`.
fn drawn(limit: Duration, seed: u64) -> Duration {
    let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    let drawn = SplitMix64::new(seed).next();
    Duration::from_millis(limit.checked_add(1).map_or(drawn, |count| drawn % count))
}
