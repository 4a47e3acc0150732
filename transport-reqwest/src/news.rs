//! How flights ended, for those who wait for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use managed_identity_core::{AccessToken, Epoch, Error};
use tokio::sync::Notify;

/// How a flight ended. Waiters take the outcome from here and not from the cache: they get it even if it is not worth
/// keeping, and however late they run.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) epoch: Epoch,
    pub(crate) end: End,
}

#[derive(Clone, Debug)]
pub(crate) enum End {
    Outcome(Result<AccessToken, Error>),
    /// Its runtime has ended; somebody else may go on.
    GivenUp,
    /// The effects panicked.
    Panicked,
}

/// Where the latest news stands as long as somebody reads it, and no longer: a token may be in it.
#[derive(Debug, Default)]
pub(crate) struct Board {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    latest: Option<News>,
    /// Each news has a number of its own.
    number: u64,
    readers: usize,
}

/// Whoever reads the news from a moment on.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    board: &'a Board,
    seen: u64,
}

impl Board {
    pub(crate) fn announce(&self, news: News) {
        let mut state = self.state();
        state.number += 1;
        state.latest = Some(news).filter(|_| state.readers > 0);
        drop(state);
        self.changed.notify_waiters();
    }

    /// Whatever is announced from now on.
    pub(crate) fn subscribe(&self) -> Reader<'_> {
        let mut state = self.state();
        state.readers += 1;
        Reader { board: self, seen: state.number }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader<'_> {
    /// The latest news that was not read yet, as soon as there is some.
    pub(crate) async fn next(&mut self) -> News {
        loop {
            // Waits from before the look on, so that nothing is missed in between.
            let changed = self.board.changed.notified();
            if let Some(news) = self.unread() {
                return news;
            }
            changed.await;
        }
    }

    fn unread(&mut self) -> Option<News> {
        let state = self.board.state();
        if state.number == self.seen {
            return None;
        }
        self.seen = state.number;
        state.latest.clone()
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut state = self.board.state();
        state.readers -= 1;
        if state.readers == 0 {
            state.latest = None;
        }
    }
}

/// That the last who could want an outcome is gone.
#[derive(Debug, Default)]
pub(crate) struct Farewell {
    said: AtomicBool,
    notify: Notify,
}

impl Farewell {
    pub(crate) fn say(&self) {
        self.said.store(true, Ordering::Release);
        self.notify.notify_waiters();
    }

    pub(crate) async fn heard(&self) {
        // Waits from before the look on, as a reader does.
        let notified = self.notify.notified();
        if !self.said.load(Ordering::Acquire) {
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::{Pin, pin};
    use std::task::Poll;

    use managed_identity_core::{AccessToken, CacheKey, Epoch, Lookup, RefreshPolicy, Secret, Source, SourceKind};
    use managed_identity_core::{TokenCache, TokenRequest, UnixTime};

    use super::{Board, End, Farewell, News};

    fn epoch() -> Epoch {
        let source = Source::imds("http://127.0.0.1:1").unwrap();
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
        let mut cache = TokenCache::new(RefreshPolicy::default());
        let Lookup::Elected(lease) = cache.lookup(&CacheKey::new(&source, &request), UnixTime::default()) else {
            panic!("somebody else is elected")
        };
        lease.epoch()
    }

    async fn ready<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
        poll_fn(|context| {
            Poll::Ready(match future.as_mut().poll(context) {
                Poll::Ready(output) => Some(output),
                Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test]
    async fn a_reader_hears_what_is_announced_from_then_on_and_once() {
        let (board, epoch) = (Board::default(), epoch());
        board.announce(News { epoch, end: End::Panicked });
        let mut reader = board.subscribe();
        assert!(ready(pin!(reader.next())).await.is_none(), "it is old news");
        board.announce(News { epoch, end: End::GivenUp });
        assert!(matches!(reader.next().await.end, End::GivenUp));
        assert!(ready(pin!(reader.next())).await.is_none(), "it was read");
        let mut waiting = pin!(reader.next());
        assert!(ready(waiting.as_mut()).await.is_none());
        board.announce(News { epoch, end: End::GivenUp });
        assert!(ready(waiting).await.is_some());
    }

    #[test]
    fn a_token_stays_no_longer_than_its_readers() {
        let (board, epoch) = (Board::default(), epoch());
        let token = AccessToken::new(Secret::new("t".into()), String::new(), UnixTime::default(), SourceKind::Imds);
        let held = token.downgrade();
        let reader = board.subscribe();
        board.announce(News { epoch, end: End::Outcome(Ok(token.clone())) });
        drop(token);
        assert!(held.upgrade().is_some(), "somebody has yet to read it");
        drop(reader);
        assert!(held.upgrade().is_none());

        let token = AccessToken::new(Secret::new("t".into()), String::new(), UnixTime::default(), SourceKind::Imds);
        let held = token.downgrade();
        board.announce(News { epoch, end: End::Outcome(Ok(token)) });
        assert!(held.upgrade().is_none(), "nobody reads");
    }

    #[tokio::test]
    async fn a_farewell_is_heard_before_and_after() {
        let farewell = Farewell::default();
        let mut early = pin!(farewell.heard());
        assert!(ready(early.as_mut()).await.is_none());
        farewell.say();
        assert!(ready(early).await.is_some());
        assert!(ready(pin!(farewell.heard())).await.is_some());
    }
}
