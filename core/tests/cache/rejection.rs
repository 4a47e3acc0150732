//! Tokens that a resource rejected.

use managed_identity_core::{AccessToken, Error, Lease, Lookup, TokenCache, TokenRequest, UnusableToken, Wish};

use super::answers::{outcome, token};
use super::{CALLERS, DAY, HOUR, ask, ask_for, cache, digest, elected, held, holding, key, t};

fn reject(cache: &mut TokenCache, secret: &str, seconds: u64) -> Wish {
    cache.reject(&key("R"), digest(secret), t(seconds))
}

/// Rejects a token and takes the lease to replace it.
fn replace(cache: &mut TokenCache, secret: &str, seconds: u64) -> Lease {
    let wish = reject(cache, secret, seconds);
    elected(cache.lookup_for(&key("R"), &wish, t(seconds)))
}

fn give(secret: &str, seconds: u64) -> Result<AccessToken, Error> {
    token(t(seconds), secret, DAY, None)
}

fn reason(outcome: Result<AccessToken, Error>) -> UnusableToken {
    match outcome {
        Err(Error::Unusable { error, .. }) => error,
        other => panic!("{other:?}"),
    }
}

fn failed(lookup: Lookup) -> UnusableToken {
    match lookup {
        Lookup::Failed { error, .. } => reason(Err(error)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn others_keep_the_old_token_until_a_different_one_is_there() {
    let mut cache = holding("one", DAY, None);
    let lease = replace(&mut cache, "one", 5);
    for _ in 0..CALLERS {
        assert_eq!(ask(&mut cache, 5), "fresh one");
    }
    assert!(cache.settle(lease, &give("two", 6), t(6), 1));
    assert_eq!(ask(&mut cache, 6), "fresh two");
    // Whoever comes late gets the replacement and asks nobody.
    let late = reject(&mut cache, "one", 7);
    assert_eq!(ask_for(&mut cache, &late, 7), "fresh two");
}

#[test]
fn ten_thousand_who_reject_one_token_cause_one_request() {
    let mut cache = holding("one", DAY, None);
    let lease = replace(&mut cache, "one", 0);
    let epoch = lease.epoch();
    let wishes: Vec<Wish> = (0..CALLERS).map(|_| reject(&mut cache, "one", 0)).collect();
    for wish in &wishes {
        assert_eq!(ask_for(&mut cache, wish, 0), "busy 180");
    }
    let two = give("two", 1);
    cache.settle(lease, &two, t(1), 1);
    for wish in &wishes {
        assert_eq!(wish.judge(epoch, &two).unwrap().unwrap().secret(), "two");
        assert_eq!(ask_for(&mut cache, wish, 1), "fresh two");
    }
}

#[test]
fn a_flow_begun_before_the_rejection_is_no_answer_to_it() {
    let mut cache = holding("one", DAY, Some(600));
    let before = elected(cache.lookup(&key("R"), t(600)));
    let epoch = before.epoch();
    let wish = reject(&mut cache, "one", 600);
    assert_eq!(ask_for(&mut cache, &wish, 600), "busy 780");
    let two = give("two", 601);
    cache.settle(before, &two, t(601), 1);
    assert!(wish.judge(epoch, &two).is_none());
    assert_eq!(ask(&mut cache, 601), "fresh two");
    let after = elected(cache.lookup_for(&key("R"), &wish, t(601)));
    assert_eq!(after.request(&request()).rejected(), Some(digest("one")), "what came from before replaces nothing");
    cache.settle(after, &give("three", 602), t(602), 1);
    assert_eq!(ask_for(&mut cache, &wish, 602), "fresh three");
}

#[test]
fn the_same_token_from_a_flow_begun_before_the_rejection_says_nothing() {
    let mut cache = holding("one", DAY, Some(600));
    let before = elected(cache.lookup(&key("R"), t(600)));
    let wish = reject(&mut cache, "one", 600);
    cache.settle(before, &give("one", 601), t(601), 1);
    let after = elected(cache.lookup_for(&key("R"), &wish, t(601)));
    assert_eq!(after.request(&request()).rejected(), Some(digest("one")), "now the source is told");
    assert_eq!(ask(&mut cache, 601), "stale one", "others keep it");
}

#[test]
fn the_same_token_again_is_an_error_of_its_own() {
    let mut cache = holding("one", DAY, None);
    let wish = reject(&mut cache, "one", 0);
    let lease = elected(cache.lookup_for(&key("R"), &wish, t(0)));
    let epoch = lease.epoch();
    let again = give("one", 1);
    assert!(cache.settle(lease, &again, t(1), 1));
    assert_eq!(reason(wish.judge(epoch, &again).unwrap()), UnusableToken::RejectedAgain);
    // Until the pause is over it is not asked for again, and nobody else notices.
    assert_eq!(failed(cache.lookup_for(&key("R"), &wish, t(2))), UnusableToken::RejectedAgain);
    assert_eq!(ask_for(&mut cache, &wish, 10), "failed 11");
    assert_eq!(ask(&mut cache, 10), "fresh one");
    assert_eq!(ask_for(&mut cache, &wish, 11), "elected");
}

#[test]
fn the_same_token_again_serves_others_when_there_is_no_other() {
    let mut cache = holding("one", HOUR, None);
    let _ = reject(&mut cache, "one", HOUR - 31);
    let lease = elected(cache.lookup(&key("R"), t(HOUR - 30)));
    cache.settle(lease, &give("one", HOUR - 30), t(HOUR - 30), 1);
    assert_eq!(ask(&mut cache, HOUR - 30), "fresh one");
    let wish = reject(&mut cache, "one", HOUR - 30);
    assert_eq!(ask_for(&mut cache, &wish, HOUR - 30), "elected");
}

#[test]
fn who_rejects_whatever_comes_makes_one_request_in_ten_seconds() {
    let mut cache = holding("token-0", DAY, None);
    let mut requests = 0;
    for second in 0..60 {
        let secret = held(&cache).unwrap().to_owned();
        let wish = reject(&mut cache, &secret, second);
        match cache.lookup_for(&key("R"), &wish, t(second)) {
            Lookup::Elected(lease) => {
                requests += 1;
                cache.settle(lease, &give(&format!("token-{requests}"), second), t(second), 1);
            }
            other => assert_eq!(failed(other), UnusableToken::RejectedTooSoon),
        }
        assert_eq!(ask(&mut cache, second), format!("fresh token-{requests}"));
    }
    assert_eq!(requests, 6);
}

#[test]
fn a_renewal_that_is_due_anyway_is_not_put_off_by_rejections() {
    let mut cache = holding("one", DAY, None);
    let wish = reject(&mut cache, "one", 0);
    let lease = elected(cache.lookup_for(&key("R"), &wish, t(0)));
    cache.settle(lease, &token(t(0), "two", DAY, Some(1)), t(0), 1);
    assert_eq!(ask_for(&mut cache, &wish, 1), "renew two", "whoever has a usable token does not get an error");
}

#[test]
fn throttling_told_to_who_rejects_takes_nothing_from_others() {
    let mut cache = holding("one", HOUR, None);
    let wish = reject(&mut cache, "one", 0);
    let lease = elected(cache.lookup_for(&key("R"), &wish, t(0)));
    cache.settle(lease, &outcome(t(0), 429, Some(60), ""), t(0), 1);
    assert_eq!(ask_for(&mut cache, &wish, 59), "failed 60");
    for _ in 0..CALLERS {
        assert_eq!(ask(&mut cache, 59), "fresh one");
    }
    assert_eq!(ask_for(&mut cache, &wish, 60), "elected");
}

#[test]
fn a_rejected_token_that_comes_back_does_not_replace_the_good_one() {
    let mut cache = holding("one", DAY, None);
    let lease = replace(&mut cache, "one", 0);
    cache.settle(lease, &token(t(0), "two", DAY, Some(600)), t(0), 1);
    let renewal = elected(cache.lookup(&key("R"), t(600)));
    assert!(cache.settle(renewal, &give("one", 600), t(600), 1));
    assert_eq!(ask(&mut cache, 609), "stale two", "and it is not asked for again at once");
    assert_eq!(ask(&mut cache, 610), "renew two");
}

fn request() -> TokenRequest {
    TokenRequest::for_resource("R").unwrap()
}

#[test]
fn every_lease_tells_of_the_rejected_token_until_it_is_replaced() {
    let told = |cache: &mut TokenCache, seconds| {
        let lease = elected(cache.lookup(&key("R"), t(seconds)));
        let told = lease.request(&request()).rejected();
        (lease, told)
    };
    let mut cache = holding("one", HOUR, None);
    let first = replace(&mut cache, "one", 0);
    assert_eq!(first.request(&request()).rejected(), Some(digest("one")));
    cache.settle(first, &outcome(t(0), 404, None, ""), t(0), 1);
    // A renewal by somebody who knows of no rejection.
    let (second, rejected) = told(&mut cache, HOUR - 300);
    assert_eq!(rejected, Some(digest("one")));
    cache.settle(second, &give("one", HOUR - 300), t(HOUR - 300), 1);
    let (third, rejected) = told(&mut cache, HOUR - 30);
    assert_eq!(rejected, Some(digest("one")));
    cache.settle(third, &token(t(HOUR), "two", HOUR, None), t(HOUR), 1);
    let (_, rejected) = told(&mut cache, 2 * HOUR - 300);
    assert_eq!(rejected, None);
}

#[test]
fn a_token_of_which_nothing_is_known_is_replaced_by_any_other() {
    let mut cache = holding("two", DAY, None);
    let wish = reject(&mut cache, "one", 5);
    assert_eq!(ask_for(&mut cache, &wish, 5), "fresh two");

    let lease = replace(&mut super::cache(), "one", 5);
    assert_eq!(lease.request(&request()).rejected(), Some(digest("one")));
}

#[test]
fn a_late_outcome_counts_even_when_the_old_token_was_rejected_meanwhile() {
    let mut cache = cache();
    let lease = elected(cache.lookup(&key("R"), t(0)));
    cache.settle(lease, &token(t(0), "one", HOUR, None), t(0), 1);
    let wish = cache.renewed();
    let late = elected(cache.lookup_for(&key("R"), &wish, t(0)));
    assert_eq!(ask(&mut cache, 200), "fresh one");
    let _ = reject(&mut cache, "one", 200);
    assert!(cache.settle(late, &token(t(201), "two", HOUR, None), t(201), 1));
    assert_eq!(ask(&mut cache, 201), "fresh two");
}
