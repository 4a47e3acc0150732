//! Which failures are retried, and after which delays: the rules of each source.

use alloc::borrow::Cow;
use core::time::Duration;

use crate::kind::{SourceKind, StatusClass};

/// Which failures are retried, and when. Every number is a field; [`RetryPolicy::of`] has the defaults of each source,
/// [`RetryPolicy::none`] switches retries off, and [`RetryPolicy::fail_fast`] takes the patience out of either. Made by
/// these and changed field by field.
///
/// A `Retry-After` of the service lengthens a delay and never shortens it; by seed it is put off by up to `jitter_percent`,
/// since it may be said to many at once. A refused policy, a wrong certificate and a
/// denial by the host are never retried.
///
/// Patience follows evidence. Where something proves that an endpoint exists ([`Source::is_proven`]), or it has answered
/// already, a connection that cannot be made and a time limit that passes are a race with its start: they are tried again
/// until the time budget ends. Where nothing does, a machine without the endpoint is known as such within five seconds.
///
/// [`Source::is_proven`]: crate::Source::is_proven
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The statuses below 500 that are retried.
    pub statuses: Cow<'static, [u16]>,
    /// Whether every status from 500 on is retried.
    pub server_errors: bool,
    /// The delays between attempts; as many retries as there are delays.
    pub delays: Cow<'static, [Duration]>,
    /// The delays after a 429 (too many requests), by the same count of retries.
    pub throttled_delays: Cow<'static, [Duration]>,
    /// From the first 410 (gone) on, these delays replace the others.
    pub gone: Option<GoneRetry>,
    /// How often a connection that cannot be made is tried again where nothing proves that there is an endpoint.
    pub connect_retries: u32,
    /// The delays after a connection that could not be made, and after a time limit, where something proves that there is an
    /// endpoint. The last one is repeated until the time budget ends; no delay is longer than half of what is left of it,
    /// nor shorter than a tenth of a second. Without any delay nothing counts as proof.
    pub start_up_delays: Cow<'static, [Duration]>,
    /// A wait that would be longer than this is not begun, whatever the service asks for.
    pub longest_wait: Duration,
    /// The longest wait for a connection; the policy's own limit, by evidence and by what is left of the time budget,
    /// unless set.
    pub connect_timeout: Option<Duration>,
    /// Each delay is multiplied by a factor between 1 minus and 1 plus this percentage, by seed; at most 90.
    pub jitter_percent: u8,
    /// The time for everything together; a wait that would pass it is not begun.
    pub time_budget: Duration,
}

/// The delays while the metadata service is being updated, which it announces with status 410.
///
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoneRetry {
    /// The delay of each retry; zero means no retry.
    pub step: Duration,
    /// No retry once this much has been waited since the first 410.
    pub total: Duration,
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const DOUBLING_5: &[Duration] = &[secs(1), secs(2), secs(4), secs(8), secs(16)];
const DOUBLING_3: &[Duration] = &[secs(1), secs(2), secs(4)];
const STEADY_3: &[Duration] = &[secs(1), secs(1), secs(1)];
const START_UP: &[Duration] = &[secs(1), secs(2), secs(4), secs(8)];

/// Longer than the longest outage that is documented, with answers that take some seconds each.
pub(super) const TIME_BUDGET: Duration = secs(150);

impl RetryPolicy {
    /// The policy of a source, as its documentation and the other libraries suggest.
    #[must_use]
    pub const fn of(source: SourceKind) -> Self {
        let (statuses, delays, throttled_delays): (&'static [u16], _, _) = match source {
            SourceKind::Imds => (&[404, 408, 410, 429], DOUBLING_5, DOUBLING_5),
            SourceKind::ServiceFabric => (&[408, 429], STEADY_3, DOUBLING_5),
            SourceKind::AppService | SourceKind::MachineLearning | SourceKind::CloudShell => {
                (&[404, 408, 429], STEADY_3, STEADY_3)
            }
            SourceKind::AzureArc => (&[408, 410, 429], DOUBLING_3, DOUBLING_3),
            SourceKind::WorkloadIdentity => (&[408, 429], DOUBLING_3, DOUBLING_3),
            #[cfg(feature = "chain")]
            SourceKind::AzurePipelines
            | SourceKind::Chain
            | SourceKind::ClientCertificate
            | SourceKind::ClientSecret
            | SourceKind::DeveloperTool(_)
            | SourceKind::FederatedIdentity
            | SourceKind::GitHubActions => (&[408, 429], DOUBLING_3, DOUBLING_3),
        };
        let gone = match source {
            SourceKind::AzureArc | SourceKind::Imds => Some(GoneRetry { step: secs(10), total: secs(70) }),
            _ => None,
        };
        Self {
            statuses: Cow::Borrowed(statuses),
            server_errors: true,
            delays: Cow::Borrowed(delays),
            throttled_delays: Cow::Borrowed(throttled_delays),
            gone,
            connect_retries: 1,
            start_up_delays: Cow::Borrowed(START_UP),
            longest_wait: Duration::MAX,
            connect_timeout: None,
            jitter_percent: 20,
            time_budget: TIME_BUDGET,
        }
    }

    /// No retries at all; the time budget stays that of the defaults.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            statuses: Cow::Borrowed(&[]),
            server_errors: false,
            delays: Cow::Borrowed(&[]),
            throttled_delays: Cow::Borrowed(&[]),
            gone: None,
            connect_retries: 0,
            start_up_delays: Cow::Borrowed(&[]),
            longest_wait: Duration::MAX,
            connect_timeout: None,
            jitter_percent: 0,
            time_budget: TIME_BUDGET,
        }
    }

    /// The same without patience, for who would rather know at once: nothing counts as proof of an endpoint, a connection is
    /// waited for at most 1.5 seconds, and no wait is longer than five, so that a long `Retry-After` ends the flow.
    #[must_use]
    pub fn fail_fast(self) -> Self {
        Self {
            start_up_delays: Cow::Borrowed(&[]),
            longest_wait: secs(5),
            connect_timeout: Some(Duration::from_millis(1500)),
            ..self
        }
    }

    /// Whether an answer of this status is worth another attempt.
    #[must_use]
    pub fn retries(&self, status: u16) -> bool {
        self.server_errors && StatusClass::of(status) == StatusClass::ServerError || self.statuses.contains(&status)
    }
}
