//! Effects that are released by hand, and callers that are polled by hand: no clock, no thread, no luck.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use managed_identity_core::{
    FileError, FileErrorKind, FileRequest, HttpCall, HttpResponse, Source, TransportError, UnixTime,
};
use managed_identity_wasi::{AccessToken, ConcurrentClient, ConcurrentEffects, Error, TokenOptions, TokenRequest};

pub(crate) type Client = ConcurrentClient<Host>;
pub(crate) type Outcome = Result<AccessToken, Error>;

/// When the tests begin.
const START: u64 = 1_700_000_000;

/// Something that comes once, and wakes whoever looked last.
struct Gate<T> {
    value: RefCell<Option<T>>,
    waker: RefCell<Option<Waker>>,
}

impl<T> Gate<T> {
    fn new() -> Rc<Self> {
        Rc::new(Self { value: RefCell::new(None), waker: RefCell::new(None) })
    }

    fn open(&self, value: T) {
        *self.value.borrow_mut() = Some(value);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn passed(self: &Rc<Self>) -> impl Future<Output = T> + use<T> {
        let gate = Rc::clone(self);
        poll_fn(move |context| match gate.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                *gate.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
    }
}

#[derive(Clone, Default)]
pub(crate) struct Host(Rc<State>);

#[derive(Default)]
struct State {
    now: Cell<u64>,
    requests: RefCell<Vec<(String, Weak<Gate<HttpResponse>>)>>,
    sleepers: RefCell<Vec<(u64, Weak<Gate<()>>)>>,
}

impl Host {
    pub(crate) fn new() -> Self {
        let host = Self::default();
        host.0.now.set(START * 1000);
        host
    }

    pub(crate) fn client(&self) -> Client {
        ConcurrentClient::with_effects(Source::imds("http://127.0.0.1:1").unwrap(), self.clone())
    }

    /// How many requests were sent.
    pub(crate) fn requests(&self) -> usize {
        self.0.requests.borrow().len()
    }

    /// The address of a request.
    pub(crate) fn url(&self, index: usize) -> String {
        self.0.requests.borrow()[index].0.clone()
    }

    /// Whether somebody still wants the answer to this request.
    pub(crate) fn is_wanted(&self, index: usize) -> bool {
        self.0.requests.borrow()[index].1.strong_count() > 0
    }

    pub(crate) fn answer(&self, index: usize, answer: HttpResponse) {
        let gate = self.0.requests.borrow()[index].1.upgrade();
        gate.expect("nobody waits for the answer").open(answer);
    }

    pub(crate) fn give(&self, index: usize, token: &str, expires_in: u64) {
        let body = format!(r#"{{"access_token":"{token}","expires_in":{expires_in}}}"#);
        self.answer(index, HttpResponse::new(200, body.into_bytes()));
    }

    pub(crate) fn refuse(&self, index: usize, status: u16, retry_after: Option<u64>) {
        let answer = HttpResponse::new(status, Vec::new());
        self.answer(
            index,
            match retry_after {
                Some(seconds) => answer.with_header("retry-after", seconds.to_string().as_bytes()),
                None => answer,
            },
        );
    }

    /// Lets time pass, and wakes whoever slept no longer than that.
    pub(crate) fn pass(&self, milliseconds: u64) {
        let now = self.0.now.get() + milliseconds;
        self.0.now.set(now);
        let sleepers = self.0.sleepers.take();
        let (due, rest): (Vec<_>, Vec<_>) = sleepers.into_iter().partition(|(until, _)| *until <= now);
        *self.0.sleepers.borrow_mut() = rest;
        for gate in due.iter().filter_map(|(_, gate)| gate.upgrade()) {
            gate.open(());
        }
    }
}

impl ConcurrentEffects for Host {
    type Bell = Ringer;

    fn now(&self) -> UnixTime {
        UnixTime::from_duration(Duration::from_millis(self.0.now.get()))
    }

    fn seed(&self) -> u64 {
        7
    }

    fn send(&self, call: Box<HttpCall>) -> impl Future<Output = Result<HttpResponse, TransportError>> {
        let gate = Gate::new();
        let url = call.request().url().as_str().to_owned();
        self.0.requests.borrow_mut().push((url, Rc::downgrade(&gate)));
        async move { Ok(gate.passed().await) }
    }

    async fn read_file(&self, _: &FileRequest) -> Result<Vec<u8>, FileError> {
        Err(FileError::new(FileErrorKind::Denied, ""))
    }

    fn sleep(&self, delay: Duration) -> impl Future<Output = ()> {
        let gate = Gate::new();
        let until = self.0.now.get() + u64::try_from(delay.as_millis()).unwrap();
        self.0.sleepers.borrow_mut().push((until, Rc::downgrade(&gate)));
        async move { gate.passed().await }
    }

    fn bell(&self) -> (Ringer, impl Future<Output = ()>) {
        let gate = Gate::new();
        let rung = gate.passed();
        (Ringer(gate), rung)
    }
}

/// Rings when it is dropped.
pub(crate) struct Ringer(Rc<Gate<()>>);

impl Drop for Ringer {
    fn drop(&mut self) {
        self.0.open(());
    }
}

/// A call on its way. Dropping it is giving up.
pub(crate) struct Caller<'a> {
    future: Pin<Box<dyn Future<Output = Outcome> + 'a>>,
    outcome: Option<Outcome>,
    woken: Arc<Flag>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<'a> Caller<'a> {
    /// A call that has got as far as it gets alone.
    pub(crate) fn of(client: &'a Client, request: TokenRequest, options: TokenOptions) -> Self {
        let future = Box::pin(async move { client.request(&request, &options).await });
        let mut caller = Self { future, outcome: None, woken: Arc::new(Flag(AtomicBool::new(true))) };
        caller.step();
        caller
    }

    /// Runs if it was woken. Answers whether it was.
    pub(crate) fn step(&mut self) -> bool {
        if self.outcome.is_some() || !self.woken.0.swap(false, Ordering::Relaxed) {
            return false;
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        if let Poll::Ready(outcome) = self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.outcome = Some(outcome);
        }
        true
    }

    pub(crate) fn is_done(&self) -> bool {
        self.outcome.is_some()
    }

    /// What came of it.
    pub(crate) fn outcome(self) -> Outcome {
        self.outcome.expect("the call waits")
    }

    /// The token that came of it.
    pub(crate) fn secret(self) -> String {
        self.outcome().unwrap().secret().to_owned()
    }
}

/// Runs everybody who was woken, until nobody is.
pub(crate) fn run(callers: &mut [Caller<'_>]) {
    while callers.iter_mut().any(Caller::step) {}
}
