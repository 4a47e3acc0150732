//! The async runtime, for one piece of work.

use std::time::Duration;

use managed_identity_simulator::program::{EndSignal, EndSignals};

use crate::failure::Failure;

/// How long is waited for what was cancelled to end: a developer tool is looked after fifty times a second.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Waits for the work on this thread.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    Ok(runtime.block_on(work))
}

/// The same, until Ctrl-C or a termination: then the work is cancelled, and with it whatever program it has started ends. A
/// tool is in a process group of its own, so that nothing else would end it. From then on these signals end the program no more by
/// themselves, so it is for commands that do nothing else.
pub(crate) fn block_on_unless_ended<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    // One with a worker drops its tasks when it is told to end; one without does so only after the waiting.
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().map_err(Failure::Runtime)?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            biased;
            signal = end() => Err(Failure::Ended(signal)),
            outcome = work => Ok(outcome),
        }
    });
    runtime.shutdown_timeout(LAST_WAIT);
    outcome
}

/// Waits for what ends the program, and tells its number.
async fn end() -> u8 {
    let signal = match EndSignals::listen() {
        Ok(mut signals) => signals.next().await,
        // What cannot be listened to ends the program by itself.
        Err(_) => std::future::pending().await,
    };
    match signal {
        EndSignal::HangUp => 1,
        EndSignal::Interrupt => 2,
        EndSignal::Terminate => 15,
    }
}
