//! The effects of the native client, with the transcript as the other side.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt as _, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use managed_identity_core::{
    FileError, FileErrorKind, FileRequest, HttpCall, HttpResponse, TransportError, TransportErrorKind, UnixTime,
};
use managed_identity_reqwest::{AsyncEffects, BoxFuture, NativeEffects};
use tempfile::TempDir;

use super::certificates;
use super::server::Server;
use crate::expect::{self, Verdict};
use crate::transcript::{Answer, Effect, Exchange};
use crate::vector::Vector;

type Sent = Result<HttpResponse, TransportError>;

/// Sends through the native effects to the vector's own server, reads real files, and lets time pass without waiting.
pub(super) struct LoopbackEffects {
    vector: Arc<Vector>,
    native: NativeEffects,
    server: Server,
    folder: TempDir,
    state: Mutex<State>,
}

struct State {
    clock: Duration,
    next: usize,
    difference: Option<String>,
}

impl LoopbackEffects {
    pub(super) fn new(vector: Arc<Vector>, server: Server, folder: TempDir) -> Self {
        let mut native = NativeEffects::builder();
        if let Ok(certificates) = certificates::get() {
            native = native.root_certificate(certificates.root.clone());
        }
        let state = State { clock: Duration::from_secs(vector.now), next: 0, difference: None };
        Self { vector, native: native.build(), server, folder, state: Mutex::new(state) }
    }

    /// The folder of the key files.
    pub(super) fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap_or_default()
    }

    /// The first difference between transcript and client.
    pub(super) fn verdict(&self) -> Verdict {
        self.state().difference.clone().map_or(Ok(()), Err)
    }

    /// Whether the whole transcript was played.
    pub(super) fn ended(&self) -> Verdict {
        match self.vector.transcript.len() - self.state().next {
            0 => Ok(()),
            left => Err(format!("the flow ended with {left} steps of the transcript left")),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Result<&Exchange, String> {
        let mut state = self.state();
        let exchange = self.vector.transcript.get(state.next).ok_or("an effect that is not in the transcript")?;
        state.next += 1;
        Ok(exchange)
    }

    fn pass(&self, time: Duration) {
        self.state().clock += time;
    }

    fn note(&self, difference: &str) {
        let mut state = self.state();
        let step = state.next;
        state.difference.get_or_insert_with(|| format!("step {step}: {difference}"));
    }

    async fn exchanged(&self, call: Box<HttpCall>) -> Result<Sent, String> {
        let exchange = self.next()?;
        let (Effect::Http(expected), Some(answer)) = (&exchange.expect, &exchange.answer) else {
            return Err(format!("expected {:?}, found {call:?}", exchange.expect));
        };
        if call.request().url().authority() != self.server.authority() {
            return Err(format!("a request to another address than the vector's own server: {call:?}"));
        }
        let sent = match answer {
            // Nobody listens.
            Answer::TransportError(kind) if kind == "connect" => self.native.send(call).await,
            answer => {
                let served = self.server.serve(expected, answer);
                let (sent, seen) = tokio::join!(self.native.send(call), served);
                seen.map_err(|difference| format!("{difference}; the client got {sent:?}"))?;
                sent
            }
        };
        self.pass(Duration::from_secs(exchange.takes_seconds));
        Ok(sent)
    }

    async fn file(&self, file: &FileRequest) -> Result<Result<Vec<u8>, FileError>, String> {
        let exchange = self.next()?;
        let (Effect::ReadFile(expected), Some(answer)) = (&exchange.expect, &exchange.answer) else {
            return Err(format!("expected {:?}, found {file:?}", exchange.expect));
        };
        expect::file(file, expected)?;
        self.put(Path::new(&file.path), answer, file.max_len)?;
        let content = self.native.read_file(file).await;
        // There is none where the vector has none.
        let _ = fs::remove_file(&file.path);
        self.pass(Duration::from_secs(exchange.takes_seconds));
        Ok(content)
    }

    /// Makes the file that the transcript speaks of.
    fn put(&self, path: &Path, answer: &Answer, max_len: usize) -> Verdict {
        if path.parent() != Some(self.folder.path()) {
            return Err(format!("{} is not in the vector's own folder", path.display()));
        }
        let made = match answer {
            Answer::File(content) => write(path, &content.bytes()?),
            Answer::FileError(kind) if kind == "not-found" => Ok(()),
            Answer::FileError(kind) if kind == "too-large" => write(path, &vec![b'k'; max_len + 1]),
            Answer::FileError(kind) if kind == "not-regular" => {
                let target = self.folder.path().join("target");
                write(&target, b"key").and_then(|()| symlink(target, path))
            }
            answer => return Err(format!("no file can be made for {answer:?}")),
        };
        made.map_err(|error| error.to_string())
    }

    fn slept(&self, delay: Duration) -> Verdict {
        let exchange = self.next()?;
        let Effect::Sleep(expected) = &exchange.expect else {
            return Err(format!("expected {:?}, found a wait of {delay:?}", exchange.expect));
        };
        self.pass(delay + Duration::from_secs(exchange.takes_seconds));
        expect::delay(delay, expected)
    }
}

fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    std::io::Write::write_all(&mut file, content)
}

impl AsyncEffects for LoopbackEffects {
    fn send(&self, call: Box<HttpCall>) -> BoxFuture<'_, Sent> {
        Box::pin(async move {
            self.exchanged(call).await.unwrap_or_else(|difference| {
                self.note(&difference);
                Err(TransportError::new(TransportErrorKind::Denied, "the vector was left"))
            })
        })
    }

    fn read_file<'a>(&'a self, file: &'a FileRequest) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(async {
            self.file(file).await.unwrap_or_else(|difference| {
                self.note(&difference);
                Err(FileError::new(FileErrorKind::Denied, "the vector was left"))
            })
        })
    }

    fn sleep(&self, delay: Duration) -> BoxFuture<'_, ()> {
        if let Err(difference) = self.slept(delay) {
            self.note(&difference);
        }
        Box::pin(std::future::ready(()))
    }

    fn now(&self) -> UnixTime {
        UnixTime::from_duration(self.state().clock)
    }

    fn seed(&self) -> u64 {
        self.vector.seed
    }
}
