//! This machine's clock against that of whoever answered.

use std::time::Duration;

use crate::doctor::facts::{AuthorityOutcome, Facts, Reach, TokenFacts};
use crate::doctor::finding::{Check, Finding};
use crate::mender::Mender;
use crate::time::span;

/// What services accept.
const TOLERATED: Duration = Duration::from_secs(300);
/// What is told.
const NOTICED: Duration = Duration::from_secs(30);

pub(super) fn check(facts: &Facts) -> Finding {
    let date = match (facts.endpoint.as_ref().map(|it| &it.reach), facts.authority.as_ref().map(|it| &it.outcome)) {
        (Some(Reach::Answered { date: Some(date), .. }), _)
        | (_, Some(AuthorityOutcome::Answered { date: Some(date), .. })) => Some(*date),
        _ => None,
    };
    let told = match &facts.token {
        TokenFacts::Got { clock_ahead_by, .. } => *clock_ahead_by,
        TokenFacts::NotAsked | TokenFacts::Failed(_) => None,
    };
    let (ahead, behind) = match (date, told) {
        (Some(date), _) => (facts.now.saturating_since(date), date.saturating_since(facts.now)),
        (None, Some(ahead)) => (ahead, Duration::ZERO),
        (None, None) => return Check::Clock.not_applicable("no answer told the time"),
    };
    let (by, side) = if behind > ahead { (behind, "behind") } else { (ahead, "ahead") };
    let mend = "set it, and keep it so with chrony or systemd-timesyncd (timedatectl tells)";
    if by < NOTICED {
        Check::Clock.ok("agrees with the clock of whoever answered")
    } else if by < TOLERATED {
        Check::Clock.warning(format!("{} {side} of the clock of whoever answered", span(by)), mend)
    } else {
        let what = "tokens are taken for expired or not yet valid, and signed requests are refused";
        Check::Clock.failed(Mender::Host, format!("{} {side} of the clock of whoever answered: {what}", span(by)), mend)
    }
}
