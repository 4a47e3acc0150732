//! How many keys are remembered.

use managed_identity_core::{Lease, TokenCache};

use super::answers::{outcome, token};
use super::{DAY, HOUR, elected, key, policy, shown, t};

#[test]
fn what_is_over_soonest_makes_room() {
    let mut cache = TokenCache::new(policy(|policy| policy.max_entries = 3));
    let on_its_way = elected(cache.lookup(&key("on its way"), t(0)));
    for (resource, expires_in) in [("hour", HOUR), ("day", DAY), ("half-day", DAY / 2)] {
        let lease = elected(cache.lookup(&key(resource), t(0)));
        cache.settle(lease, &token(t(0), resource, expires_in, None), t(0), 1);
    }
    assert!(cache.held(&key("hour")).is_none());
    assert!(cache.held(&key("day")).is_some() && cache.held(&key("half-day")).is_some());
    assert_eq!(shown(cache.lookup(&key("on its way"), t(1))), "busy 180");

    cache.settle(on_its_way, &outcome(t(1), 429, None, ""), t(1), 1);
    drop(elected(cache.lookup(&key("new"), t(2))));
    assert_eq!(shown(cache.lookup(&key("day"), t(2))), "fresh day");
    assert_eq!(shown(cache.lookup(&key("half-day"), t(2))), "fresh half-day");
    assert_eq!(shown(cache.lookup(&key("on its way"), t(2))), "elected", "a verdict goes before a token");
}

#[test]
fn flows_on_their_way_are_never_forgotten() {
    let mut cache = TokenCache::new(policy(|policy| policy.max_entries = 1));
    let leases: Vec<Lease> = ["A", "B", "C"].map(|resource| elected(cache.lookup(&key(resource), t(0)))).into();
    for resource in ["A", "B", "C"] {
        assert_eq!(shown(cache.lookup(&key(resource), t(1))), "busy 180");
    }
    leases.into_iter().for_each(|lease| cache.abandon(lease, None));
    drop(elected(cache.lookup(&key("D"), t(181))));
    drop(elected(cache.lookup(&key("E"), t(362))));
    assert_eq!(shown(cache.lookup(&key("D"), t(363))), "elected", "a lease that is over makes room");
}

#[test]
fn an_eighth_is_forgotten_at_once_and_only_what_is_over_soonest() {
    let name = |index: usize| format!("R{index}");
    // Wherever it stands among many that are over at the same time.
    for soonest in 4..16 {
        let mut cache = TokenCache::new(policy(|policy| policy.max_entries = 16));
        for index in 0..16 {
            let life = if index < 4 { DAY } else { HOUR };
            let life = if index == soonest { HOUR / 2 } else { life };
            let lease = elected(cache.lookup(&key(&name(index)), t(0)));
            cache.settle(lease, &token(t(0), "secret", life, None), t(0), 1);
        }
        drop(elected(cache.lookup(&key("new"), t(1))));
        let left = |cache: &TokenCache| -> Vec<usize> {
            (0..16).filter(|index| cache.held(&key(&name(*index))).is_some()).collect()
        };
        let kept = left(&cache);
        assert_eq!(kept.len(), 16 - 3, "an eighth and one: {kept:?}");
        assert!(!kept.contains(&soonest) && kept.starts_with(&[0, 1, 2, 3]), "{kept:?}");
        // So the next one needs no room to be made, nor does one that is known.
        drop((elected(cache.lookup(&key("newer"), t(1))), cache.lookup(&key("R0"), t(1))));
        assert_eq!(left(&cache), kept);
    }
}

#[test]
fn what_is_still_to_be_waited_for_is_not_over() {
    let mut cache = TokenCache::new(policy(|policy| policy.max_entries = 2));
    let throttled = elected(cache.lookup(&key("throttled"), t(0)));
    cache.abandon(throttled, Some(t(600)));
    let failing = elected(cache.lookup(&key("failing"), t(0)));
    cache.settle(failing, &outcome(t(0), 404, None, ""), t(0), 1);
    drop(elected(cache.lookup(&key("new"), t(0))));
    assert_eq!(elected(cache.lookup(&key("throttled"), t(1))).not_before(), Some(t(600)));
}

#[test]
fn of_many_that_are_over_together_only_as_many_go_as_it_takes() {
    let mut cache = TokenCache::new(policy(|policy| policy.max_entries = 32));
    let keys: Vec<_> = (0..32).map(|index| key(&format!("R{index}"))).collect();
    for (index, key) in keys.iter().enumerate() {
        let life = if index < 3 { HOUR / 2 } else { HOUR };
        let lease = elected(cache.lookup(key, t(0)));
        cache.settle(lease, &token(t(0), "secret", life, None), t(0), 1);
    }
    drop(elected(cache.lookup(&key("new"), t(1))));
    let kept = keys.iter().filter(|key| cache.held(key).is_some()).count();
    assert_eq!(kept, 32 - 5, "the three that are over first, and two of the others");
}
