//! What the client needs from the outside world.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use managed_identity_core::{
    CommandError, CommandErrorKind, CommandOutput, CommandRequest, FileError, FileRequest, HttpCall, HttpResponse,
    SignError, SignErrorKind, SignRequest, Signed, TransportError, UnixTime,
};

/// A boxed future, so that [`AsyncEffects`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Everything the client does to the outside world, in one place: the asynchronous twin of
/// [`managed_identity_core::Effects`].
///
/// [`NativeEffects`](crate::NativeEffects) is the real thing. A test gives its own, to answer without a network, to hold
/// answers back or to let time pass without waiting.
pub trait AsyncEffects: Send + Sync + 'static {
    /// Sends a request, keeping every promise of its policy, or refusing it by the name of the field that cannot be kept.
    /// [`HttpCall::into_http`] gives an `http::Request`, and an `http::Response` becomes the answer by `into()`.
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;

    /// Reads a file by the rules that the request states, or tells why it cannot or must not be read.
    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>>;

    /// Runs a command by the rules that the request states, until it ends or the future is dropped, which ends it. Only a
    /// chain of credentials asks for it; who leaves this as it is runs no programs.
    fn run<'a>(&'a self, command: &'a CommandRequest) -> BoxFuture<'a, Result<CommandOutput, CommandError>> {
        let _ = command;
        Box::pin(std::future::ready(Err(CommandError::new(CommandErrorKind::Unsupported, ""))))
    }

    /// Signs with the key in the request. Only a service principal with a certificate asks for it; who leaves this as it is signs
    /// nothing.
    fn sign(&self, what: Box<SignRequest>) -> BoxFuture<'_, Result<Signed, SignError>> {
        drop(what);
        Box::pin(std::future::ready(Err(SignError::new(SignErrorKind::Unsupported, ""))))
    }

    /// Waits.
    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()>;

    /// The current time.
    fn now(&self) -> UnixTime;

    /// A random number, drawn anew at each call.
    fn seed(&self) -> u64;
}
