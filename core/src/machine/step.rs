//! The effects that a driver performs, and the contract around them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::around::Around;
#[cfg(feature = "chain")]
use super::chain::AcquireFromChain;
use super::flow::{Flow, Next};
use super::recipe::Acquire;
#[cfg(feature = "chain")]
use super::walk::{Turn, Walk};
use crate::effect::{CommandOutput, CommandRequest, FileRequest, HttpCall, RetryCause, SignRequest, Signed};
use crate::error::{CommandError, Error, FileError, SignError, TransportError};
#[cfg(feature = "chain")]
use crate::error::{CommandErrorKind, SignErrorKind};
use crate::kind::FilePurpose;
use crate::values::{AccessToken, UnixTime};
use crate::wire::HttpResponse;

/// What to do next. Perform the effect, hand its result to `then.resume(..)`, and go on with the step that returns.
///
/// Each effect owns its continuation, so these do not compile: answering twice, answering with the wrong kind, going
/// on after the end. Dropping a step cancels the flow.
///
/// An answer cannot be given twice:
/// ```compile_fail,E0382
/// # use managed_identity_core::{AwaitWake, Step};
/// fn twice(then: AwaitWake) -> (Step, Step) {
///     (then.resume(), then.resume())
/// }
/// ```
/// nor can an answer of the wrong kind:
/// ```compile_fail,E0308
/// # use managed_identity_core::{AwaitFile, HttpResponse, Step};
/// fn wrong_kind(then: AwaitFile, response: HttpResponse) -> Step {
///     then.resume(Ok(response))
/// }
/// ```
/// and what is done has nothing left to resume:
/// ```compile_fail,E0609
/// # use managed_identity_core::{AccessToken, Error, Step};
/// fn after_the_end(step: Step) -> Step {
///     match step {
///         Step::Done(outcome) => outcome.then.resume(),
///         other => other,
///     }
/// }
/// ```
/// A driver that forgets an effect does not compile either, since this enum is exhaustive on purpose:
/// ```compile_fail,E0004
/// # use managed_identity_core::Step;
/// fn forgetful(step: Step) {
///     match step {
///         Step::Http { .. } | Step::Sleep { .. } | Step::Done(_) => {}
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "perform the effect and call `then.resume(..)`; dropping a step cancels the flow"]
pub enum Step {
    /// Send a request and wait for its answer. An answer of any status is an answer, not an error.
    Http {
        /// What to send, and how.
        call: Box<HttpCall>,
        /// Takes the answer.
        then: AwaitResponse,
    },
    /// Read a file.
    ReadFile {
        /// Which file, and under which rules.
        file: FileRequest,
        /// Takes the content.
        then: AwaitFile,
    },
    /// Run a program, on a host that can; one that cannot answers by [`AwaitOutput::refuse`]. Without the feature `chain` it
    /// never comes, and what handles it costs nothing.
    Run {
        /// What to run, and under which rules.
        command: Box<CommandRequest>,
        /// Takes what it wrote.
        then: AwaitOutput,
    },
    /// Sign an assertion with the key of a certificate, on a host that can; one that cannot answers by
    /// [`AwaitSignature::refuse`]. Without the feature `chain` it never comes.
    Sign {
        /// What to sign, and with which key.
        what: Box<SignRequest>,
        /// Takes the signature.
        then: AwaitSignature,
    },
    /// Wait before the next attempt.
    Sleep {
        /// How long.
        delay: Duration,
        /// Why, for progress messages and logs.
        cause: RetryCause,
        /// Goes on.
        then: AwaitWake,
    },
    /// The flow has ended.
    Done(Result<AccessToken, Error>),
}

impl Acquire {
    /// Begins. `seed` is drawn at random by the driver and decides jitter and request ids; `now` is the current time.
    pub fn start(self, seed: u64, now: UnixTime) -> Step {
        step(Flow::begin(self, seed, now), Around::NOTHING)
    }
}

#[cfg(feature = "chain")]
impl AcquireFromChain {
    /// Begins. `seed` is drawn at random by the driver and decides jitter and request ids; `now` is the current time.
    pub fn start(self, seed: u64, now: UnixTime) -> Step {
        turn(Walk::begin(self, seed, now))
    }
}

fn step(next: Next, mut around: Around) -> Step {
    match next {
        Next::Http(call, flow) => Step::Http { call, then: AwaitResponse { flow, around } },
        Next::ReadFile(file, flow) => {
            let then = AwaitFile { flow, around, purpose: file.purpose, path: file.path.clone() };
            Step::ReadFile { file, then }
        }
        #[cfg(feature = "chain")]
        Next::Sign(what, flow) => Step::Sign { what, then: AwaitSignature { flow, around } },
        Next::Sleep(delay, cause, flow) => {
            around.waits(delay);
            Step::Sleep { delay, cause, then: AwaitWake { flow, around } }
        }
        #[cfg(feature = "chain")]
        Next::Done(outcome) => match around.0 {
            Some(walk) => turn(walk.on_outcome(outcome)),
            None => Step::Done(outcome),
        },
        #[cfg(not(feature = "chain"))]
        Next::Done(outcome) => Step::Done(outcome),
    }
}

#[cfg(feature = "chain")]
fn turn(turn: Turn) -> Step {
    match turn {
        Turn::Flow(next, walk) => step(next, Around(Some(walk))),
        Turn::Run(command, walk) => Step::Run { command, then: AwaitOutput(walk) },
        Turn::Done(outcome) => Step::Done(outcome),
    }
}

/// Waits for the answer to a call.
#[derive(Debug)]
#[must_use = "call `resume` with the answer; dropping it cancels the flow"]
pub struct AwaitResponse {
    flow: Box<Flow>,
    around: Around,
}

impl AwaitResponse {
    /// Takes the answer, and the time at which it came. The answer is an [`HttpResponse`] or, with the feature `http`, an
    /// `http::Response` of any body that is bytes or text.
    pub fn resume(self, answer: Result<impl Into<HttpResponse>, TransportError>, now: UnixTime) -> Step {
        let Self { flow, mut around } = self;
        around.at(now);
        step(flow.on_response(answer.map(Into::into), now), around)
    }
}

/// Waits for the content of a file.
#[derive(Debug)]
#[must_use = "call `resume` with the content; dropping it cancels the flow"]
pub struct AwaitFile {
    flow: Box<Flow>,
    around: Around,
    purpose: FilePurpose,
    path: String,
}

impl AwaitFile {
    /// Takes the content, which is wiped after use.
    pub fn resume(self, content: Result<Vec<u8>, FileError>) -> Step {
        step(self.flow.on_file(self.purpose, self.path, content), self.around)
    }
}

/// Waits for what a command writes. Without the feature `chain` there is none.
#[derive(Debug)]
#[must_use = "call `resume` with what it wrote; dropping it cancels the flow"]
pub struct AwaitOutput(#[cfg(feature = "chain")] Box<Walk>, #[cfg(not(feature = "chain"))] core::convert::Infallible);

#[cfg(feature = "chain")]
impl AwaitOutput {
    /// Takes what the command wrote until it ended, and the time of that.
    pub fn resume(mut self, output: Result<CommandOutput, CommandError>, now: UnixTime) -> Step {
        self.0.at(now);
        turn(self.0.on_output(output))
    }

    /// Goes on where the host runs no programs.
    pub fn refuse(self) -> Step {
        turn(self.0.on_output(Err(CommandError::new(CommandErrorKind::Unsupported, ""))))
    }
}

#[cfg(not(feature = "chain"))]
impl AwaitOutput {
    /// Takes what the command wrote until it ended, and the time of that.
    pub fn resume(self, _: Result<CommandOutput, CommandError>, _: UnixTime) -> Step {
        match self.0 {}
    }

    /// Goes on where the host runs no programs.
    pub fn refuse(self) -> Step {
        match self.0 {}
    }
}

/// Waits for a signature. Without the feature `chain` there is none.
#[derive(Debug)]
#[must_use = "call `resume` with the signature; dropping it cancels the flow"]
pub struct AwaitSignature {
    #[cfg(feature = "chain")]
    flow: Box<Flow>,
    #[cfg(feature = "chain")]
    around: Around,
    #[cfg(not(feature = "chain"))]
    never: core::convert::Infallible,
}

#[cfg(feature = "chain")]
impl AwaitSignature {
    /// Takes what was signed.
    pub fn resume(self, signed: Result<Signed, SignError>) -> Step {
        step(self.flow.on_signed(signed), self.around)
    }

    /// Goes on where the host signs nothing.
    pub fn refuse(self) -> Step {
        self.resume(Err(SignError::new(SignErrorKind::Unsupported, "")))
    }
}

#[cfg(not(feature = "chain"))]
impl AwaitSignature {
    /// Takes what was signed.
    pub fn resume(self, _: Result<Signed, SignError>) -> Step {
        match self.never {}
    }

    /// Goes on where the host signs nothing.
    pub fn refuse(self) -> Step {
        match self.never {}
    }
}

/// Waits for a delay to pass.
#[derive(Debug)]
#[must_use = "call `resume` after the delay; dropping it cancels the flow"]
pub struct AwaitWake {
    flow: Box<Flow>,
    around: Around,
}

impl AwaitWake {
    /// Goes on after the delay.
    pub fn resume(self) -> Step {
        step(self.flow.on_wake(), self.around)
    }
}
