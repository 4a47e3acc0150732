//! Who fetches, who waits, and how long a failure or a lease counts.

use std::collections::BTreeSet;

use managed_identity_core::{ConfigError, Lookup, RefreshPolicy, TokenCache, UnixTime};

use super::answers::{outcome, token};
use super::{CALLERS, DAY, HOUR, START, ask, cache, digest, elected, fail, held, holding, key, shown, t};

#[test]
fn one_caller_fetches_and_the_others_wait() {
    let mut cache = cache();
    let lease = elected(cache.lookup(&key("R"), t(0)));
    for _ in 0..CALLERS {
        assert_eq!(ask(&mut cache, 1), "busy 180");
    }
    cache.settle(lease, &token(t(2), "one", HOUR, None), t(2), 1);
    for _ in 0..CALLERS {
        assert_eq!(ask(&mut cache, 2), "fresh one");
    }
}

#[test]
fn a_failure_is_the_verdict_for_all() {
    let mut cache = cache();
    let lease = elected(cache.lookup(&key("R"), t(0)));
    let failure = outcome(t(0), 503, None, r#"{"error":"busy"}"#);
    cache.settle(lease, &failure, t(0), 1);
    for _ in 0..CALLERS {
        let Lookup::Failed { error, until } = cache.lookup(&key("R"), t(4)) else { panic!() };
        assert_eq!((Err(error), until), (failure.clone().map(drop), t(5)));
    }
    assert_eq!(ask(&mut cache, 5), "elected");
}

#[test]
fn how_long_a_failure_stands() {
    for (status, retry_after, seconds) in [
        (429, None, 5),
        (500, None, 5),
        (503, None, 5),
        (503, Some(17), 17),
        (503, Some(10_000), HOUR),
        (429, Some(0), 1),
        (400, Some(60), 60),
        (400, None, 1),
        (404, None, 1),
        (410, None, 1),
    ] {
        let mut cache = cache();
        fail(&mut cache, 0, status, retry_after);
        assert_eq!(ask(&mut cache, seconds - 1), format!("failed {seconds}"), "{status} {retry_after:?}");
        assert_eq!(ask(&mut cache, seconds), "elected", "{status} {retry_after:?}");
    }
    for error in [outcome(t(0), 200, None, "no token").unwrap_err(), ConfigError::EmptyResource.into()] {
        let mut cache = cache();
        let lease = elected(cache.lookup(&key("R"), t(0)));
        cache.settle(lease, &Err(error), t(0), 1);
        assert_eq!(ask(&mut cache, 0), "failed 1");
        assert_eq!(ask(&mut cache, 1), "elected");
    }
}

#[test]
fn a_service_that_goes_on_refusing_is_asked_ever_less_often() {
    let mut cache = cache();
    let mut now = 0;
    for pause in [5, 10, 20, 40, 60, 60] {
        fail(&mut cache, now, 429, None);
        now += pause;
        assert_eq!(ask(&mut cache, now - 1), format!("failed {now}"));
    }
    // What the service says counts, and what is no matter of load is no reason to wait.
    for (status, retry_after, pause) in [(429, Some(7), 7), (404, None, 1)] {
        fail(&mut cache, now, status, retry_after);
        now += pause;
        assert_eq!(ask(&mut cache, now - 1), format!("failed {now}"));
    }
    let lease = elected(cache.lookup(&key("R"), t(now)));
    cache.settle(lease, &token(t(now), "one", 60, None), t(now), 1);
    fail(&mut cache, now + 30, 429, None);
    assert_eq!(ask(&mut cache, now + 31), format!("failed {}", now + 35), "a success ends the row");
}

#[test]
fn callers_that_fail_together_do_not_come_back_together() {
    let until = |seed| {
        let mut cache = TokenCache::new(RefreshPolicy::default());
        let lease = elected(cache.lookup(&key("R"), t(0)));
        cache.settle(lease, &outcome(t(0), 429, Some(100), ""), t(0), seed);
        let Lookup::Failed { until, .. } = cache.lookup(&key("R"), t(0)) else { panic!() };
        until
    };
    let ends: BTreeSet<_> = (0..100).map(until).collect();
    assert!(ends.len() > 90 && ends.iter().all(|end| *end >= t(100) && *end <= t(110)), "{ends:?}");
}

#[test]
fn a_lease_ends_by_itself() {
    let mut cache = cache();
    drop(elected(cache.lookup(&key("R"), t(0))));
    assert_eq!(ask(&mut cache, 179), "busy 180");
    assert_eq!(ask(&mut cache, 180), "elected");
    assert_eq!(ask(&mut cache, 181), "busy 360");
}

#[test]
fn only_the_outcome_of_the_latest_lease_counts() {
    let mut cache = cache();
    let slow = elected(cache.lookup(&key("R"), t(0)));
    let latest = elected(cache.lookup(&key("R"), t(180)));
    assert!(!cache.settle(slow, &token(t(181), "slow", HOUR, None), t(181), 1));
    assert_eq!(ask(&mut cache, 181), "busy 360");
    assert!(cache.settle(latest, &token(t(400), "late", HOUR, None), t(400), 1));
    assert_eq!(ask(&mut cache, 400), "fresh late");
}

#[test]
fn an_outdated_lease_neither_fails_nor_frees_anything() {
    let mut cache = cache();
    let slow = elected(cache.lookup(&key("R"), t(0)));
    let latest = elected(cache.lookup(&key("R"), t(180)));
    cache.settle(slow, &outcome(t(181), 400, None, ""), t(181), 1);
    assert_eq!(ask(&mut cache, 181), "busy 360");
    let next = elected(cache.lookup(&key("R"), t(360)));
    cache.abandon(latest, Some(t(370)));
    assert_eq!(ask(&mut cache, 361), "busy 540");
    cache.abandon(next, None);
    assert_eq!(elected(cache.lookup(&key("R"), t(361))).not_before(), None);
}

#[test]
fn an_abandoned_lease_hands_over_at_once() {
    let mut cache = cache();
    let lease = elected(cache.lookup(&key("R"), t(0)));
    assert_eq!(lease.key(), &key("R"));
    cache.abandon(lease, None);
    assert_eq!(ask(&mut cache, 0), "elected");

    let mut cache = holding("one", DAY, Some(600));
    let lease = elected(cache.lookup(&key("R"), t(600)));
    cache.abandon(lease, None);
    assert_eq!(ask(&mut cache, 600), "renew one");
}

#[test]
fn an_abandoned_lease_hands_on_what_was_to_be_waited_for() {
    let mut cache = cache();
    let first = elected(cache.lookup(&key("R"), t(0)));
    assert_eq!(first.not_before(), None);
    cache.abandon(first, Some(t(60)));

    // Whoever comes next is elected at once, and begins when the service allows it.
    let second = elected(cache.lookup(&key("R"), t(10)));
    assert_eq!(second.not_before(), Some(t(60)));
    assert_eq!(ask(&mut cache, 10), "busy 240");
    assert_eq!(ask(&mut cache, 239), "busy 240");

    // One that gives up before it began takes nothing away, and one that knows of a later time adds to it.
    cache.abandon(second, None);
    let third = elected(cache.lookup(&key("R"), t(20)));
    assert_eq!(third.not_before(), Some(t(60)));
    cache.abandon(third, Some(t(90)));
    let fourth = elected(cache.lookup(&key("R"), t(89)));
    assert_eq!(fourth.not_before(), Some(t(90)));
    cache.abandon(fourth, None);
    let late = elected(cache.lookup(&key("R"), t(90)));
    assert_eq!(late.not_before(), None, "what is over is not waited for");
    cache.settle(late, &token(t(91), "one", HOUR, None), t(91), 1);
    assert_eq!(ask(&mut cache, 91), "fresh one");
}

#[test]
fn fifty_who_give_up_cause_one_request() {
    let mut cache = cache();
    let mut requests = 0;
    for second in 0..50 {
        let lease = elected(cache.lookup(&key("R"), t(second)));
        if lease.not_before().is_none() {
            requests += 1;
        }
        // Answered 429 with `Retry-After: 60` at once, and given up a moment later.
        cache.abandon(lease, Some(t(60)));
    }
    assert_eq!(requests, 1);
}

#[test]
fn a_clock_set_back_wedges_nobody() {
    let mut leased = cache();
    drop(elected(leased.lookup(&key("R"), t(10 * HOUR))));
    assert_eq!(ask(&mut leased, HOUR), "elected");

    let mut failed = cache();
    fail(&mut failed, 10 * HOUR, 503, Some(HOUR));
    assert_eq!(ask(&mut failed, HOUR), "elected");

    let mut stored = holding("one", DAY, None);
    assert_eq!(shown(stored.lookup(&key("R"), UnixTime::from_secs(START - HOUR))), "elected");

    let mut pending = cache();
    let lease = elected(pending.lookup(&key("R"), t(10 * HOUR)));
    pending.abandon(lease, Some(t(10 * HOUR + 60)));
    assert_eq!(elected(pending.lookup(&key("R"), t(HOUR))).not_before(), None);

    let mut rejected = holding("one", DAY, None);
    let wish = rejected.reject(&key("R"), digest("one"), t(10 * HOUR));
    let lease = elected(rejected.lookup_for(&key("R"), &wish, t(10 * HOUR)));
    rejected.abandon(lease, None);
    assert_eq!(shown(rejected.lookup_for(&key("R"), &wish, t(HOUR))), "elected");
}

#[test]
fn a_caller_who_read_the_clock_a_moment_too_early_is_like_the_others() {
    let mut leased = cache();
    drop(elected(leased.lookup(&key("R"), t(5))));
    assert_eq!(ask(&mut leased, 0), "busy 185");

    let mut failed = cache();
    fail(&mut failed, 5, 404, None);
    assert_eq!(ask(&mut failed, 0), "failed 6");

    let mut stored = holding("one", HOUR, None);
    assert_eq!(shown(stored.lookup(&key("R"), UnixTime::from_secs(START - 5))), "fresh one");
}

#[test]
fn what_was_seen_to_be_over_does_not_come_back() {
    let mut cache = holding("one", HOUR, None);
    assert_eq!(ask(&mut cache, HOUR), "elected");
    assert_eq!(ask(&mut cache, HOUR / 2), "elected");
    assert_eq!(held(&cache), None);
}

#[test]
fn one_key_never_delays_another() {
    let mut cache = cache();
    drop(elected(cache.lookup(&key("slow"), t(0))));
    let failing = elected(cache.lookup(&key("failing"), t(0)));
    cache.settle(failing, &outcome(t(0), 503, Some(600), ""), t(0), 1);
    let lease = elected(cache.lookup(&key("R"), t(0)));
    cache.settle(lease, &token(t(0), "one", HOUR, None), t(0), 1);
    assert_eq!(ask(&mut cache, 1), "fresh one");
    assert_eq!(shown(cache.lookup(&key("slow"), t(1))), "busy 180");
    assert_eq!(shown(cache.lookup(&key("failing"), t(1))), "failed 600");
}
