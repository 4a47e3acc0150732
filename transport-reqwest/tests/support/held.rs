//! `AsyncEffects` that a test holds in its hands: answers come when it gives them, and time passes when it says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use managed_identity_reqwest::core::{
    FileError, FileErrorKind, FileRequest, HttpCall, HttpRequest, HttpResponse, TransportError, UnixTime,
};
use managed_identity_reqwest::{
    AsyncEffects, BoxFuture, ManagedIdentityClient, ManagedIdentityClientBuilder, RetryPolicy,
};
use tokio::sync::{Mutex, mpsc, oneshot, watch};

/// When these tests begin, in seconds since the epoch.
pub const START: u64 = 1_700_000_000;

/// Holds every request back until the test answers it.
pub struct Held {
    now: watch::Sender<UnixTime>,
    sent: mpsc::UnboundedSender<Call>,
    calls: Mutex<mpsc::UnboundedReceiver<Call>>,
    seed: AtomicU64,
}

/// A request on its way.
pub struct Call {
    pub request: HttpRequest,
    answer: oneshot::Sender<HttpResponse>,
}

impl Held {
    pub fn new() -> Arc<Self> {
        let (sent, calls) = mpsc::unbounded_channel();
        let now = watch::Sender::new(UnixTime::from_secs(START));
        Arc::new(Self { now, sent, calls: Mutex::new(calls), seed: AtomicU64::new(1) })
    }

    /// A client of App Service over these effects, that does not retry.
    pub fn client(self: &Arc<Self>) -> ManagedIdentityClientBuilder {
        let source = managed_identity_reqwest::Source::app_service("http://127.0.0.1:1/token", "identity-header");
        ManagedIdentityClient::builder()
            .source(source.unwrap())
            .retry(RetryPolicy::none())
            .effects(Arc::clone(self) as Arc<dyn AsyncEffects>)
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.saturating_add(by));
    }

    /// The next request, which must be on its way or come without anybody's help.
    pub async fn next_call(&self) -> Call {
        let mut calls = self.calls.lock().await;
        settle().await;
        calls.try_recv().expect("a request on its way")
    }

    /// No request is on its way, and none comes without anybody's help.
    pub async fn assert_no_call(&self) {
        settle().await;
        assert!(self.calls.lock().await.try_recv().is_err(), "an unexpected request");
    }

    /// The requests on their way whose sender has not been cancelled.
    pub async fn live_calls(&self) -> Vec<Call> {
        settle().await;
        let mut calls = self.calls.lock().await;
        std::iter::from_fn(|| calls.try_recv().ok()).filter(|call| !call.answer.is_closed()).collect()
    }
}

impl Call {
    /// Answers with a token that lives so many seconds from the beginning of the test.
    pub fn answer_token(self, secret: &str, until: u64) {
        let body = format!(r#"{{"access_token":"{secret}","expires_on":{}}}"#, START + until);
        self.answer(HttpResponse::new(200, body.into_bytes()));
    }

    pub fn answer_status(self, status: u16, headers: &[(&str, &str)]) {
        let response = HttpResponse::new(status, Vec::new());
        let add = |response: HttpResponse, (name, value): &(&str, &str)| response.with_header(name, value.as_bytes());
        self.answer(headers.iter().fold(response, add));
    }

    pub fn answer(self, response: HttpResponse) {
        // Whoever sent the request may have been cancelled.
        let _ = self.answer.send(response);
    }

    /// Whether whoever sent the request was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.answer.is_closed()
    }
}

/// Lets every task run until none can go on by itself.
pub async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

impl AsyncEffects for Held {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let (request, _) = call.into_parts();
            assert!(self.sent.send(Call { request, answer }).is_ok());
            match answered.await {
                Ok(response) => Ok(response),
                Err(_) => panic!("the test dropped a call"),
            }
        })
    }

    fn read_file<'a>(&'a self, _: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(Err(FileError::new(FileErrorKind::NotFound, ""))))
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        let mut now = self.now.subscribe();
        let until = now.borrow_and_update().saturating_add(delay);
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= until).await;
        })
    }

    fn now(&self) -> UnixTime {
        *self.now.borrow()
    }

    fn seed(&self) -> u64 {
        self.seed.fetch_add(1, Ordering::Relaxed)
    }
}
