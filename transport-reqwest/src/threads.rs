//! Data of which each thread has a part of its own, so that threads that only read do not slow each other down by writing
//! to the same cache line.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use thread_local::ThreadLocal;

/// Keeps the parts of two threads off one cache line, and off the pair of lines that processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// A value that many threads read and that seldom changes. Each reads a clone of its own, and takes a new one when it
/// finds that the value has changed; until then it keeps the old one.
#[derive(Debug, Default)]
pub(crate) struct Replicated<T: Send> {
    latest: Mutex<T>,
    /// How often it has changed.
    version: AtomicU64,
    replicas: ThreadLocal<Apart<RefCell<Replica<T>>>>,
}

#[derive(Debug, Default)]
struct Replica<T> {
    value: T,
    version: u64,
}

impl<T: Clone + Default + Send> Replicated<T> {
    pub(crate) fn set(&self, value: T) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = value;
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Looks at the value. `look` must not lead back to here.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let mut replica = self.replicas.get_or_default().0.borrow_mut();
        if replica.version != self.version.load(Ordering::Acquire) {
            *replica = self.replica();
        }
        look(&replica.value)
    }

    #[cold]
    fn replica(&self) -> Replica<T> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        Replica { value: latest.clone(), version: self.version.load(Ordering::Relaxed) }
    }
}

/// A counter that many threads increment often and few read.
#[derive(Debug, Default)]
pub(crate) struct SpreadCounter(ThreadLocal<Apart<AtomicU64>>);

impl SpreadCounter {
    pub(crate) fn increment(&self) {
        let count = &self.0.get_or_default().0;
        // No other thread writes here, so this needs no exclusive access to the cache line.
        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.iter().map(|count| count.0.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::{Replicated, SpreadCounter};

    #[test]
    fn every_thread_sees_a_change_at_its_next_look() {
        let shared = Replicated::<u32>::default();
        assert_eq!(shared.read(|value| *value), 0);
        for value in 1..=3 {
            thread::scope(|scope| drop(scope.spawn(|| shared.set(value))));
            assert_eq!(shared.read(|seen| *seen), value);
        }
    }

    #[test]
    fn a_thread_reads_a_clone_of_its_own_and_keeps_it_while_nothing_changes() {
        let shared = Replicated::default();
        shared.set(Some(Box::new(7)));
        let place =
            || shared.read(|value: &Option<Box<i32>>| value.as_ref().map(|seen| std::ptr::from_ref(&**seen).addr()));
        let mine = place();
        assert_eq!(place(), mine);
        assert_ne!(thread::scope(|scope| scope.spawn(place).join().ok()), Some(mine));
    }

    #[test]
    fn what_threads_counted_is_kept_when_they_end() {
        let counter = SpreadCounter::default();
        for _ in 0..3 {
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| (0..1000).for_each(|_| counter.increment()));
                }
            });
        }
        assert_eq!(counter.total(), 6000);
    }
}
