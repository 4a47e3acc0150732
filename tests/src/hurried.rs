//! The effects of the native client in a time that passes faster than the real one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use managed_identity_core::{
    FileError, FileRequest, HttpCall, HttpResponse, TransportError, TransportErrorKind, UnixTime,
};
use managed_identity_reqwest::{AsyncEffects, BoxFuture, NativeEffects};

/// Sends and reads for real, through [`NativeEffects`]. Clock, waits and the limit on a whole call agree in a time of
/// their own, so that minutes of retries pass in a second and still mean what they say.
pub struct Hurried {
    native: NativeEffects,
    clock: Mutex<Clock>,
    seed: AtomicU64,
}

struct Clock {
    /// When `time` was.
    since: Instant,
    time: Duration,
    pace: u32,
}

impl Clock {
    fn now(&self) -> Duration {
        self.time + self.since.elapsed() * self.pace
    }

    fn set(&mut self, time: Duration, pace: u32) {
        *self = Self { since: Instant::now(), time, pace };
    }
}

impl Hurried {
    /// Time begins now and passes `pace` times as fast as the real one. Each seed that is drawn follows from `seed`.
    #[must_use]
    pub fn new(native: NativeEffects, pace: u32, seed: u64) -> Arc<Self> {
        let time = Duration::from_secs(native.now().as_secs());
        let clock = Mutex::new(Clock { since: Instant::now(), time, pace });
        Arc::new(Self { native, clock, seed: AtomicU64::new(seed) })
    }

    /// Lets so much time pass at once.
    pub fn advance(&self, by: Duration) {
        let mut clock = self.clock();
        let (now, pace) = (clock.now(), clock.pace);
        clock.set(now + by, pace);
    }

    /// Changes how fast time passes from now on.
    pub fn set_pace(&self, pace: u32) {
        let mut clock = self.clock();
        let now = clock.now();
        clock.set(now, pace);
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a time of this clock takes in the real one.
    fn real(&self, time: Duration) -> Duration {
        time / self.clock().pace
    }
}

impl AsyncEffects for Hurried {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let limit = self.real(call.policy().total_timeout);
        Box::pin(async move {
            let late = |_| Err(TransportError::new(TransportErrorKind::Timeout, "in hurried time"));
            tokio::time::timeout(limit, self.native.send(call)).await.unwrap_or_else(late)
        })
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        self.native.read_file(file)
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(self.real(delay)))
    }

    fn now(&self) -> UnixTime {
        UnixTime::from_duration(self.clock().now())
    }

    fn seed(&self) -> u64 {
        self.seed.fetch_add(1, Ordering::Relaxed)
    }
}
