//! What a caller may choose of how a token is asked for.

use core::time::Duration;

use super::retry_policy::RetryPolicy;

/// How a token is asked for, whatever it is asked of. Plain data; whatever is not set is as the source suggests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcquireOptions {
    /// Retries by this policy instead of the source's own.
    pub retry: Option<RetryPolicy>,
    /// The longest time for everything together, instead of the policy's own.
    pub time_budget: Option<Duration>,
    /// The longest wait for a connection, instead of what evidence and the time budget suggest.
    pub connect_timeout: Option<Duration>,
    /// Takes the patience out of the retry policy, as [`RetryPolicy::fail_fast`] says.
    pub fail_fast: bool,
    /// Leaves out the headers `x-client-sku`, `x-client-ver` and `x-ms-client-request-id` on IMDS.
    pub without_client_headers: bool,
}
