//! The world `machine`.

use std::cell::RefCell;
use std::sync::Arc;

use managed_identity_core::{DetectionOptions, Environment, Error, FileRequest, Step, UnixTime, detect};

mod bindings {
    wit_bindgen::generate!({ world: "machine", path: "wit" });
}
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

    fn environment_names() -> Vec<String> {
        Environment::NAMES.iter().map(ToString::to_string).collect()
    }
}

/// One acquisition: the step that waits for its answer, or the misuse that ended it.
pub(crate) struct Acquisition(RefCell<State>);

enum State {
    Step(Step),
    Misused(&'static str),
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
        Self(RefCell::new(State::Step(step)))
    }

    fn next(&self) -> interface::Step {
        match &*self.0.borrow() {
            State::Step(Step::Http { call, .. }) => interface::Step::Http(effect::call(call)),
            State::Step(Step::ReadFile { file, .. }) => interface::Step::ReadFile(effect::file(file)),
            State::Step(Step::Sleep { delay, cause, .. }) => interface::Step::Sleep(interface::Wait {
                delay: effect::milliseconds(*delay),
                cause: cause.to_string(),
            }),
            State::Step(Step::Done(outcome)) => match outcome::outcome(outcome.clone()) {
                Ok(token) => interface::Step::Done(token),
                Err(error) => interface::Step::Failed(error),
            },
            State::Misused(what) => interface::Step::Failed(misuse(what)),
        }
    }

    fn resume(&self, answer: interface::Answer, now: u64) {
        // What stands here while the step is worked on is never seen: nobody else has the borrow.
        let state = self.0.replace(State::Misused("the acquisition is being resumed"));
        self.0.replace(match state {
            State::Step(step) => resume(step, answer, UnixTime::from_duration(std::time::Duration::from_millis(now))),
            misused @ State::Misused(_) => misused,
        });
    }
}

fn begin(
    environment: &[types::Variable],
    facts: types::HostFacts,
    request: types::TokenRequest,
    seed: u64,
    now: u64,
) -> Result<Step, Error> {
    let lookup = |name: &str| environment.iter().find(|it| it.name == name).map(|it| it.value.clone());
    let environment = Environment::from_lookup(lookup);
    let source = detect(&environment, effect::facts(facts), DetectionOptions::default())?.source;
    let parsed = request::parse(request)?;
    let acquire = parsed.options.acquire(&Arc::new(source), parsed.request)?;
    Ok(acquire.start(seed, UnixTime::from_duration(std::time::Duration::from_millis(now))))
}

fn resume(step: Step, answer: interface::Answer, now: UnixTime) -> State {
    use interface::Answer;
    match (step, answer) {
        (Step::Http { call, then }, Answer::Http(answer)) => {
            State::Step(then.resume(effect::answer(answer, call.policy().max_body), now))
        }
        (Step::ReadFile { file: FileRequest { max_len, .. }, then }, Answer::File(content)) => {
            State::Step(then.resume(effect::content(content, max_len)))
        }
        (Step::Sleep { then, .. }, Answer::Awake) => State::Step(then.resume()),
        (done @ Step::Done(_), _) => State::Step(done),
        (Step::Http { .. }, _) => State::Misused("the step was a request, and the answer is none to it"),
        (Step::ReadFile { .. }, _) => State::Misused("the step was a file, and the answer is none to it"),
        (Step::Sleep { .. }, _) => State::Misused("the step was a wait, and the answer is none to it"),
    }
}

fn misuse(what: &str) -> types::Error {
    types::Error {
        reason: types::ErrorReason::Other(what.to_owned()),
        fault: types::Fault::Caller,
        transient: false,
        message: format!("{what}. Next step: answer each step with the answer of its name"),
        evidence: None,
    }
}

#[cfg(target_arch = "wasm32")]
bindings::export!(Machine with_types_in bindings);
