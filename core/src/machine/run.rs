//! A blocking driver for callers who want no driver of their own.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use super::recipe::Acquire;
use super::step::Step;
#[cfg(feature = "chain")]
use crate::effect::{CommandOutput, CommandRequest, SignRequest, Signed};
use crate::effect::{FileRequest, HttpCall};
#[cfg(feature = "chain")]
use crate::error::{CommandError, CommandErrorKind, SignError, SignErrorKind};
use crate::error::{Error, FileError, TransportError};
use crate::values::{AccessToken, UnixTime};
use crate::wire::HttpResponse;

/// Everything a flow needs from the outside world, as plain blocking calls.
///
/// ```
/// # #[cfg(feature = "http")] {
/// use std::time::Duration;
///
/// use managed_identity_core::{
///     Effects, FileError, FileErrorKind, FileRequest, HttpCall, HttpResponse, TransportError, UnixTime, http,
/// };
///
/// /// An endpoint that answers every request with the same token.
/// struct Canned;
///
/// impl Effects for Canned {
///     fn now(&mut self) -> UnixTime {
///         UnixTime::from_secs(1_700_000_000)
///     }
///
///     fn seed(&mut self) -> u64 {
///         42
///     }
///
///     fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError> {
///         let (request, _policy) = call.into_http()?;
///         assert_eq!(request.headers()["metadata"], "true");
///         Ok(http::Response::new(r#"{"access_token":"eyJ...","expires_in":3600}"#).into())
///     }
///
///     fn read_file(&mut self, _: &FileRequest) -> Result<Vec<u8>, FileError> {
///         Err(FileError::new(FileErrorKind::NotFound, ""))
///     }
///
///     fn sleep(&mut self, _: Duration) {}
/// }
///
/// # use managed_identity_core::{Acquire, Source, TokenRequest};
/// let source = Source::imds("http://169.254.169.254")?;
/// let request = TokenRequest::for_resource("https://vault.azure.net")?;
/// assert_eq!(Acquire::new(source, request)?.run(&mut Canned)?.secret(), "eyJ...");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Effects {
    /// The current time.
    fn now(&mut self) -> UnixTime;

    /// A random number, drawn anew at each call. It decides jitter and request ids, and need not be secret.
    fn seed(&mut self) -> u64;

    /// Sends a request and waits for its answer, keeping every promise of its policy. With the feature `http`,
    /// [`HttpCall::into_http`] gives an `http::Request`, and an `http::Response` becomes the answer by `into()`.
    ///
    /// # Errors
    /// When there is no answer; an answer of any status is no error.
    fn send(&mut self, call: Box<HttpCall>) -> Result<HttpResponse, TransportError>;

    /// Reads a file by the rules that the request states.
    ///
    /// # Errors
    /// When it cannot or must not be read.
    fn read_file(&mut self, file: &FileRequest) -> Result<Vec<u8>, FileError>;

    /// Runs a command by the rules that the request states, and takes what it writes. A host that runs no programs leaves it as
    /// it is.
    ///
    /// # Errors
    /// When it could not be run to its end. A command that fails is no error here.
    #[cfg(feature = "chain")]
    fn run_command(&mut self, _: &CommandRequest) -> Result<CommandOutput, CommandError> {
        Err(CommandError::new(CommandErrorKind::Unsupported, ""))
    }

    /// Signs with the key in the request. A host that signs nothing leaves it as it is.
    ///
    /// # Errors
    /// When there is no signature.
    #[cfg(feature = "chain")]
    fn sign(&mut self, _: &SignRequest) -> Result<Signed, SignError> {
        Err(SignError::new(SignErrorKind::Unsupported, ""))
    }

    /// Waits.
    fn sleep(&mut self, delay: Duration);
}

impl Acquire {
    /// Begins, and drives the flow to its end.
    ///
    /// # Errors
    /// The error the flow ends with.
    pub fn run(self, effects: &mut dyn Effects) -> Result<AccessToken, Error> {
        let (seed, now) = (effects.seed(), effects.now());
        self.start(seed, now).run(effects)
    }
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
                #[cfg(feature = "chain")]
                Self::Run { command, then } => {
                    let output = effects.run_command(&command);
                    then.resume(output, effects.now())
                }
                #[cfg(not(feature = "chain"))]
                Self::Run { then, .. } => then.refuse(),
                #[cfg(feature = "chain")]
                Self::Sign { what, then } => then.resume(effects.sign(&what)),
                #[cfg(not(feature = "chain"))]
                Self::Sign { then, .. } => then.refuse(),
                Self::Sleep { delay, then, .. } => {
                    effects.sleep(delay);
                    then.resume()
                }
                Self::Done(outcome) => return outcome,
            };
        }
    }
}
