//! Effects for tests (feature `testing`): no network, no file and no waiting.
//!
//! | to | use |
//! | --- | --- |
//! | have every request answered at once | [`FixedEffects`] |
//! | answer each request and each command when the test says so, and let time pass when it says so | [`HeldEffects`] |
//! | test code that only needs tokens, whoever gives them | [`FakeTokens`] |

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use managed_identity_core::FakeTokens;
use managed_identity_core::{
    CommandError, CommandErrorKind, CommandOutput, CommandRequest, FileError, FileErrorKind, FileRequest, HttpCall,
    HttpRequest, HttpResponse, TransportError, TransportErrorKind, UnixTime,
};
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use crate::effects::{AsyncEffects, BoxFuture};

/// When time begins in these tests.
pub const START: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Answers every request at once in the same way. Time stands still, and no wait takes any.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), managed_identity_reqwest::Error> {
/// use std::sync::Arc;
///
/// use managed_identity_reqwest::testing::FixedEffects;
/// use managed_identity_reqwest::{ManagedIdentityClient, Source};
///
/// let effects = Arc::new(FixedEffects::new(200, r#"{"access_token":"eyJ...","expires_in":3600}"#));
/// let source = Source::imds("http://169.254.169.254")?;
/// let client = ManagedIdentityClient::builder().source(source).effects(effects).build()?;
/// assert_eq!(client.get_token("https://vault.azure.net").await?.secret(), "eyJ...");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct FixedEffects {
    status: u16,
    body: String,
    requests: AtomicU64,
}

impl FixedEffects {
    /// Effects that answer every request with this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), requests: AtomicU64::new(0) }
    }

    /// How many requests have been answered.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

impl AsyncEffects for FixedEffects {
    fn send(&self, _: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(Ok(HttpResponse::new(self.status, self.body.as_str()))))
    }

    fn read_file<'a>(&'a self, _: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(Err(FileError::new(FileErrorKind::NotFound, ""))))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn now(&self) -> UnixTime {
        START
    }

    fn seed(&self) -> u64 {
        1
    }
}

/// Holds every request back until the test answers it. Time begins at [`START`] and passes when the test says so, which
/// ends the waits that are over then.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), managed_identity_reqwest::Error> {
/// use std::time::Duration;
///
/// use managed_identity_reqwest::testing::{HeldEffects, START};
/// use managed_identity_reqwest::{ManagedIdentityClient, Source};
///
/// let held = HeldEffects::new();
/// let source = Source::imds("http://169.254.169.254")?;
/// let client = ManagedIdentityClient::builder().source(source).effects(held.clone()).build()?;
/// let caller = tokio::spawn(async move { client.get_token("https://vault.azure.net").await });
///
/// held.next_call().await.answer_status(429, &[("retry-after", "60")]);
/// held.settle().await;
/// // A wait that many are told is put off by up to a fifth of it, so that not all of them come at once.
/// held.advance(Duration::from_secs(72));
/// held.next_call().await.answer_token("eyJ...", START + Duration::from_secs(3600));
/// assert_eq!(caller.await.unwrap()?.secret(), "eyJ...");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct HeldEffects {
    now: watch::Sender<UnixTime>,
    sent: mpsc::UnboundedSender<HeldCall>,
    calls: Mutex<mpsc::UnboundedReceiver<HeldCall>>,
    started: mpsc::UnboundedSender<HeldCommand>,
    commands: Mutex<mpsc::UnboundedReceiver<HeldCommand>>,
    seed: AtomicU64,
}

/// A command that runs.
#[derive(Debug)]
pub struct HeldCommand {
    request: CommandRequest,
    answer: oneshot::Sender<Result<CommandOutput, CommandError>>,
}

impl HeldCommand {
    /// The command.
    #[must_use]
    pub const fn request(&self) -> &CommandRequest {
        &self.request
    }

    /// Ends it with this exit code, this on its standard output and this on its standard error.
    pub fn end(self, exit_code: i32, output: &str, errors: &str) {
        self.answer(Ok(CommandOutput::new(Some(exit_code), output.into(), errors.into())));
    }

    /// Tells what became of it.
    pub fn answer(self, outcome: Result<CommandOutput, CommandError>) {
        // Whoever started it may have been cancelled.
        let _ = self.answer.send(outcome);
    }

    /// Whether whoever started it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.answer.is_closed()
    }
}

/// A request on its way.
#[derive(Debug)]
pub struct HeldCall {
    request: HttpRequest,
    answer: oneshot::Sender<HttpResponse>,
}

impl HeldEffects {
    /// Effects without a request.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let (sent, calls) = mpsc::unbounded_channel();
        let (started, commands) = mpsc::unbounded_channel();
        let (now, seed) = (watch::Sender::new(START), AtomicU64::new(1));
        Arc::new(Self { now, sent, calls: Mutex::new(calls), started, commands: Mutex::new(commands), seed })
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = *now + by);
    }

    /// The next request, which must be on its way or come without anybody's help.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next_call(&self) -> HeldCall {
        let mut calls = self.calls.lock().await;
        // As long as thousands of callers need who come before it.
        for _ in 0..1000 {
            if let Ok(call) = calls.try_recv() {
                return call;
            }
            tokio::task::yield_now().await;
        }
        panic!("no request is on its way")
    }

    /// The next command, which must be running or come without anybody's help.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next_command(&self) -> HeldCommand {
        let mut commands = self.commands.lock().await;
        for _ in 0..1000 {
            if let Ok(command) = commands.try_recv() {
                return command;
            }
            tokio::task::yield_now().await;
        }
        panic!("no command is running")
    }

    /// No request is on its way, and none comes without anybody's help.
    ///
    /// # Panics
    /// When there is one.
    pub async fn assert_no_call(&self) {
        self.settle().await;
        assert!(self.calls.lock().await.try_recv().is_err(), "an unexpected request");
    }

    /// The requests on their way whose sender has not been cancelled.
    pub async fn live_calls(&self) -> Vec<HeldCall> {
        self.settle().await;
        let mut calls = self.calls.lock().await;
        std::iter::from_fn(|| calls.try_recv().ok()).filter(|call| !call.is_cancelled()).collect()
    }

    /// Lets every task of this runtime run until none can go on by itself.
    pub async fn settle(&self) {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }
}

impl HeldCall {
    /// The request. It may hold a secret.
    #[must_use]
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// Answers with a token that expires at this time.
    pub fn answer_token(self, secret: &str, expires_on: UnixTime) {
        let expires_on = expires_on.as_secs();
        self.answer(HttpResponse::new(200, format!(r#"{{"access_token":"{secret}","expires_on":{expires_on}}}"#)));
    }

    /// Answers with this status, these headers and no body.
    pub fn answer_status(self, status: u16, headers: &[(&str, &str)]) {
        let response = HttpResponse::new(status, Vec::new());
        let add = |response: HttpResponse, (name, value): &(&str, &str)| response.with_header(name, value.as_bytes());
        self.answer(headers.iter().fold(response, add));
    }

    /// Answers.
    pub fn answer(self, response: HttpResponse) {
        // Whoever sent the request may have been cancelled.
        let _ = self.answer.send(response);
    }

    /// Whether whoever sent the request was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.answer.is_closed()
    }
}

impl AsyncEffects for HeldEffects {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let (request, _) = call.into_parts();
            let gone = || TransportError::new(TransportErrorKind::Broken, "the test dropped the request");
            self.sent.send(HeldCall { request, answer }).map_err(|_| gone())?;
            answered.await.map_err(|_| gone())
        })
    }

    fn read_file<'a>(&'a self, _: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(Err(FileError::new(FileErrorKind::NotFound, ""))))
    }

    fn run<'a>(&'a self, command: &'a CommandRequest) -> BoxFuture<'a, Result<CommandOutput, CommandError>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let gone = || CommandError::new(CommandErrorKind::Failed, "the test dropped the command");
            self.started.send(HeldCommand { request: command.clone(), answer }).map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        })
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        let mut now = self.now.subscribe();
        let until = *now.borrow_and_update() + delay;
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
