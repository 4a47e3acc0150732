//! Callers who come with a wish, wait for flows, and go.

use managed_identity_core::{AccessToken, Epoch, Error, UnusableToken, Wish};
use proptest::prelude::*;

use super::model::Wanted;

pub(crate) struct Caller {
    pub(crate) key: usize,
    pub(crate) wish: Wish,
    pub(crate) wanted: Wanted,
    /// The lease whose outcome it waits for.
    pub(crate) waits_for: Option<u64>,
}

/// Tells everybody who waits for this lease how it ended: those whom the outcome serves go, the others stay to look again.
/// Answers how often each judgement came up.
pub(crate) fn tell(
    callers: &mut Vec<Caller>,
    lease: u64,
    epoch: Epoch,
    outcome: &Result<AccessToken, Error>,
) -> Result<Vec<&'static str>, TestCaseError> {
    let mut judgements = Vec::new();
    let mut stay = Vec::new();
    for mut caller in callers.drain(..) {
        if caller.waits_for != Some(lease) {
            stay.push(caller);
            continue;
        }
        let expected = expected(&caller.wanted, lease, outcome);
        let judged = match caller.wish.judge(epoch, outcome) {
            None => "judged: begun too early",
            Some(Ok(_)) => "judged: a token",
            Some(Err(Error::Unusable { error: UnusableToken::RejectedAgain, .. })) => "judged: the rejected one again",
            Some(Err(_)) => "judged: a failure",
        };
        prop_assert_eq!(judged, expected);
        judgements.push(judged);
        if judged == "judged: begun too early" {
            caller.waits_for = None;
            stay.push(caller);
        }
    }
    *callers = stay;
    Ok(judgements)
}

fn expected(wanted: &Wanted, lease: u64, outcome: &Result<AccessToken, Error>) -> &'static str {
    match outcome {
        _ if lease <= wanted.since => "judged: begun too early",
        Err(_) => "judged: a failure",
        Ok(token) if wanted.rejected.as_deref() == Some(token.secret()) => "judged: the rejected one again",
        Ok(_) => "judged: a token",
    }
}

/// Everybody who waited for this lease looks again.
pub(crate) fn disappoint(callers: &mut [Caller], lease: u64) {
    for caller in callers.iter_mut().filter(|caller| caller.waits_for == Some(lease)) {
        caller.waits_for = None;
    }
}
