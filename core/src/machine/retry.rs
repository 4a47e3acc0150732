//! When a failed attempt is repeated, and after which delay.

use alloc::borrow::Cow;
use core::time::Duration;

use crate::effect::RetryCause;
use crate::error::TransportErrorKind;
use crate::kind::{GONE, SourceKind, StatusClass, TOO_MANY_REQUESTS};
use crate::values::SplitMix64;

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

/// Keeps a policy of tiny delays from asking without a pause.
const SHORTEST_STEP: Duration = Duration::from_millis(100);

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

/// How much of a policy one flow has used up.
#[derive(Clone, Debug, Default)]
pub(super) struct RetryState {
    retries: usize,
    connect_failures: u32,
    start_up_failures: usize,
    waited_since_gone: Option<Duration>,
}

/// An attempt that failed.
pub(super) struct Failed {
    pub(super) cause: RetryCause,
    pub(super) retry_after: Option<Duration>,
    /// Whether something proves that there is an endpoint.
    pub(super) proven: bool,
    /// What is left of the time budget.
    pub(super) left: Duration,
}

impl RetryState {
    /// The delay before the next attempt; `None` when there is to be none.
    pub(super) fn next_delay(
        &mut self,
        policy: &RetryPolicy,
        failed: &Failed,
        random: &mut SplitMix64,
    ) -> Option<Duration> {
        let plain = self.plain_delay(policy, failed)?;
        let wish = failed.retry_after.map(|wish| put_off(wish, policy, failed.left, random));
        let delay = jittered(plain, policy.jitter_percent, random).max(wish.unwrap_or_default());
        if let Some(waited) = &mut self.waited_since_gone {
            *waited = waited.saturating_add(delay);
        }
        (delay <= policy.longest_wait).then_some(delay)
    }

    /// The delay before it is spread and the service's wish is heard.
    fn plain_delay(&mut self, policy: &RetryPolicy, failed: &Failed) -> Option<Duration> {
        use TransportErrorKind::{Connect, Timeout};
        let cause = failed.cause;
        if failed.proven
            && matches!(cause, RetryCause::Transport(Connect | Timeout))
            && let Some(last) = policy.start_up_delays.last()
        {
            let planned = *policy.start_up_delays.get(self.start_up_failures).unwrap_or(last);
            self.start_up_failures += 1;
            return Some(planned.min(failed.left / 2).max(SHORTEST_STEP));
        }
        if cause == RetryCause::Transport(Connect) {
            self.connect_failures += 1;
            if self.connect_failures > policy.connect_retries {
                return None;
            }
        }
        if cause == RetryCause::Status(GONE) && self.waited_since_gone.is_none() && policy.gone.is_some() {
            self.waited_since_gone = Some(Duration::ZERO);
        }
        let plain = match (policy.gone, self.waited_since_gone) {
            (Some(gone), Some(waited)) => {
                (waited < gone.total && !gone.step.is_zero()).then_some(gone.step.max(SHORTEST_STEP))?
            }
            _ if cause == RetryCause::Status(TOO_MANY_REQUESTS) => *policy.throttled_delays.get(self.retries)?,
            _ => *policy.delays.get(self.retries)?,
        };
        self.retries += 1;
        Some(plain)
    }
}

fn jittered(delay: Duration, percent: u8, random: &mut SplitMix64) -> Duration {
    let spread = u32::from(percent.min(90)) * 10;
    // Below 2000, so nothing is cut off.
    let permille = 1000 - spread + (random.next() % u64::from(2 * spread + 1)) as u32;
    delay.saturating_mul(permille) / 1000
}

/// What the service asks to wait for, and a bit more, since it may ask everybody the same; but not so much more that the wait
/// would not be begun.
fn put_off(wish: Duration, policy: &RetryPolicy, left: Duration, random: &mut SplitMix64) -> Duration {
    let room = policy.longest_wait.min(left).saturating_sub(wish) / 2;
    let most = (wish / 100).saturating_mul(policy.jitter_percent.min(90).into()).min(room);
    let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    wish.saturating_add(Duration::from_millis(random.next() % most.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::time::Duration;

    use super::{Failed, RetryPolicy, RetryState, jittered, secs};
    use crate::effect::RetryCause;
    use crate::error::TransportErrorKind;
    use crate::kind::SourceKind;
    use crate::values::SplitMix64;

    fn failed(cause: RetryCause) -> Failed {
        Failed { cause, retry_after: None, proven: false, left: secs(150) }
    }

    fn delays(source: SourceKind, causes: &[RetryCause]) -> Vec<Option<u64>> {
        let policy = RetryPolicy { jitter_percent: 0, ..RetryPolicy::of(source) };
        let mut state = RetryState::default();
        let mut random = SplitMix64::new(1);
        let mut next = |cause| state.next_delay(&policy, &failed(cause), &mut random);
        causes.iter().map(|cause| next(*cause).map(|delay| delay.as_secs())).collect()
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
    fn azure_arc_waits_out_an_update_as_imds_does() {
        assert_eq!(delays(SourceKind::AzureArc, &[status(410); 8]), delays(SourceKind::Imds, &[status(410); 8]));
        assert_eq!(delays(SourceKind::AzureArc, &[status(500); 4]), [Some(1), Some(2), Some(4), None]);
    }

    #[test]
    fn an_endpoint_that_is_proven_is_waited_for_until_the_budget_ends() {
        for kind in [TransportErrorKind::Connect, TransportErrorKind::Timeout] {
            let policy = RetryPolicy { jitter_percent: 0, ..RetryPolicy::of(SourceKind::AppService) };
            let mut state = RetryState::default();
            let mut random = SplitMix64::new(1);
            let mut next = |left| {
                let failed = Failed { proven: true, left, ..failed(RetryCause::Transport(kind)) };
                state.next_delay(&policy, &failed, &mut random).unwrap()
            };
            assert_eq!([150; 6].map(|left| next(secs(left)).as_secs()), [1, 2, 4, 8, 8, 8]);
            assert_eq!(next(secs(6)), secs(3), "there is room for another attempt");
            assert_eq!(next(Duration::ZERO), Duration::from_millis(100));
            let unproven = failed(RetryCause::Transport(kind));
            assert_eq!(state.next_delay(&policy, &unproven, &mut random), Some(secs(1)), "it has a count of its own");
        }
    }

    #[test]
    fn failing_fast_knows_no_proof_and_no_long_wait() {
        let policy = RetryPolicy::of(SourceKind::Imds).fail_fast();
        let mut state = RetryState::default();
        let mut random = SplitMix64::new(1);
        let connect = Failed { proven: true, ..failed(RetryCause::Transport(TransportErrorKind::Connect)) };
        assert!(state.next_delay(&policy, &connect, &mut random).is_some());
        assert_eq!(state.next_delay(&policy, &connect, &mut random), None);
        let mut after = |retry_after| {
            let failed = Failed { retry_after: Some(retry_after), ..failed(status(503)) };
            RetryState::default().next_delay(&policy, &failed, &mut random)
        };
        assert_eq!(after(secs(5)), Some(secs(5)));
        assert_eq!(after(secs(6)), None);
        assert_eq!(policy.connect_timeout, Some(Duration::from_millis(1500)));
    }

    #[test]
    fn a_connection_is_tried_once_more_only_where_nothing_proves_an_endpoint() {
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
        let mut after = |retry_after| {
            state.next_delay(&policy, &Failed { retry_after: Some(retry_after), ..failed(status(503)) }, &mut random)
        };
        assert!(after(secs(30)) >= Some(secs(30)));
        assert!(after(Duration::ZERO) >= Some(Duration::from_millis(800)));
    }

    #[test]
    fn those_who_were_told_the_same_come_back_at_different_times() {
        let drawn = |wish, left| {
            let delay = |seed| {
                let failed = Failed { retry_after: Some(wish), left, ..failed(status(503)) };
                let policy = RetryPolicy::of(SourceKind::Imds);
                RetryState::default().next_delay(&policy, &failed, &mut SplitMix64::new(seed)).unwrap()
            };
            let mut delays: Vec<_> = (0..100).map(delay).collect();
            delays.sort_unstable();
            (delays[0], delays[99])
        };
        let (first, last) = drawn(secs(30), secs(150));
        assert!(first >= secs(30) && first < secs(31) && last > secs(35) && last <= secs(36), "{first:?} {last:?}");
        let (_, last) = drawn(secs(30), secs(32));
        assert!(last > secs(30) && last <= secs(31), "it leaves time for the request: {last:?}");
        assert_eq!(drawn(secs(30), secs(30)), (secs(30), secs(30)));
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let mut random = SplitMix64::new(11);
        let drawn: Vec<_> = (0..500).map(|_| jittered(secs(10), 20, &mut random)).collect();
        assert!(drawn.iter().all(|delay| *delay >= secs(8) && *delay <= secs(12)));
        assert!(drawn.iter().any(|delay| *delay < secs(9)) && drawn.iter().any(|delay| *delay > secs(11)));
    }
}
