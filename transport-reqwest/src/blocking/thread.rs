//! The thread on which the flights of a blocking client run.

use std::sync::Arc;
use std::sync::mpsc;

use managed_identity_core::{AccessToken, Error};
use tokio::runtime::{Builder, Runtime};

/// A runtime with one thread, which clones share.
#[derive(Clone)]
pub(super) struct Thread(Arc<Running>);

/// Ended without waiting for it, since that is not allowed inside another runtime.
struct Running(Option<Runtime>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Thread {
    pub(super) fn start() -> std::io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("managed-identity").enable_all().build()?;
        Ok(Self(Arc::new(Running(Some(runtime)))))
    }

    /// Waits for the work on that thread. The caller may be inside another runtime.
    pub(super) fn wait(
        &self,
        work: impl Future<Output = Result<AccessToken, Error>> + Send + 'static,
    ) -> Result<AccessToken, Error> {
        let (done, outcome) = mpsc::sync_channel(1);
        if let Some(runtime) = &self.0.0 {
            drop(runtime.spawn(async move {
                // A caller that is gone wants nothing any more.
                let _ = done.send(work.await);
            }));
        }
        // The thread lives as long as this, so an outcome always comes unless the work panics.
        outcome.recv().unwrap_or_else(|_| std::panic::resume_unwind(Box::new("the client's thread has ended")))
    }
}
