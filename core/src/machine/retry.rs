//! When a failed attempt is repeated, and after which delay.

use alloc::borrow::Cow;
use core::time::Duration;

use crate::effect::RetryCause;
use crate::error::TransportErrorKind;
use crate::kind::{GONE, SourceKind, StatusClass, TOO_MANY_REQUESTS};
use crate::values::SplitMix64;

/// Which failures are retried, and when. Every number is a field; [`RetryPolicy::of`] has the defaults of each source,
/// [`RetryPolicy::none`] switches retries off. Made by one of the two and changed field by field.
///
/// A `Retry-After` of the service lengthens a delay and never shortens it. A refused policy, a wrong certificate and a
/// denial by the host are never retried.
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
    /// How often a connection that cannot be made is tried again.
    pub connect_retries: u32,
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
            SourceKind::AzureArc | SourceKind::WorkloadIdentity => (&[408, 429], DOUBLING_3, DOUBLING_3),
        };
        let gone = match source {
            SourceKind::Imds => Some(GoneRetry { step: secs(10), total: secs(70) }),
            _ => None,
        };
        Self {
            statuses: Cow::Borrowed(statuses),
            server_errors: true,
            delays: Cow::Borrowed(delays),
            throttled_delays: Cow::Borrowed(throttled_delays),
            gone,
            connect_retries: 1,
            jitter_percent: 20,
            time_budget: secs(120),
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
            jitter_percent: 0,
            time_budget: secs(120),
        }
    }

    /// Whether an answer of this status is worth another attempt.
    #[must_use]
    pub fn retries(&self, status: u16) -> bool {
        self.server_errors && StatusClass::of(status) == StatusClass::ServerError || self.statuses.contains(&status)
    }
}

/// How much of a policy one flow has used up.
#[derive(Clone, Debug, Default)]
pub(super) struct RetryState {
    retries: usize,
    connect_failures: u32,
    waited_since_gone: Option<Duration>,
}

impl RetryState {
    /// The delay before the next attempt; `None` when there is to be none.
    pub(super) fn next_delay(
        &mut self,
        policy: &RetryPolicy,
        cause: RetryCause,
        retry_after: Option<Duration>,
        random: &mut SplitMix64,
    ) -> Option<Duration> {
        if cause == RetryCause::Transport(TransportErrorKind::Connect) {
            self.connect_failures += 1;
            if self.connect_failures > policy.connect_retries {
                return None;
            }
        }
        if cause == RetryCause::Status(GONE) && self.waited_since_gone.is_none() && policy.gone.is_some() {
            self.waited_since_gone = Some(Duration::ZERO);
        }
        let plain = match (policy.gone, self.waited_since_gone) {
            (Some(gone), Some(waited)) => (waited < gone.total && !gone.step.is_zero()).then_some(gone.step)?,
            _ if cause == RetryCause::Status(TOO_MANY_REQUESTS) => *policy.throttled_delays.get(self.retries)?,
            _ => *policy.delays.get(self.retries)?,
        };
        self.retries += 1;
        let delay = jittered(plain, policy.jitter_percent, random).max(retry_after.unwrap_or_default());
        if let Some(waited) = &mut self.waited_since_gone {
            *waited = waited.saturating_add(delay);
        }
        Some(delay)
    }
}

fn jittered(delay: Duration, percent: u8, random: &mut SplitMix64) -> Duration {
    let spread = u32::from(percent.min(90)) * 10;
    // Below 2000, so nothing is cut off.
    let permille = 1000 - spread + (random.next() % u64::from(2 * spread + 1)) as u32;
    delay.saturating_mul(permille) / 1000
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::time::Duration;

    use super::{RetryPolicy, RetryState, jittered, secs};
    use crate::effect::RetryCause;
    use crate::error::TransportErrorKind;
    use crate::kind::SourceKind;
    use crate::values::SplitMix64;

    fn delays(source: SourceKind, causes: &[RetryCause]) -> Vec<Option<u64>> {
        let policy = RetryPolicy { jitter_percent: 0, ..RetryPolicy::of(source) };
        let mut state = RetryState::default();
        let mut random = SplitMix64::new(1);
        causes
            .iter()
            .map(|cause| state.next_delay(&policy, *cause, None, &mut random).map(|delay| delay.as_secs()))
            .collect()
    }

    fn status(code: u16) -> RetryCause {
        RetryCause::Status(code)
    }

    #[test]
    fn imds_doubles_and_waits_out_an_update() {
        assert_eq!(delays(SourceKind::Imds, &[status(500); 6]), [Some(1), Some(2), Some(4), Some(8), Some(16), None]);
        assert_eq!(delays(SourceKind::Imds, &[status(410); 8]), {
            let mut seven = Vec::from([Some(10); 7]);
            seven.push(None);
            seven
        });
        assert_eq!(delays(SourceKind::Imds, &[status(404), status(410), status(404)]), [Some(1), Some(10), Some(10)]);
    }

    #[test]
    fn service_fabric_doubles_only_when_throttled() {
        assert_eq!(delays(SourceKind::ServiceFabric, &[status(429); 6])[3..], [Some(8), Some(16), None]);
        assert_eq!(delays(SourceKind::ServiceFabric, &[status(500); 4]), [Some(1), Some(1), Some(1), None]);
    }

    #[test]
    fn a_connection_is_tried_once_more_only() {
        let connect = RetryCause::Transport(TransportErrorKind::Connect);
        assert_eq!(delays(SourceKind::Imds, &[connect, connect]), [Some(1), None]);
        let broken = RetryCause::Transport(TransportErrorKind::Broken);
        assert_eq!(delays(SourceKind::AppService, &[broken; 4]), [Some(1), Some(1), Some(1), None]);
    }

    #[test]
    fn retry_after_only_lengthens() {
        let policy = RetryPolicy::of(SourceKind::AppService);
        let mut state = RetryState::default();
        let mut random = SplitMix64::new(3);
        let long = state.next_delay(&policy, status(503), Some(secs(30)), &mut random);
        assert_eq!(long, Some(secs(30)));
        let short = state.next_delay(&policy, status(503), Some(Duration::ZERO), &mut random);
        assert!(short >= Some(Duration::from_millis(800)));
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let mut random = SplitMix64::new(11);
        let drawn: Vec<_> = (0..500).map(|_| jittered(secs(10), 20, &mut random)).collect();
        assert!(drawn.iter().all(|delay| *delay >= secs(8) && *delay <= secs(12)));
        assert!(drawn.iter().any(|delay| *delay < secs(9)) && drawn.iter().any(|delay| *delay > secs(11)));
    }
}
