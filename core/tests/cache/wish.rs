//! Callers who do not accept any usable token.

use managed_identity_core::Wish;

use super::answers::{outcome, token};
use super::{CALLERS, HOUR, ask, ask_for, cache, digest, elected, holding, key, t};

#[test]
fn the_default_wish_accepts_any_usable_token() {
    let mut cache = holding("one", HOUR, None);
    assert!(Wish::default().is_any());
    assert!(!cache.renewed().is_any());
    assert_eq!(ask_for(&mut cache, &Wish::default(), 0), "fresh one");
}

#[test]
fn one_request_serves_all_who_force() {
    let mut cache = holding("one", HOUR, None);
    let wish = cache.renewed();
    let lease = elected(cache.lookup_for(&key("R"), &wish, t(0)));
    for _ in 0..CALLERS {
        assert_eq!(ask_for(&mut cache, &wish, 0), "busy 180");
    }
    assert_eq!(ask(&mut cache, 0), "fresh one");
    cache.settle(lease, &token(t(0), "two", HOUR, None), t(0), 1);
    for _ in 0..CALLERS {
        assert_eq!(ask_for(&mut cache, &wish, 0), "fresh two");
    }
    let again = cache.renewed();
    assert_eq!(ask_for(&mut cache, &again, 0), "elected");
}

#[test]
fn who_forces_is_not_served_by_a_request_from_before() {
    let mut cache = cache();
    let early = elected(cache.lookup(&key("R"), t(0)));
    let epoch = early.epoch();
    let wish = cache.renewed();
    assert_eq!(ask_for(&mut cache, &wish, 0), "busy 180");
    let one = token(t(1), "one", HOUR, None);
    cache.settle(early, &one, t(1), 1);
    assert!(wish.judge(epoch, &one).is_none());
    assert_eq!(Wish::default().judge(epoch, &one).unwrap().unwrap().secret(), "one");
    assert_eq!(ask(&mut cache, 1), "fresh one");

    let late = elected(cache.lookup_for(&key("R"), &wish, t(1)));
    assert!(wish.judge(late.epoch(), &one).is_some_and(|outcome| outcome.is_ok()), "the same again is no error here");
    let failure = outcome(t(1), 503, None, "");
    assert!(wish.judge(late.epoch(), &failure).is_some_and(|outcome| outcome.is_err()));
}

#[test]
fn who_forces_gets_the_failure_and_the_others_keep_the_token() {
    let mut cache = holding("one", HOUR, None);
    let wish = cache.renewed();
    let lease = elected(cache.lookup_for(&key("R"), &wish, t(0)));
    cache.settle(lease, &outcome(t(0), 429, Some(30), ""), t(0), 1);
    assert_eq!(ask_for(&mut cache, &wish, 29), "failed 30");
    let later = cache.renewed();
    assert_eq!(ask_for(&mut cache, &later, 29), "failed 30");
    assert_eq!(ask(&mut cache, 29), "fresh one");
    assert_eq!(ask_for(&mut cache, &wish, 30), "elected");
}

#[test]
fn a_forced_renewal_that_brings_an_expired_token_has_a_pause() {
    let mut cache = holding("one", HOUR, None);
    let wish = cache.renewed();
    let lease = elected(cache.lookup_for(&key("R"), &wish, t(0)));
    cache.settle(lease, &token(t(0), "old", 0, None), t(0), 1);
    assert_eq!(ask_for(&mut cache, &wish, 0), "failed 1");
    assert_eq!(ask(&mut cache, 0), "fresh one");
    assert_eq!(ask_for(&mut cache, &wish, 1), "elected");
}

#[test]
fn two_wishes_at_once_are_both_kept() {
    let mut cache = holding("one", HOUR, None);
    let rejected = cache.reject(&key("R"), digest("one"), t(0));
    let lease = elected(cache.lookup_for(&key("R"), &rejected, t(0)));
    cache.settle(lease, &token(t(0), "two", HOUR, None), t(0), 1);
    let both = rejected.and(cache.renewed());
    assert_eq!(ask_for(&mut cache, &rejected, 1), "fresh two");
    assert_eq!(ask_for(&mut cache, &both, 10), "elected", "asked for from now on");
    let again = both.and(Wish::default());
    assert_eq!(again, both);
    assert!(
        both.judge(elected(cache.lookup(&key("S"), t(1))).epoch(), &token(t(1), "one", HOUR, None)).unwrap().is_err()
    );
}
