//! The worlds `machine` and `machine-chain`.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::time::Duration;

use managed_identity_core::{ConfigError, Detection, DetectionOptions, Environment, Error, Step, UnixTime, detect};

mod bindings;
#[cfg(feature = "machine-chain")]
mod chain;
#[path = "convert/effect.rs"]
mod effect;
#[path = "convert/outcome.rs"]
mod outcome;
#[path = "convert/request.rs"]
mod request;

use bindings::exports::managed_identity::client::state_machine as interface;
use bindings::exports::managed_identity::client::types;
use types as effect_types;

struct Machine;

impl interface::Guest for Machine {
    type Acquisition = Acquisition;

    fn detect(
        environment: Vec<types::Variable>,
        facts: types::HostFacts,
    ) -> Result<interface::Detection, types::Error> {
        match find(&environment, facts) {
            Ok(found) => Ok(detection(&found)),
            Err(error) => Err(outcome::error(&error.into())),
        }
    }

    fn environment_names() -> Vec<String> {
        Environment::NAMES.iter().map(ToString::to_string).collect()
    }
}

/// One acquisition: the step that waits for its answer, or the misuse that ended it.
pub(crate) struct Acquisition(Cell<State>);

enum State {
    Step(Step),
    Misused(&'static str),
}

/// Stands in for the state while it is worked on. Nobody sees it: a component has one thread.
const IN_USE: State = State::Misused("the acquisition is in use");

impl Acquisition {
    /// One that is at this step.
    pub(crate) const fn at(step: Step) -> Self {
        Self(Cell::new(State::Step(step)))
    }

    fn looked_at<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let state = self.0.replace(IN_USE);
        let seen = look(&state);
        self.0.set(state);
        seen
    }

    fn goes_on(&self, from: impl FnOnce(Step) -> State) {
        self.0.set(match self.0.replace(IN_USE) {
            State::Step(step) => from(step),
            misused @ State::Misused(_) => misused,
        });
    }
}

impl interface::GuestAcquisition for Acquisition {
    fn new(
        environment: Vec<types::Variable>,
        facts: types::HostFacts,
        request: types::TokenRequest,
        seed: u64,
        now: u64,
    ) -> Self {
        let step = begin(&environment, facts, request, seed, now).unwrap_or_else(|error| Step::Done(Err(error)));
        Self::at(step)
    }

    fn next(&self) -> interface::Step {
        self.looked_at(shown)
    }

    fn resume(&self, answer: interface::Answer, now: u64) {
        self.goes_on(|step| resume(step, answer, time(now)));
    }
}

fn shown(state: &State) -> interface::Step {
    match state {
        State::Step(Step::Http { call, .. }) => interface::Step::Http(effect::call(call)),
        State::Step(Step::ReadFile { file, .. }) => interface::Step::ReadFile(effect::file(file)),
        State::Step(Step::Run { .. }) => interface::Step::Run,
        State::Step(Step::Sign { .. }) => interface::Step::Sign,
        State::Step(Step::Sleep { delay, cause, .. }) => {
            interface::Step::Sleep(interface::Wait { delay: effect::milliseconds(*delay), cause: cause.to_string() })
        }
        State::Step(Step::Done(outcome)) => match outcome::outcome(outcome) {
            Ok(token) => interface::Step::Done(token),
            Err(error) => interface::Step::Failed(error),
        },
        State::Misused(what) => interface::Step::Failed(misuse(what)),
    }
}

fn find(environment: &[types::Variable], facts: types::HostFacts) -> Result<Detection, ConfigError> {
    detect(&environment_of(environment), effect::facts(facts), DetectionOptions::default())
}

fn environment_of(variables: &[types::Variable]) -> Environment {
    Environment::from_lookup(|name| variables.iter().find(|it| it.name == name).map(|it| it.value.clone()))
}

const fn time(now: u64) -> UnixTime {
    UnixTime::from_duration(Duration::from_millis(now))
}

fn detection(found: &Detection) -> interface::Detection {
    let ruled_out = found.ruled_out.iter();
    interface::Detection {
        source: found.source.kind().as_str().to_owned(),
        reason: found.source.reason().to_owned(),
        notes: found.source.notes().iter().map(ToString::to_string).collect(),
        ruled_out: ruled_out
            .map(|it| interface::RuledOut { source: it.kind.as_str().to_owned(), reason: it.reason.clone() })
            .collect(),
    }
}

fn begin(
    environment: &[types::Variable],
    facts: types::HostFacts,
    request: types::TokenRequest,
    seed: u64,
    now: u64,
) -> Result<Step, Error> {
    let source = find(environment, facts)?.source;
    let parsed = request::parse(request)?;
    let acquire = parsed.options.acquire(&Arc::new(source), parsed.request)?;
    Ok(acquire.start(seed, time(now)))
}

fn resume(step: Step, answer: interface::Answer, now: UnixTime) -> State {
    use interface::Answer;
    match (step, answer) {
        (Step::Http { then, .. }, Answer::Http(answer)) => State::Step(then.resume(effect::answer(answer), now)),
        (Step::ReadFile { then, .. }, Answer::File(content)) => {
            State::Step(then.resume(content.map_err(|failure| effect::file_error(&failure))))
        }
        (Step::Run { then, .. }, Answer::Unsupported) => State::Step(then.refuse()),
        (Step::Sign { then, .. }, Answer::Unsupported) => State::Step(then.refuse()),
        (Step::Sleep { then, .. }, Answer::Awake) => State::Step(then.resume()),
        (done @ Step::Done(_), _) => State::Step(done),
        (Step::Http { .. }, _) => State::Misused("the step was a request, and the answer is none to it"),
        (Step::ReadFile { .. }, _) => State::Misused("the step was a file, and the answer is none to it"),
        (Step::Run { .. }, _) => State::Misused("the step was a command, and the answer is none to it"),
        (Step::Sign { .. }, _) => State::Misused("the step was a certificate, and the answer is none to it"),
        (Step::Sleep { .. }, _) => State::Misused("the step was a wait, and the answer is none to it"),
    }
}

fn misuse(what: &str) -> types::Error {
    types::Error {
        reason: types::ErrorReason::Other(what.to_owned()),
        fault: types::Fault::Caller,
        transient: false,
        message: what.to_owned(),
        next_step: "answer each step with the answer of its name".to_owned(),
        source: None,
        evidence: None,
    }
}

#[cfg(target_arch = "wasm32")]
bindings::export!(Machine with_types_in bindings);

#[cfg(test)]
mod tests;
