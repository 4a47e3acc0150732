//! A vector's transcript as the outside world of a component: its time, its files, and which answer is due.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, symlink};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use managed_identity_tests::expect::{self, Verdict};
use managed_identity_tests::loopback::server::Server;
use managed_identity_tests::transcript::{Answer, Effect, Exchange, FileEffect};
use managed_identity_tests::vector::Vector;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Plays the transcript. What a component does with WASI cannot be seen from here except for its requests and waits, so
/// files are put where they will be looked for before the request that leads to them is answered.
pub(crate) struct Script {
    vector: Vector,
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
    state: Mutex<State>,
}

struct State {
    clock: Duration,
    next: usize,
    in_flight: bool,
    difference: Option<String>,
    serving: Option<JoinHandle<Verdict>>,
}

/// A server at work.
pub(crate) type Serving = Pin<Box<dyn Future<Output = Verdict> + Send>>;

impl Script {
    /// Begins, with the files in place that are read first.
    pub(crate) fn new(vector: Vector, server: Server, folder: TempDir) -> Result<Self, String> {
        let clock = Duration::from_secs(vector.now);
        let state = Mutex::new(State { clock, next: 0, in_flight: false, difference: None, serving: None });
        let script = Self { vector, server, folder, state };
        script.put_next_file()?;
        Ok(script)
    }

    pub(crate) fn vector(&self) -> &Vector {
        &self.vector
    }

    /// The vector's time since the epoch.
    pub(crate) fn now(&self) -> Duration {
        self.state().clock
    }

    /// Serves all requests, for a component whose steps nobody follows.
    pub(crate) async fn serve_all(&self, listener: TcpListener) -> Verdict {
        let mut requests = Vec::new();
        for exchange in &self.vector.transcript {
            if let (Effect::Http(expected), Some(answer)) = (&exchange.expect, &exchange.answer) {
                requests.push((expected, answer));
            }
        }
        Server::serve_in_turn(listener, &requests).await
    }

    /// Puts all files of the transcript.
    pub(crate) fn put_files(&self) -> Verdict {
        self.vector.transcript.iter().try_for_each(|exchange| match (&exchange.expect, &exchange.answer) {
            (Effect::ReadFile(file), Some(answer)) => self.put(file, answer),
            _ => Ok(()),
        })
    }

    /// Takes note of a difference between transcript and component.
    pub(crate) fn note(&self, difference: String) {
        let mut state = self.state();
        let step = state.next;
        state.difference.get_or_insert_with(|| format!("step {step}: {difference}"));
    }

    /// A request is being answered, or its answer has been taken in.
    pub(crate) fn set_in_flight(&self, in_flight: bool) {
        self.state().in_flight = in_flight;
    }

    /// The answer to the request that is due.
    pub(crate) async fn http(&self) -> Result<&Answer, String> {
        self.finish_serving().await?;
        let exchange = self.take().ok_or("a request that is not in the transcript")?;
        match (&exchange.expect, &exchange.answer) {
            (Effect::Http(_), Some(answer)) => Ok(answer),
            (expected, _) => Err(format!("expected {expected:?}, found a request")),
        }
    }

    /// Before the answer to the present request is given: lets its time pass, and puts the file that is read next.
    pub(crate) fn prepare(&self) -> Verdict {
        self.pass(Duration::from_secs(self.present().map_or(0, |exchange| exchange.takes_seconds)));
        self.put_next_file()
    }

    /// Serves the present request.
    pub(crate) fn serve(self: Arc<Self>) -> Serving {
        Box::pin(async move {
            match self.present().map(|exchange| (&exchange.expect, &exchange.answer)) {
                Some((Effect::Http(expected), Some(answer))) => self.server.serve(expected, answer).await,
                _ => Err("no request is due".to_owned()),
            }
        })
    }

    /// Takes over what the server has yet to do.
    pub(crate) fn finish_later(&self, serving: Serving) {
        self.state().serving = Some(tokio::spawn(serving));
    }

    /// Waits until the server is done with the last request.
    pub(crate) async fn finish_serving(&self) -> Verdict {
        let serving = self.state().serving.take();
        match serving {
            Some(serving) => serving.await.map_err(|error| error.to_string())?,
            None => Ok(()),
        }
    }

    /// The exchange that was begun last.
    fn present(&self) -> Option<&Exchange> {
        let next = self.state().next;
        self.vector.transcript.get(next.checked_sub(1)?)
    }

    /// Whether a timer of this length is a wait of the transcript; if so, the time has passed.
    pub(crate) fn sleeps(&self, delay: Duration) -> bool {
        self.skip_file();
        let (next, in_flight) = {
            let state = self.state();
            (state.next, state.in_flight)
        };
        let Some(Exchange { expect: Effect::Sleep(expected), takes_seconds, .. }) = self.vector.transcript.get(next)
        else {
            return false;
        };
        if in_flight {
            return false;
        }
        self.state().next += 1;
        if let Err(difference) = expect::delay(delay, expected) {
            self.note(difference);
        }
        self.pass(delay + Duration::from_secs(*takes_seconds));
        if let Err(difference) = self.put_next_file() {
            self.note(difference);
        }
        true
    }

    /// The first difference, or that the transcript was not played to its end.
    pub(crate) fn verdict(&self) -> Verdict {
        self.skip_file();
        let state = self.state();
        match (&state.difference, self.vector.transcript.len().saturating_sub(state.next)) {
            (Some(difference), _) => Err(difference.clone()),
            (None, 0) => Ok(()),
            (None, left) => Err(format!("the flow ended with {left} steps of the transcript left")),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self, time: Duration) {
        self.state().clock += time;
    }

    fn take(&self) -> Option<&Exchange> {
        self.skip_file();
        let mut state = self.state();
        state.next += 1;
        self.vector.transcript.get(state.next - 1)
    }

    /// Steps over the reading of a file, which has happened when anything else does.
    fn skip_file(&self) {
        let mut state = self.state();
        if let Some(Exchange { expect: Effect::ReadFile(_), takes_seconds, .. }) =
            self.vector.transcript.get(state.next)
        {
            state.next += 1;
            state.clock += Duration::from_secs(*takes_seconds);
        }
    }

    /// Makes the file that the transcript's next step reads, if it is one. No time passes while it is read: the machine
    /// asks for the time with the next answer.
    fn put_next_file(&self) -> Verdict {
        let next = self.state().next;
        let Some(Exchange { expect: Effect::ReadFile(file), answer: Some(answer), .. }) =
            self.vector.transcript.get(next)
        else {
            return Ok(());
        };
        self.put(file, answer)
    }

    fn put(&self, file: &FileEffect, answer: &Answer) -> Verdict {
        let name = file.path.rsplit(['/', '\\']).next().unwrap_or_default();
        let path = self.folder.path().join(name);
        let made = match answer {
            Answer::File(content) => write(&path, &content.bytes()?),
            Answer::FileError(kind) if matches!(kind.as_str(), "not-found" | "denied") => {
                let _ = fs::remove_file(&path);
                Ok(())
            }
            Answer::FileError(kind) if kind == "too-large" => write(&path, &vec![b'k'; file.max_len + 1]),
            Answer::FileError(kind) if kind == "not-regular" => {
                let target = self.folder.path().join("target");
                write(&target, b"key").and_then(|()| symlink("target", &path))
            }
            answer => return Err(format!("no file can be made for {answer:?}")),
        };
        made.map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Writes a file, in the place of the one that an earlier step read.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)
}
