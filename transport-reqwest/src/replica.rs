//! Data of which each thread has a part of its own, so that threads that only read do not slow each other down by writing
//! to the same cache line.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use managed_identity_core::{AccessToken, UnixTime, WeakAccessToken};
use thread_local::ThreadLocal;

/// Keeps the parts of two threads off one cache line, and off the pair of lines that processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// Tokens that many threads read and that seldom change, each in a place of its own. A thread looks at a token through a
/// reference that does not keep it, so that a token is gone when it is replaced, whichever threads have read it.
#[derive(Debug, Default)]
pub(crate) struct Replicas {
    threads: ThreadLocal<Apart<RefCell<Vec<Replica>>>>,
    /// Each change of any token has a number of its own.
    changes: AtomicU64,
    places: Mutex<Places>,
}

/// What a thread knows of one place.
#[derive(Debug, Default)]
struct Replica {
    change: u64,
    fresh: Range<UnixTime>,
    token: Option<WeakAccessToken>,
}

#[derive(Debug, Default)]
struct Places {
    made: usize,
    free: Vec<usize>,
}

/// One token as all threads see it.
#[derive(Debug)]
pub(crate) struct Published {
    replicas: Arc<Replicas>,
    place: usize,
    /// The number of the latest change; zero when there is no token.
    change: AtomicU64,
    latest: Mutex<Latest>,
}

#[derive(Debug, Default)]
struct Latest {
    held: Option<(AccessToken, Range<UnixTime>)>,
    /// What the threads look at: a clone for each that has looked, with a reference count of its own, since threads that
    /// count on the same one slow each other down.
    clones: Vec<AccessToken>,
}

impl Published {
    pub(crate) fn new(replicas: &Arc<Replicas>) -> Self {
        let mut places = lock(&replicas.places);
        let place = places.free.pop().unwrap_or_else(|| {
            places.made += 1;
            places.made - 1
        });
        drop(places);
        let (change, latest) = (AtomicU64::new(0), Mutex::default());
        Self { replicas: Arc::clone(replicas), place, change, latest }
    }

    /// Replaces the token, and the time in which it is fresh.
    pub(crate) fn set(&self, held: Option<(AccessToken, Range<UnixTime>)>) {
        let mut latest = lock(&self.latest);
        if latest.held.is_none() && held.is_none() {
            return;
        }
        let change = match held {
            Some(_) => self.replicas.changes.fetch_add(1, Ordering::Relaxed) + 1,
            None => 0,
        };
        let old = std::mem::replace(&mut *latest, Latest { held, clones: Vec::new() });
        self.change.store(change, Ordering::Release);
        drop(latest);
        drop(old);
    }

    /// The token, if it is fresh. Only the first look of a thread after a change takes a lock and allocates.
    pub(crate) fn fresh(&self, now: UnixTime) -> Option<AccessToken> {
        let change = self.change.load(Ordering::Acquire);
        if change == 0 {
            return None;
        }
        let mut replicas = self.replicas.threads.get_or_default().0.borrow_mut();
        match replicas.get(self.place).filter(|replica| replica.change == change) {
            Some(replica) if replica.fresh.contains(&now) => replica.token.as_ref()?.upgrade(),
            Some(_) => None,
            None => self.look(&mut replicas, now),
        }
    }

    #[cold]
    fn look(&self, replicas: &mut Vec<Replica>, now: UnixTime) -> Option<AccessToken> {
        let mut latest = lock(&self.latest);
        let change = self.change.load(Ordering::Relaxed);
        let (token, fresh) = latest.held.as_ref().map(|(token, fresh)| (token.detached_clone(), fresh.clone()))?;
        if replicas.len() <= self.place {
            replicas.resize_with(self.place + 1, Replica::default);
        }
        let answer = fresh.contains(&now).then(|| token.clone());
        if let Some(replica) = replicas.get_mut(self.place) {
            *replica = Replica { change, fresh, token: Some(token.downgrade()) };
        }
        latest.clones.push(token);
        answer
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        lock(&self.replicas.places).free.push(self.place);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    use std::sync::Arc;
    use std::thread;

    use managed_identity_core::{AccessToken, SourceKind, UnixTime};

    use super::{Published, Replicas, SpreadCounter};

    const NOW: UnixTime = UnixTime::from_secs(100);

    fn token(secret: &str) -> AccessToken {
        AccessToken::new(secret, "https://vault.azure.net", UnixTime::from_secs(1000), SourceKind::Imds)
    }

    fn set(published: &Published, secret: &str) {
        published.set(Some((token(secret), UnixTime::from_secs(50)..UnixTime::from_secs(500))));
    }

    fn seen(published: &Published) -> Option<String> {
        published.fresh(NOW).map(|token| token.secret().to_owned())
    }

    #[test]
    fn every_thread_sees_a_change_at_its_next_look() {
        let published = Published::new(&Arc::new(Replicas::default()));
        assert_eq!(seen(&published), None);
        for secret in ["one", "two", "three"] {
            thread::scope(|scope| drop(scope.spawn(|| set(&published, secret))));
            assert_eq!(seen(&published).as_deref(), Some(secret));
            assert_eq!(published.fresh(UnixTime::from_secs(500)).map(drop), None);
        }
        published.set(None);
        assert_eq!(seen(&published), None);
    }

    #[test]
    fn threads_count_apart_and_none_keeps_a_token_that_was_replaced() {
        let published = Published::new(&Arc::new(Replicas::default()));
        set(&published, "one");
        let mine = published.fresh(NOW).unwrap();
        let theirs = thread::scope(|scope| scope.spawn(|| published.fresh(NOW).unwrap()).join().unwrap());
        assert!(mine.same(&theirs));
        let tokens = (mine, theirs);
        let (mine, theirs) = (tokens.0.downgrade(), tokens.1.downgrade());
        drop(tokens);
        assert!(mine.upgrade().is_some() && theirs.upgrade().is_some());
        set(&published, "two");
        assert!(mine.upgrade().is_none() && theirs.upgrade().is_none(), "a thread keeps a token that was replaced");
    }

    #[test]
    fn a_place_that_is_used_again_shows_nothing_of_the_one_before() {
        let replicas = Arc::new(Replicas::default());
        let first = Published::new(&replicas);
        set(&first, "one");
        assert!(first.fresh(NOW).is_some());
        drop(first);
        let second = Published::new(&replicas);
        assert_eq!(seen(&second), None);
        set(&second, "two");
        assert_eq!(seen(&second).as_deref(), Some("two"));
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
