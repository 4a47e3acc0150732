//! What a service has answered last.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};

/// Remembers the status of the last answer: the SDK's clients ask again by themselves, and when the time is over while they
/// do, nobody else knows what the service has said.
#[derive(Debug, Clone, Default)]
pub(super) struct LastAnswer(Arc<AtomicU16>);

impl LastAnswer {
    /// Its status, where there was one.
    pub(super) fn status(&self) -> Option<u16> {
        Some(self.0.load(Ordering::Relaxed)).filter(|status| *status != 0)
    }
}

#[async_trait]
#[expect(elided_lifetimes_in_paths, reason = "with the lifetime written out, this is not the method of the trait")]
impl Policy for LastAnswer {
    async fn send(&self, context: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let Some((policy, rest)) = next.split_first() else {
            return Err(azure_core::Error::with_message(ErrorKind::Other, "a policy needs another one after it"));
        };
        // An answer to an earlier request says nothing about this one.
        self.0.store(0, Ordering::Relaxed);
        let response = policy.send(context, request, rest).await?;
        self.0.store(response.status().into(), Ordering::Relaxed);
        Ok(response)
    }
}
