//! How long a plug-in has computed.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a plug-in has computed: the time in which its calls were polled. While it waits, nobody polls them.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter(Arc<Mutex<Reading>>);

#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    spent: Duration,
    running_since: Option<Instant>,
}

impl Meter {
    /// The time so far; `None` when it is not running, so that nothing is known of the computing that asks.
    pub(super) fn read(&self) -> Option<Duration> {
        let reading = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reading.running_since.map(|since| reading.spent + since.elapsed())
    }

    fn set(&self, change: impl FnOnce(&mut Reading)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The same future, with the meter running while it is polled.
    pub(super) fn of<F: Future>(&self, future: F) -> Metered<F> {
        Metered { meter: self.clone(), future: Box::pin(future) }
    }
}

pub(super) struct Metered<F> {
    meter: Meter,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.meter.set(|reading| reading.running_since = Some(Instant::now()));
        let polled = self.future.as_mut().poll(context);
        self.meter
            .set(|reading| reading.spent += reading.running_since.take().map_or(Duration::ZERO, |it| it.elapsed()));
        polled
    }
}
