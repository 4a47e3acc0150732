//! Seeds, bounds and extreme numbers.

use std::collections::BTreeSet;
use std::time::Duration;

use managed_identity_core::{AccessToken, Error, Lookup, RefreshPolicy, TokenCache, UnixTime};
use proptest::prelude::*;

use super::answers::{outcome, token};
use super::{DAY, HOUR, START, digest, elected, key, policy, t};

fn fresh_for(policy: &RefreshPolicy, outcome: &Result<AccessToken, Error>, seed: u64) -> Duration {
    let mut cache = TokenCache::new(policy.clone());
    let lease = elected(cache.lookup(&key("R"), t(0)));
    cache.settle(lease, outcome, t(0), seed);
    let (_, fresh) = cache.held(&key("R")).unwrap();
    fresh.end.saturating_since(t(0))
}

#[test]
fn seeds_spread_the_renewals() {
    let policy = RefreshPolicy::default();
    let outcome = token(t(0), "one", DAY, None);
    let points: BTreeSet<_> = (0..200).map(|seed| fresh_for(&policy, &outcome, seed)).collect();
    let (first, last) = (*points.first().unwrap(), *points.last().unwrap());
    assert!(points.len() > 150, "{} points", points.len());
    let (tenth, half) = (Duration::from_secs(DAY / 10), Duration::from_secs(DAY / 2));
    assert!(first >= half && last <= half + tenth && last - first > tenth * 9 / 10, "{first:?} {last:?}");
    assert_eq!(fresh_for(&policy, &outcome, 9), fresh_for(&policy, &outcome, 9));
}

#[test]
fn short_tokens_that_expire_together_are_not_renewed_together() {
    let policy = RefreshPolicy::default();
    for hint in [None, Some(HOUR - 1)] {
        let outcome = token(t(0), "one", HOUR, hint);
        let points: BTreeSet<_> = (0..200).map(|seed| fresh_for(&policy, &outcome, seed).as_secs()).collect();
        let (first, last) = (*points.first().unwrap(), *points.last().unwrap());
        assert!(first >= HOUR - 660 && last <= HOUR - 300 && last - first > 300, "{first} {last}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_renewal_is_drawn_from_a_part_of_the_life_before_the_last_minutes(
        lifetime in 301..200_000_u64,
        hint in prop::option::of(0..300_000_u64),
        percent in 0..=100_u8,
        seed: u64,
    ) {
        let policy = policy(|policy| policy.spread_percent = percent);
        let fresh = fresh_for(&policy, &token(t(0), "one", lifetime, hint), seed);
        let last_minutes = Duration::from_secs(lifetime - 300);
        let spread = (Duration::from_secs(lifetime) / 100 * u32::from(percent)).min(last_minutes / 2);
        let due = match hint {
            Some(hint) => Duration::from_secs(hint),
            None if lifetime >= 2 * HOUR => Duration::from_secs(lifetime) / 2,
            None => last_minutes,
        };
        let begin = due.min(last_minutes - spread);
        let moment = Duration::from_secs(1);
        prop_assert!(fresh >= begin.max(moment) && fresh <= (begin + spread).max(moment), "{fresh:?}");
    }

    #[test]
    fn no_number_is_too_large(
        numbers in prop::collection::vec(prop::sample::select(vec![0, 1, 300, u64::MAX]), 10),
        expires_in in prop::sample::select(vec![1, 300, u64::MAX]),
        retry_after in prop::sample::select(vec![0, 1, u64::MAX]),
        now in prop::sample::select(vec![0, START, u64::MAX]),
    ) {
        let number = |index: usize| Duration::from_secs(numbers[index]);
        let policy = policy(|policy| {
            policy.expiry_margin = number(0);
            policy.long_lifetime = number(1);
            policy.spread_percent = u8::try_from(numbers[2]).unwrap_or(u8::MAX);
            policy.lease = number(3);
            policy.failure_pause = number(4);
            policy.throttled_pause = number(5);
            policy.longest_throttled_pause = number(2);
            policy.renewal_pause = number(4);
            policy.longest_pause = number(6);
            policy.clock_tolerance = number(7);
            policy.renewal_margin = number(8);
            policy.rejection_pause = number(9);
            policy.max_entries = usize::try_from(numbers[0]).unwrap_or(usize::MAX);
        });
        let mut cache = TokenCache::new(policy);
        let now = UnixTime::from_secs(now);
        for outcome in [outcome(now, 429, Some(retry_after), ""), token(now, "one", expires_in, Some(u64::MAX))] {
            if let Lookup::Elected(lease) = cache.lookup(&key("R"), now) {
                cache.settle(lease, &outcome, now, u64::MAX);
            }
            let wish = cache.reject(&key("R"), digest("one"), now);
            if let Lookup::Elected(lease) = cache.lookup_for(&key("R"), &wish, now) {
                cache.abandon(lease, Some(now + Duration::from_secs(retry_after)));
            }
            drop((cache.lookup(&key("R"), now), cache.next_refresh(), cache.due(now)));
        }
    }
}
