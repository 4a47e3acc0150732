//! A future against the clock.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use managed_identity_core::{TransportError, TransportErrorKind};
use wasip3::clocks::monotonic_clock::wait_for;

/// What a future brings, unless it takes longer than this. Then the future is dropped, which cancels it.
pub(super) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, TransportError> {
    let mut future = pin!(future);
    let mut clock = pin!(wait_for(nanoseconds(limit)));
    poll_fn(|context| {
        // What is there counts even if the limit has passed meanwhile.
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        clock.as_mut().poll(context).map(|()| Err(TransportError::new(TransportErrorKind::Timeout, "")))
    })
    .await
}

/// What a future brings, while another one runs along as long as it likes.
pub(super) async fn beside<T>(future: impl Future<Output = T>, companion: impl Future<Output = ()>) -> T {
    let mut future = pin!(future);
    let mut companion = pin!(companion);
    let mut over = false;
    poll_fn(|context| {
        if !over {
            over = companion.as_mut().poll(context).is_ready();
        }
        future.as_mut().poll(context)
    })
    .await
}

/// A duration as WASI counts it. Anything too long for that is for ever.
pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
