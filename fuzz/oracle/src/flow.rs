//! A whole flow: any environment, any request, any script of answers.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use managed_identity_core::{AccessToken, Acquire, Error, TokenRequest, UnixTime, detect};

use crate::detection::Surroundings;
use crate::play::{Answer, assert_same, identity, play};
use crate::secrets::Secrets;

#[derive(Arbitrary, Debug)]
struct Script {
    surroundings: Surroundings,
    resource: String,
    identity: u8,
    id: String,
    budget: u16,
    seed: u64,
    now: u32,
    answers: Vec<Answer>,
}

/// Every flow from one source ends in bounded steps and time, keeps each secret in its place, and ends the same way when it is
/// replayed.
pub fn flow(data: &[u8]) {
    let Ok(script) = Script::arbitrary(&mut Unstructured::new(data)) else { return };
    let secrets = Secrets::new(data, &script.surroundings.environment());
    let Some(outcome) = run(&script, &secrets) else { return };
    assert_same(outcome, run(&script, &secrets).expect("it began before"));
}

fn run(script: &Script, secrets: &Secrets) -> Option<Result<AccessToken, Error>> {
    let Script { surroundings, answers, .. } = script;
    let detected = detect(&surroundings.environment(), surroundings.facts(), surroundings.options()).ok()?;
    let request = TokenRequest::for_resource(&script.resource).ok()?;
    let request = request.with_identity(identity(script.identity, &script.id));
    let budget = Duration::from_secs(script.budget.into());
    let acquire = Acquire::new(detected.source, request).ok()?.with_time_budget(budget);
    let now = script.now.into();
    Some(play(acquire.start(script.seed, UnixTime::from_secs(now)), now, answers, budget, secrets))
}
