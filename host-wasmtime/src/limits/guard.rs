//! Takes a plug-in's time away.

use std::time::Duration;

use wasmtime::{Store, UpdateDeadline};

use super::allowance::Limits;
use super::meter::Meter;

/// Keeps the limits of one store while calls run in it.
///
/// It needs [`Config::epoch_interruption`](wasmtime::Config::epoch_interruption) and an engine that [ticks](super::tick).
/// What runs in the store outside of [`Guard::run`] is stopped at its first tick: nobody would know how long it computed.
pub struct Guard {
    meter: Meter,
    limits: Limits,
}

/// Why a plug-in was stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// It did not answer in time.
    #[error("the plug-in did not answer within {0:?}")]
    TooLate(Duration),
    /// It trapped, computed for too long, or could not be instantiated.
    #[error("the plug-in was stopped: {0:#}")]
    Trapped(wasmtime::Error),
}

impl Guard {
    /// Sets the limits on the store, apart from its [memory](Limits::store_limits), which the store's data has to hold.
    pub fn new<T>(limits: Limits, store: &mut Store<T>) -> Self {
        let meter = Meter::default();
        let reading = meter.clone();
        store.set_hostcall_fuel(limits.memory);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| match reading.read() {
            Some(computed) if computed <= limits.compute => Ok(UpdateDeadline::Yield(1)),
            Some(_) => Err(wasmtime::Error::msg("it computed for too long")),
            None => Err(wasmtime::Error::msg("it ran outside of its guard")),
        });
        Self { meter, limits }
    }

    /// Runs calls into the store: its instantiation, and what follows. Their computing adds up over all runs; the total
    /// time is that of each run.
    ///
    /// # Errors
    /// [`Stopped`]; the store is not to be used again then.
    pub async fn run<R>(&self, calls: impl Future<Output = wasmtime::Result<R>>) -> Result<R, Stopped> {
        let answered = tokio::time::timeout(self.limits.total, self.meter.of(calls)).await;
        answered.map_err(|_| Stopped::TooLate(self.limits.total))?.map_err(Stopped::Trapped)
    }
}
