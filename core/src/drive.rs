//! A blocking driver for callers who want no driver of their own.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use crate::error::{Error, FileError, TransportError};
use crate::message::HttpResponse;
use crate::step::{FileRequest, HttpCall, Step};
use crate::time::UnixTime;
use crate::token::AccessToken;

/// Everything a flow needs from the outside world, as plain blocking calls.
pub trait Effects {
    /// The current time.
    fn now(&mut self) -> UnixTime;

    /// Sends a request and waits for its answer, keeping every promise of its policy.
    ///
    /// # Errors
    /// When there is no answer; an answer of any status is no error.
    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError>;

    /// Reads a file by the rules that the request states.
    ///
    /// # Errors
    /// When it cannot or must not be read.
    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError>;

    /// Waits.
    fn sleep(&mut self, delay: Duration);
}

impl Step {
    /// Drives the flow to its end.
    ///
    /// # Errors
    /// The error the flow ends with.
    pub fn run(self, effects: &mut dyn Effects) -> Result<AccessToken, Error> {
        let mut step = self;
        loop {
            step = match step {
                Self::Http { call, then } => {
                    let answer = effects.send(call);
                    then.resume(answer, effects.now())
                }
                Self::ReadFile { file, then } => then.resume(effects.read_file(&file)),
                Self::Sleep { delay, then, .. } => {
                    effects.sleep(delay);
                    then.resume()
                }
                Self::Done(outcome) => return outcome,
            };
        }
    }
}
