//! A flow that belongs to its key: whoever waits for it may drive it, and it outlives each of them.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::sync::Arc;
use alloc::task::Wake;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};

use managed_identity_core::{AccessToken, Epoch, Error};

type Outcome = Result<AccessToken, Error>;
type Flow = Pin<Box<dyn Future<Output = Outcome>>>;

/// One of those who wait drives the flow; the others wait for their bells. When the driver goes away, the next one is rung
/// and drives on. When nobody waits at all, the flow stands still between the visits of who passes by.
pub(super) struct Flight<B> {
    pub(super) epoch: Epoch,
    state: RefCell<State<B>>,
    /// Nobody waits for what the present look at the flow finds.
    is_idle: Rc<Cell<bool>>,
    news: Arc<News>,
}

struct State<B> {
    /// Not there while it is driven, nor after its end.
    flow: Option<Flow>,
    outcome: Option<Outcome>,
    waiting: VecDeque<(u64, B)>,
    /// How many have waited so far.
    seats: u64,
}

impl<B> Flight<B> {
    /// A flight that has not begun. The flow is told whether somebody waits for it.
    pub(super) fn new(epoch: Epoch, flow: impl FnOnce(Rc<Cell<bool>>) -> Flow) -> Self {
        let is_idle = Rc::new(Cell::new(false));
        let flow = Some(flow(Rc::clone(&is_idle)));
        let state = RefCell::new(State { flow, outcome: None, waiting: VecDeque::new(), seats: 0 });
        Self { epoch, state, is_idle, news: Arc::new(News(AtomicBool::new(true))) }
    }

    /// Brings the flow on as far as it goes without waiting, if there is news for it and nobody drives it. Answers whether
    /// it has ended.
    pub(super) fn visit(&self) -> bool {
        if !self.news.0.load(Ordering::Relaxed) {
            return self.has_ended();
        }
        let Some(mut driver) = Driver::of(self) else { return self.has_ended() };
        self.news.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self.news));
        self.is_idle.set(true);
        let polled = driver.flow.as_mut().map(|flow| flow.as_mut().poll(&mut Context::from_waker(&waker)));
        self.is_idle.set(false);
        match polled {
            Some(Poll::Ready(outcome)) => driver.finish(outcome),
            _ => drop(driver),
        }
        self.has_ended()
    }

    fn has_ended(&self) -> bool {
        self.state.borrow().outcome.is_some()
    }

    /// How it ended. Whoever drops this future leaves the flight to the others.
    pub(super) async fn outcome<W: Future<Output = ()>>(&self, bell: impl Fn() -> (B, W)) -> Outcome {
        loop {
            if let Some(outcome) = &self.state.borrow().outcome {
                return outcome.clone();
            }
            if let Some(mut driver) = Driver::of(self) {
                let outcome = poll_fn(|context| match &mut driver.flow {
                    Some(flow) => flow.as_mut().poll(context),
                    None => Poll::Pending,
                })
                .await;
                driver.finish(outcome);
                continue;
            }
            let (bell, rung) = bell();
            let mut seat = Seat::take(self, bell);
            rung.await;
            seat.is_rung = true;
        }
    }

    /// Has the next one who waits look after the flow.
    fn ring_next(&self) {
        let next = self.state.borrow_mut().waiting.pop_front();
        drop(next);
    }
}

impl<B> fmt::Debug for Flight<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// The flow in the hands of one caller, put back when the caller goes away.
struct Driver<'a, B> {
    flight: &'a Flight<B>,
    flow: Option<Flow>,
}

impl<'a, B> Driver<'a, B> {
    /// Nothing when somebody else drives it.
    fn of(flight: &'a Flight<B>) -> Option<Self> {
        let flow = flight.state.borrow_mut().flow.take()?;
        Some(Self { flight, flow: Some(flow) })
    }

    fn finish(mut self, outcome: Outcome) {
        self.flow = None;
        let mut state = self.flight.state.borrow_mut();
        state.outcome = Some(outcome);
        let waiting = core::mem::take(&mut state.waiting);
        drop(state);
        drop(waiting);
    }
}

impl<B> Drop for Driver<'_, B> {
    fn drop(&mut self) {
        if let Some(flow) = self.flow.take() {
            self.flight.state.borrow_mut().flow = Some(flow);
            self.flight.ring_next();
        }
    }
}

/// The place of one who waits. One who was rung, and goes away before it could do anything, passes it on.
struct Seat<'a, B> {
    flight: &'a Flight<B>,
    number: u64,
    is_rung: bool,
}

impl<'a, B> Seat<'a, B> {
    fn take(flight: &'a Flight<B>, bell: B) -> Self {
        let mut state = flight.state.borrow_mut();
        state.seats += 1;
        let number = state.seats;
        state.waiting.push_back((number, bell));
        Self { flight, number, is_rung: false }
    }
}

impl<B> Drop for Seat<'_, B> {
    fn drop(&mut self) {
        if self.is_rung {
            return;
        }
        let mut state = self.flight.state.borrow_mut();
        // In the order of their numbers.
        let found = state.waiting.binary_search_by_key(&self.number, |(number, _)| *number);
        let bell = found.ok().and_then(|position| state.waiting.remove(position));
        let is_left = bell.is_none() && state.flow.is_some();
        drop(state);
        if is_left {
            self.flight.ring_next();
        }
    }
}

/// Whether something has come for a flow that nobody drives.
struct News(AtomicBool);

impl Wake for News {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
