//! One flow, step by step.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;

use managed_identity_core::{
    AccessToken, Epoch, Error, FileError, FileErrorKind, HttpResponse as CoreResponse, Step, TransportError,
    TransportErrorKind,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::object::Object;
#[cfg(feature = "chain")]
use crate::origin::Origin;
use crate::problem::{file_error_kind, transport_error_kind};
use crate::step::step;
use crate::time::time;

/// The answer to a request. An answer of any status is an answer, not an error.
#[wasm_bindgen]
pub struct HttpResponse(CoreResponse);

#[wasm_bindgen]
impl HttpResponse {
    /// An answer with this status and body.
    #[wasm_bindgen(constructor)]
    pub fn new(status: u16, body: Vec<u8>) -> HttpResponse {
        Self(CoreResponse::new(status, body))
    }

    /// Adds a header. Hand over all of them, repeated ones each time they come. In the value each character stands for
    /// a byte, as in what `fetch` and Node show.
    pub fn header(&mut self, name: &str, value: &str) {
        let value: Vec<u8> = value.chars().map(|it| u8::try_from(it).unwrap_or(b'?')).collect();
        let response = core::mem::replace(&mut self.0, CoreResponse::new(0, Vec::new()));
        self.0 = response.with_header(name, &value);
    }

    /// Adds the reason phrase of the status line, as `statusText` has it.
    pub fn reason(&mut self, phrase: &str) {
        let response = core::mem::replace(&mut self.0, CoreResponse::new(0, Vec::new()));
        self.0 = response.with_reason(phrase);
    }
}

/// One flow. Perform the effect that `step` names, answer it by the method that suits it, and look at the next step,
/// until that is `done` or `failed`. An answer of another kind than the step is ignored. `free` cancels the flow.
#[wasm_bindgen]
pub struct Acquisition {
    pub(crate) step: Option<Step>,
    /// Of the lease that started it; of none, that comes before all leases.
    pub(crate) epoch: Epoch,
    /// What it is from.
    #[cfg(feature = "chain")]
    pub(crate) origin: Origin,
    /// The certificates of the key that signs, in DER form.
    #[cfg(feature = "chain")]
    pub(crate) certificates: Vec<Vec<u8>>,
}

impl Acquisition {
    #[cfg(feature = "chain")]
    pub(crate) fn new(step: Step, epoch: Epoch, origin: Origin) -> Self {
        Self { step: Some(step), epoch, origin, certificates: Vec::new() }
    }

    #[cfg(not(feature = "chain"))]
    pub(crate) fn new(step: Step, epoch: Epoch) -> Self {
        Self { step: Some(step), epoch }
    }

    /// How the flow ended.
    pub(crate) fn outcome(&self) -> Option<&Result<AccessToken, Error>> {
        match &self.step {
            Some(Step::Done(outcome)) => Some(outcome),
            _ => None,
        }
    }

    fn answer_http(&mut self, answer: Result<CoreResponse, TransportError>, now: f64) {
        self.step = match take(&mut self.step) {
            Some(Step::Http { then, .. }) => Some(then.resume(answer, time(now))),
            other => other,
        }
    }

    fn answer_file(&mut self, answer: Result<Vec<u8>, FileError>) {
        self.step = match take(&mut self.step) {
            Some(Step::ReadFile { then, .. }) => Some(then.resume(answer)),
            other => other,
        }
    }
}

#[wasm_bindgen]
impl Acquisition {
    /// What to do next; the same until it is answered.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn step(&self) -> Object {
        match &self.step {
            Some(it) => step(it),
            None => Object::empty(),
        }
    }

    /// Answers `http`. `now` is the time at which the answer came, in milliseconds since the epoch.
    pub fn respond(&mut self, response: HttpResponse, now: f64) {
        self.answer_http(Ok(response.0), now);
    }

    /// Answers `http` when there is no response. `detail` is for people; it must not hold a secret.
    #[wasm_bindgen(js_name = "failHttp")]
    pub fn fail_http(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "TransportProblem")] problem: &str,
        detail: &str,
        now: f64,
    ) {
        let kind = transport_error_kind(problem).unwrap_or(TransportErrorKind::Broken);
        self.answer_http(Err(TransportError::new(kind, detail)), now);
    }

    /// Answers `read-file` with the content, of at most `maxLength` bytes.
    #[wasm_bindgen(js_name = "giveFile")]
    pub fn give_file(&mut self, content: Vec<u8>) {
        self.answer_file(Ok(content));
    }

    /// Answers `read-file` when there is no content. `detail` is for people; it must not hold a secret.
    #[wasm_bindgen(js_name = "failFile")]
    pub fn fail_file(&mut self, #[wasm_bindgen(unchecked_param_type = "FileProblem")] problem: &str, detail: String) {
        let kind = file_error_kind(problem).unwrap_or(FileErrorKind::Unreadable);
        self.answer_file(Err(FileError::new(kind, &detail)));
    }

    /// Answers `sleep`, once the delay has passed.
    pub fn wake(&mut self) {
        self.step = match take(&mut self.step) {
            Some(Step::Sleep { then, .. }) => Some(then.resume()),
            other => other,
        }
    }
}
