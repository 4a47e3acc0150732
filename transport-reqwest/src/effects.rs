//! What the client needs from the outside world.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use managed_identity_core::{FileError, FileRequest, HttpCall, HttpResponse, TransportError, UnixTime};

/// A boxed future, so that [`Effects`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Everything the client does to the outside world, in one place: the asynchronous twin of
/// [`managed_identity_core::Effects`].
///
/// [`NativeEffects`](crate::NativeEffects) is the real thing. A test gives its own, to answer without a network, to hold
/// answers back or to let time pass without waiting.
pub trait Effects: Send + Sync + 'static {
    /// Sends a request, keeping every promise of its policy, or refusing it by the name of the field that cannot be kept.
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;

    /// Reads a file by the rules that the request states. Such files are small and local, so this blocks.
    ///
    /// # Errors
    /// When the file cannot or must not be read.
    fn read_file(&self, file: &FileRequest) -> Result<Vec<u8>, FileError>;

    /// Waits.
    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()>;

    /// The current time.
    fn now(&self) -> UnixTime;

    /// A random number, drawn anew at each call.
    fn seed(&self) -> u64;
}
