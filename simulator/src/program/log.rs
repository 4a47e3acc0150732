//! Where the program writes its request log. What could not be written is told at the end.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::SimulatorError;

/// A request log that remembers its first failure.
pub(super) struct RequestLog {
    output: Box<dyn Write + Send>,
    failure: Failure,
}

/// Why a request log is not whole, as soon as it is not.
#[derive(Clone)]
pub(super) struct Failure {
    path: PathBuf,
    cause: Arc<Mutex<Option<io::Error>>>,
}

impl RequestLog {
    /// A log in the file at `path`, after what is there already; `-` is standard error.
    pub(super) fn open(path: PathBuf) -> Result<Self, SimulatorError> {
        let output: Box<dyn Write + Send> = if path.as_os_str() == "-" {
            Box::new(io::stderr())
        } else {
            let file = File::options().append(true).create(true).open(&path);
            Box::new(file.map_err(SimulatorError::file("write", &path))?)
        };
        Ok(Self { output, failure: Failure { path, cause: Arc::default() } })
    }

    pub(super) fn failure(&self) -> Failure {
        self.failure.clone()
    }
}

impl Failure {
    fn remember<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|cause| {
            let told = io::Error::from(cause.kind());
            self.cause.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
            told
        })
    }

    /// The error, if a line could not be written.
    pub(super) fn check(self) -> Result<(), SimulatorError> {
        match self.cause.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some(cause) => Err(SimulatorError::Log { path: self.path, cause }),
        }
    }
}

impl Write for RequestLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.failure.remember(self.output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.failure.remember(self.output.flush())
    }
}
