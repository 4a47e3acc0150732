//! Forced renewals and rejected tokens.

use managed_identity_core::{Epoch, TokenCache};

use super::answers::{outcome, token};
use super::{CALLERS, DAY, HOUR, ask, cache, elected, holding, key, shown, t};

#[test]
fn only_the_rejected_token_is_forgotten() {
    let mut cache = holding("one", HOUR, None);
    let other = token(t(0), "other", HOUR, None).unwrap();
    assert!(!cache.invalidate(&key("R"), &other));
    assert_eq!(ask(&mut cache, 1), "fresh one");
    let same_text = token(t(7), "one", 60, None).unwrap();
    assert!(!cache.invalidate(&key("S"), &same_text));
    assert!(cache.invalidate(&key("R"), &same_text));
    assert!(!cache.invalidate(&key("R"), &same_text));
    assert_eq!(ask(&mut cache, 1), "elected");
}

#[test]
fn a_rejection_leaves_a_renewal_on_its_way() {
    let mut cache = holding("one", DAY, Some(600));
    let lease = elected(cache.lookup(&key("R"), t(600)));
    assert!(cache.invalidate(&key("R"), &token(t(0), "one", DAY, None).unwrap()));
    assert_eq!(ask(&mut cache, 600), "busy 750");
    cache.settle(lease, &token(t(601), "two", DAY, None), t(601), 1);
    assert_eq!(ask(&mut cache, 601), "fresh two");
}

fn force(cache: &mut TokenCache, since: Epoch, seconds: u64) -> String {
    shown(cache.lookup_since(&key("R"), since, t(seconds)))
}

#[test]
fn one_request_serves_all_who_force() {
    let mut cache = holding("one", HOUR, None);
    let since = cache.epoch();
    let lease = elected(cache.lookup_since(&key("R"), since, t(0)));
    for _ in 0..CALLERS {
        assert_eq!(force(&mut cache, since, 0), "busy 150");
    }
    assert_eq!(ask(&mut cache, 0), "fresh one");
    cache.settle(lease, &token(t(0), "two", HOUR, None), t(0), 1);
    for _ in 0..CALLERS {
        assert_eq!(force(&mut cache, since, 0), "fresh two");
    }
    let again = cache.epoch();
    assert_eq!(force(&mut cache, again, 0), "elected");
}

#[test]
fn who_forces_is_not_served_by_a_request_from_before() {
    let mut cache = cache();
    let early = elected(cache.lookup(&key("R"), t(0)));
    let since = cache.epoch();
    assert_eq!(force(&mut cache, since, 0), "busy 150");
    cache.settle(early, &token(t(1), "one", HOUR, None), t(1), 1);
    assert_eq!(ask(&mut cache, 1), "fresh one");
    assert_eq!(force(&mut cache, since, 1), "elected");
}

#[test]
fn who_forces_gets_the_failure_and_the_others_keep_the_token() {
    let mut cache = holding("one", HOUR, None);
    let since = cache.epoch();
    let lease = elected(cache.lookup_since(&key("R"), since, t(0)));
    cache.settle(lease, &outcome(t(0), 429, Some(30), ""), t(0), 1);
    assert_eq!(force(&mut cache, since, 29), "failed 30");
    let later = cache.epoch();
    assert_eq!(force(&mut cache, later, 29), "failed 30");
    assert_eq!(ask(&mut cache, 29), "fresh one");
    assert_eq!(force(&mut cache, since, 30), "elected");
}

#[test]
fn a_late_outcome_counts_even_when_the_old_token_was_rejected_meanwhile() {
    let mut cache = holding("one", HOUR, None);
    let since = cache.epoch();
    let late = elected(cache.lookup_since(&key("R"), since, t(0)));
    assert_eq!(ask(&mut cache, 200), "fresh one");
    assert!(cache.invalidate(&key("R"), &token(t(0), "one", HOUR, None).unwrap()));
    assert!(cache.settle(late, &token(t(201), "two", HOUR, None), t(201), 1));
    assert_eq!(ask(&mut cache, 201), "fresh two");
}
