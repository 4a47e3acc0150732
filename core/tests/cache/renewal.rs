//! When a token is good, when it is renewed, and by whom.

use std::collections::BTreeSet;

use managed_identity_core::{Error, Lookup, SourceKind, UnixTime, UnusableToken};

use super::answers::{outcome, token};
use super::{CALLERS, DAY, HOUR, START, ask, ask_for, cache, elected, fail, held, holding, key, t};

#[test]
fn a_short_token_is_renewed_from_five_minutes_before_its_end_and_nobody_waits() {
    let mut cache = holding("one", HOUR, None);
    assert_eq!(ask(&mut cache, HOUR - 301), "fresh one");
    let lease = elected(cache.lookup(&key("R"), t(HOUR - 300)));
    for _ in 0..CALLERS {
        assert_eq!(ask(&mut cache, HOUR - 300), "stale one");
    }
    cache.settle(lease, &token(t(HOUR - 298), "two", HOUR, None), t(HOUR - 298), 1);
    assert_eq!(ask(&mut cache, HOUR - 298), "fresh two");
}

#[test]
fn no_token_is_handed_out_in_its_last_thirty_seconds() {
    let mut cache = holding("one", HOUR, None);
    assert_eq!(ask(&mut cache, HOUR - 31), "renew one");
    assert_eq!(ask(&mut cache, HOUR - 31), "stale one");
    assert_eq!(ask(&mut cache, HOUR - 30), format!("busy {}", HOUR - 31 + 180));
    assert_eq!(held(&cache), None);

    let mut unattended = holding("one", HOUR, None);
    assert_eq!(ask(&mut unattended, HOUR - 30), "elected");
}

#[test]
fn a_token_that_comes_with_less_than_a_minute_serves_for_half_of_it() {
    let mut cache = holding("one", 40, None);
    assert_eq!(ask(&mut cache, 19), "fresh one");
    assert_eq!(ask(&mut cache, 20), "elected");
}

#[test]
fn in_the_last_five_minutes_a_failed_renewal_keeps_nobody_from_the_old_token() {
    let mut cache = holding("one", HOUR, None);
    let lease = elected(cache.lookup(&key("R"), t(HOUR - 299)));
    cache.settle(lease, &outcome(t(HOUR - 290), 500, None, ""), t(HOUR - 290), 1);
    // A quarter of the 260 seconds that it still serves.
    assert_eq!(ask(&mut cache, HOUR - 226), "fresh one");
    let lease = elected(cache.lookup(&key("R"), t(HOUR - 225)));
    assert_eq!(ask(&mut cache, HOUR - 225), "stale one");
    cache.settle(lease, &outcome(t(HOUR - 224), 503, Some(600), ""), t(HOUR - 224), 1);
    assert_eq!(ask(&mut cache, HOUR - 176), "fresh one");
    assert_eq!(ask(&mut cache, HOUR - 31), "stale one");
    assert_eq!(ask(&mut cache, HOUR - 30), "failed 3976");
}

#[test]
fn a_token_that_is_over_leaves_the_failure() {
    let mut cache = holding("one", HOUR, None);
    fail(&mut cache, HOUR - 32, 500, None);
    assert_eq!(ask(&mut cache, HOUR - 31), "stale one");
    assert_eq!(ask(&mut cache, HOUR - 30), "failed 3573");
    assert_eq!(ask(&mut cache, HOUR - 27), "elected");
}

#[test]
fn a_long_token_is_renewed_from_half_its_life_on_and_nobody_waits() {
    let mut cache = holding("one", DAY, None);
    assert_eq!(ask(&mut cache, DAY / 2 - 1), "fresh one");
    let lease = elected(cache.lookup(&key("R"), t(DAY / 2)));
    assert_eq!(ask(&mut cache, DAY / 2), "stale one");
    cache.settle(lease, &token(t(DAY / 2), "two", DAY, None), t(DAY / 2), 1);
    assert_eq!(ask(&mut cache, DAY / 2), "fresh two");
}

#[test]
fn long_begins_at_two_hours() {
    let mut long = holding("one", 2 * HOUR, None);
    assert_eq!(ask(&mut long, HOUR - 1), "fresh one");
    assert_eq!(ask(&mut long, HOUR), "renew one");
    let mut short = holding("one", 2 * HOUR - 1, None);
    assert_eq!(ask(&mut short, 2 * HOUR - 302), "fresh one");
    assert_eq!(ask(&mut short, 2 * HOUR - 301), "renew one");
}

#[test]
fn the_services_hint_comes_before_half_life() {
    for (hint, renewed) in [(600, 600), (20 * HOUR, 20 * HOUR), (0, 1)] {
        let mut cache = holding("one", DAY, Some(hint));
        assert_eq!(ask(&mut cache, renewed - 1), "fresh one", "{hint}");
        assert_eq!(ask(&mut cache, renewed), "renew one", "{hint}");
    }
    let mut beyond = holding("one", HOUR, Some(DAY));
    assert_eq!(ask(&mut beyond, HOUR - 301), "fresh one");
    assert_eq!(ask(&mut beyond, HOUR - 300), "renew one");
}

#[test]
fn a_failed_renewal_keeps_the_token_and_waits_before_the_next() {
    let mut cache = holding("one", DAY, Some(600));
    fail(&mut cache, 600, 429, Some(400));
    assert_eq!(ask(&mut cache, 999), "stale one");
    // There is no hurry while the token serves, but for who wants another one.
    fail(&mut cache, 1000, 404, None);
    let renewed = cache.renewed();
    assert_eq!(ask_for(&mut cache, &renewed, 1000), "failed 1001");
    assert_eq!(ask(&mut cache, 1299), "fresh one");
    assert_eq!(ask(&mut cache, 1300), "renew one");
}

#[test]
fn renewals_that_fail_come_more_often_the_less_time_is_left() {
    let mut cache = holding("one", HOUR, None);
    let mut now = t(HOUR - 300);
    let mut pauses = Vec::new();
    while let Lookup::Stale { refresh: Some(lease), .. } = cache.lookup(&key("R"), now) {
        cache.settle(lease, &outcome(now, 404, None, ""), now, 1);
        let Some(next) = cache.due_at(&key("R")) else { break };
        pauses.push(next.saturating_since(now));
        now = next;
    }
    assert!(pauses.is_sorted_by(|earlier, later| earlier >= later) && (5..20).contains(&pauses.len()), "{pauses:?}");
}

#[test]
fn a_token_that_has_expired_on_arrival_is_a_failure_for_a_moment() {
    let mut cache = holding("old", 0, None);
    assert_eq!(held(&cache), None);
    for _ in 0..CALLERS {
        let Lookup::Failed { error, until } = cache.lookup(&key("R"), t(0)) else { panic!() };
        let Error::Unusable { error, source_kind, resource } = error else { panic!("{error}") };
        assert_eq!(error, UnusableToken::ExpiredOnArrival { clock_ahead_by: None });
        assert_eq!((source_kind, &*resource, until), (SourceKind::Imds, "R", t(1)));
    }
    assert_eq!(ask(&mut cache, 1), "elected");
}

#[test]
fn a_renewal_that_brings_an_expired_token_leaves_the_old_one() {
    let mut cache = holding("one", DAY, Some(600));
    let lease = elected(cache.lookup(&key("R"), t(600)));
    cache.settle(lease, &token(t(600), "old", 0, None), t(600), 1);
    assert_eq!(ask(&mut cache, 600), "stale one");
    assert_eq!(ask(&mut cache, 601), "renew one");
}

#[test]
fn a_token_that_comes_in_its_last_five_minutes_is_asked_for_again_after_half_of_what_is_left() {
    let mut cache = holding("one", 240, None);
    assert_eq!(ask(&mut cache, 119), "fresh one");
    let lease = elected(cache.lookup(&key("R"), t(120)));
    cache.settle(lease, &token(t(120), "one", 120, None), t(120), 1);
    assert_eq!(ask(&mut cache, 179), "fresh one");
    assert_eq!(ask(&mut cache, 180), "renew one");
}

#[test]
fn a_service_that_repeats_a_dying_token_is_asked_a_few_times_only() {
    let mut cache = cache();
    let mut requests = 0;
    for second in 0..300 {
        match cache.lookup(&key("R"), t(second)) {
            Lookup::Elected(lease) | Lookup::Stale { refresh: Some(lease), .. } => {
                requests += 1;
                cache.settle(lease, &token(t(second), "one", 300 - second, None), t(second), 1);
            }
            Lookup::Fresh(_) | Lookup::Stale { .. } | Lookup::Failed { .. } => {}
            other @ Lookup::Busy { .. } => panic!("{other:?}"),
        }
    }
    assert!(requests <= 12, "{requests} requests");
}

#[test]
fn readers_without_a_lock_see_what_a_lookup_sees() {
    let cache = holding("one", DAY, None);
    let (_, fresh) = cache.held(&key("R")).unwrap();
    assert_eq!(fresh, UnixTime::from_secs(START - 5)..t(DAY / 2));
    assert!(cache.held(&key("S")).is_none());
}

#[test]
fn renewal_without_being_asked() {
    let mut cache = cache();
    assert_eq!(cache.next_refresh(), None);
    for (resource, hint) in [("R", 600), ("S", 700)] {
        let lease = elected(cache.lookup(&key(resource), t(0)));
        assert_eq!(cache.next_refresh().is_some(), resource == "S", "a first fetch is no renewal");
        cache.settle(lease, &token(t(0), resource, DAY, Some(hint)), t(0), 1);
    }
    assert_eq!((cache.next_refresh(), cache.due(t(599))), (Some(t(600)), vec![]));
    assert_eq!(cache.due(t(600)), [key("R")]);
    assert_eq!(BTreeSet::from_iter(cache.due(t(700))), BTreeSet::from([key("R"), key("S")]));
    let is_due = |resource, now| cache.is_due(&key(resource), t(now));
    assert_eq!((is_due("R", 600), is_due("S", 600), is_due("S", 700)), (true, false, true));
    assert!(!is_due("of nobody", 700));

    let lease = elected(cache.lookup(&key("R"), t(600)));
    assert_eq!((cache.next_refresh(), cache.due(t(700))), (Some(t(700)), vec![key("S")]));
    cache.settle(lease, &outcome(t(600), 503, Some(50), ""), t(600), 1);
    assert_eq!((cache.due_at(&key("R")), cache.due(t(699))), (Some(t(900)), vec![]));
    assert_eq!(cache.due(t(899)), [key("S")]);
    assert!(cache.due(t(DAY)).is_empty(), "an expired token is not renewed for nobody");
}
