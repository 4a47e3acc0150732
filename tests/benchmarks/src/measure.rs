//! The stopwatch.

use std::future::Future;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};

/// Lets contestants take turns, so that whatever else the machine does hurts all alike, and returns the median of what
/// each one reported. The first turn of each warms up and does not count.
pub fn medians<const N: usize>(rounds: usize, mut contestants: [&mut dyn FnMut() -> f64; N]) -> [f64; N] {
    let mut reported: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    for round in 0..=rounds {
        for (contestant, reported) in contestants.iter_mut().zip(&mut reported) {
            let value = contestant();
            if round > 0 {
                reported.push(value);
            }
        }
    }
    reported.map(|mut values| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    })
}

/// How time is taken.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The time that passes.
    Wall,
    /// The time that this thread has a processor for. It leaves out the other programs, which take turns on the same
    /// processors, and suits what never waits for anything.
    Processor,
}

impl Clock {
    /// The nanoseconds that `work`, which does something `count` times on this thread, takes for each.
    pub fn time<T>(self, count: u32, work: impl FnOnce() -> T) -> f64 {
        let begun = self.now();
        let result = work();
        let taken = self.now() - begun;
        drop(result);
        taken.as_nanos() as f64 / f64::from(count)
    }

    fn now(self) -> Duration {
        let clock = match self {
            Self::Wall => ClockId::CLOCK_MONOTONIC,
            Self::Processor => ClockId::CLOCK_THREAD_CPUTIME_ID,
        };
        Duration::from(clock_gettime(clock).expect("POSIX has both clocks"))
    }
}

/// The processor time that the child processes waited for so far took, in user and in kernel mode.
pub fn children_time() -> Duration {
    time_of(UsageWho::RUSAGE_CHILDREN)
}

/// The processor time that all threads of this process took so far, in user and in kernel mode.
pub fn own_time() -> Duration {
    time_of(UsageWho::RUSAGE_SELF)
}

fn time_of(who: UsageWho) -> Duration {
    let usage = getrusage(who).expect("a process may ask for its own usage");
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000))
        .sum()
}

/// Runs a future to its end on this thread, with timers and sockets.
pub struct Runtime(tokio::runtime::Runtime);

impl Runtime {
    pub fn new() -> Self {
        Self(tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made"))
    }

    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Self::new()
    }
}
