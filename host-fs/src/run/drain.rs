//! Taking what a program writes, as fast as it writes and up to a limit.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use zeroize::{Zeroize as _, Zeroizing};

/// One pipe that is read on a thread of its own: two at once cannot be read in turn without one of them blocking.
pub(super) struct Drain {
    taken: Arc<Mutex<Taken>>,
    end: Receiver<()>,
}

struct Taken {
    content: Zeroizing<Vec<u8>>,
    is_full: bool,
    /// Nobody wants any more.
    is_over: bool,
}

impl Drain {
    /// Begins to read, and accepts so many bytes.
    pub(super) fn of(pipe: Option<impl Read + Send + 'static>, limit: usize) -> io::Result<Self> {
        // All the room at once, so that the buffer never moves and leaves a copy behind.
        let content = Zeroizing::new(Vec::with_capacity(limit));
        let taken = Arc::new(Mutex::new(Taken { content, is_full: false, is_over: false }));
        let (announce, end) = mpsc::channel();
        let shared = Arc::clone(&taken);
        thread::Builder::new().name("managed-identity tool".to_owned()).spawn(move || {
            if let Some(pipe) = pipe {
                read(pipe, &shared, limit);
            }
            // Whoever waited may have gone.
            let _ = announce.send(());
        })?;
        Ok(Self { taken, end })
    }

    /// Whether more was written than is accepted.
    pub(super) fn is_full(&self) -> bool {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).is_full
    }

    /// What was written until then, or until the end of it; `None` when it was too much.
    pub(super) fn content(self, last: Instant) -> Option<Vec<u8>> {
        // What came until now counts, whether it was all or not.
        let _ = self.end.recv_timeout(last.saturating_duration_since(Instant::now()));
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.is_over = true;
        (!taken.is_full).then(|| std::mem::take(&mut *taken.content))
    }
}

fn read(mut pipe: impl Read, shared: &Mutex<Taken>, limit: usize) {
    let mut part = Zeroizing::new([0; 4096]);
    loop {
        let read = match pipe.read(&mut *part) {
            Ok(0) => return,
            Ok(read) => part.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let mut taken = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.is_over {
            return;
        }
        if taken.content.len() + read.len() > limit {
            taken.is_full = true;
            taken.content.zeroize();
            return;
        }
        taken.content.extend_from_slice(read);
    }
}
