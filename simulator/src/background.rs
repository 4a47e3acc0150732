//! Work on a thread and an async runtime of its own, which needs no runtime of the caller's and does not disturb one.

use std::future::Future;
use std::io;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

/// Tasks that run until this is dropped.
pub(crate) struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Calls `begin` on the thread; the tasks that it spawns go on when it is done.
    ///
    /// # Errors
    ///
    /// What `begin` says, or that there is no thread or runtime to be had.
    pub(crate) fn start<F>(begin: impl FnOnce() -> F + Send + 'static) -> io::Result<Self>
    where
        F: Future<Output = io::Result<()>>,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let (report, begun) = mpsc::channel();
        // The runtime lives and ends on this thread: one that ends inside the caller's runtime would panic.
        let work = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Err(cause) => drop(report.send(Err(cause))),
            Ok(runtime) => runtime.block_on(async {
                drop(report.send(begin().await));
                // Ends when the sender is dropped; dropping the runtime then ends every task.
                let _ = stopped.await;
            }),
        };
        let thread = std::thread::Builder::new().name("managed-identity-simulator".to_owned()).spawn(work)?;
        let background = Self { stop: Some(stop), thread: Some(thread) };
        begun.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))??;
        Ok(background)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on the thread has been reported there already.
            let _ = thread.join();
        }
    }
}
