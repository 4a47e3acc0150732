//! Whether a failed attempt is repeated by this flow, and after which delay.

use core::time::Duration;

use super::retry_policy::RetryPolicy;
use crate::effect::RetryCause;
use crate::error::TransportErrorKind;
use crate::kind::{GONE, TOO_MANY_REQUESTS};
use crate::values::SplitMix64;

/// Keeps a policy of tiny delays from asking without a pause.
const SHORTEST_STEP: Duration = Duration::from_millis(100);

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

    use super::{Failed, RetryPolicy, RetryState, jittered};
    use crate::effect::RetryCause;
    use crate::error::TransportErrorKind;
    use crate::kind::SourceKind;
    use crate::values::SplitMix64;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

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
