//! What the asynchronous client asks of its surroundings.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::Future;
use core::time::Duration;

use managed_identity_core::{FileError, FileRequest, HttpCall, HttpResponse, TransportError, UnixTime};

/// What the asynchronous client asks of its surroundings.
pub trait ConcurrentEffects: 'static {
    /// Wakes who waits for it when it is dropped.
    type Bell: 'static;

    /// The current time.
    fn now(&self) -> UnixTime;

    /// A random number, drawn anew at each call.
    fn seed(&self) -> u64;

    /// Sends a request and waits for its answer, keeping every promise in it.
    fn send(&self, call: Box<HttpCall>) -> impl Future<Output = Result<HttpResponse, TransportError>>;

    /// Reads a file by the rules that the request states.
    fn read_file(&self, file: &FileRequest) -> impl Future<Output = Result<Vec<u8>, FileError>>;

    /// Waits.
    fn sleep(&self, delay: Duration) -> impl Future<Output = ()>;

    /// A bell, and a future that ends when the bell is dropped. It wakes across tasks of the component model, where a waker
    /// need not.
    fn bell(&self) -> (Self::Bell, impl Future<Output = ()>);
}
