//! Data that each thread has a copy of, so that threads that only read do not slow each other down by counting on the
//! same cache line.

use std::num::NonZero;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// How many copies there are: one for each processor, up to a limit that bounds the memory.
static COPIES: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get).min(16));

thread_local! {
    static INDEX: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    };
}

/// One `T` for each processor. Threads share one only when there are more of them than processors.
#[derive(Debug)]
pub(crate) struct PerThread<T>(Box<[T]>);

impl<T> PerThread<T> {
    pub(crate) fn new(make: impl Fn() -> T) -> Self {
        Self((0..(*COPIES).max(1)).map(|_| make()).collect())
    }

    /// The copy of this thread.
    pub(crate) fn mine(&self) -> &T {
        // A thread that is ending has no index any more; any copy will do.
        let index = INDEX.try_with(|index| *index).unwrap_or(0);
        &self.0[index % self.0.len()]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

/// A counter that many threads increment and few read.
#[derive(Debug)]
pub(crate) struct Counter(PerThread<Padded>);

#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded(AtomicU64);

impl Default for Counter {
    fn default() -> Self {
        Self(PerThread::new(Padded::default))
    }
}

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.mine().0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.iter().map(|count| count.0.load(Ordering::Relaxed)).sum()
    }
}
