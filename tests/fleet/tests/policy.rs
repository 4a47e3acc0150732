//! What the policy promises to a fleet.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

use managed_identity_fleet::{Fleet, Library, MINUTE, Outcome, SECOND, Scenario, run};

const PROGRAMS: u32 = 300;

fn came_of(name: &str, library: Library) -> Outcome {
    let scenario = Scenario::all().into_iter().find(|it| it.name == name).unwrap();
    run(Fleet { programs: PROGRAMS, seed: 7 }, library, &scenario).unwrap()
}

#[test]
fn a_run_is_decided_by_its_seed() {
    let scenario = Scenario::all().swap_remove(0);
    let outcome = |seed| run(Fleet { programs: 100, seed }, Library::ThisProject, &scenario).unwrap();
    assert_eq!(outcome(1), outcome(1));
    assert_ne!(outcome(1), outcome(2));
}

#[test]
fn tokens_that_expire_together_are_not_renewed_together() {
    let [ours, other] = [Library::ThisProject, Library::MsalPython].map(|it| came_of("together", it));
    assert_eq!((ours.failed, ours.without_max()), (0, 0));
    assert!(ours.authority.peak < PROGRAMS / 40, "{}", ours.authority.peak);
    assert!(other.authority.peak > 3 * ours.authority.peak, "{}", other.authority.peak);
}

#[test]
fn nobody_waits_for_a_slow_authority() {
    let [ours, other] = [Library::ThisProject, Library::MsalPython].map(|it| came_of("slow", it));
    assert_eq!((ours.failed, ours.without_max()), (0, 0));
    assert!(other.without_max() >= 20 * SECOND);
}

#[test]
fn a_wrong_clock_costs_no_call() {
    assert_eq!(came_of("clocks", Library::ThisProject).failed, 0);
    assert!(came_of("clocks", Library::MsalNet).failed > 0, "by a token that is over");
}

#[test]
fn an_hour_of_refusals_is_no_hour_of_requests() {
    let outcome = came_of("throttled", Library::ThisProject);
    // Six in a flow of half a minute, and a minute's pause: a request in a quarter of a minute.
    let most = u64::from(PROGRAMS) * 4 * 60;
    assert!(outcome.authority.total < most, "{}", outcome.authority.total);
    assert!(outcome.without_max() < 60 * MINUTE, "whoever had a token used it to its end");
}

#[test]
fn those_who_were_told_to_wait_all_get_a_token() {
    let outcome = came_of("restart-retry-after", Library::ThisProject);
    assert!(outcome.failed_part() < 0.001, "{}", outcome.failed);
    assert!(outcome.without_max() < 5 * MINUTE, "{}", outcome.without_max());
}
