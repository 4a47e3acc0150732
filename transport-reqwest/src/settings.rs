//! What applies to every acquisition of a client.

use std::sync::Arc;
use std::time::Duration;

use managed_identity_core::{AcquireOptions, RefreshPolicy, RetryCause, RetryPolicy, SourceKind};

/// Called before each wait of a retry, with the delay and its cause.
pub(crate) type OnRetry = Arc<dyn Fn(Duration, RetryCause) + Send + Sync>;

/// What applies to every acquisition of a client.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) client_capabilities: Vec<String>,
    pub(crate) acquire: AcquireOptions,
    pub(crate) on_retry: Option<OnRetry>,
    pub(crate) refresh: RefreshPolicy,
}

impl Settings {
    /// A lease that ended before the flow it is for would have the same token asked for twice.
    pub(crate) fn stretch_lease(&mut self, source: SourceKind) {
        let policy_budget =
            self.acquire.retry.as_ref().map_or(RetryPolicy::of(source).time_budget, |it| it.time_budget);
        let budget = self.acquire.time_budget.unwrap_or(policy_budget);
        self.refresh.lease = self.refresh.lease.max(budget.saturating_add(Duration::from_secs(30)));
    }
}
