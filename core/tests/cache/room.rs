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
    assert_eq!(shown(cache.lookup(&key("on its way"), t(1))), "busy 150");

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
        assert_eq!(shown(cache.lookup(&key(resource), t(1))), "busy 150");
    }
    leases.into_iter().for_each(|lease| cache.abandon(lease));
    drop(elected(cache.lookup(&key("D"), t(151))));
    drop(elected(cache.lookup(&key("E"), t(302))));
    assert_eq!(shown(cache.lookup(&key("D"), t(303))), "elected", "a lease that is over makes room");
}
