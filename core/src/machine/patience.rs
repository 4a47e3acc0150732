//! How long one attempt may take.

use core::time::Duration;

use super::retry_policy::RetryPolicy;
use crate::credential::Source;
#[cfg(feature = "chain")]
use crate::effect::HttpCall;
use crate::effect::HttpPolicy;
#[cfg(feature = "chain")]
use crate::wire::HttpRequest;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A token's answer takes some kilobytes.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// An endpoint that nothing proves answers at once or not at all: two connection attempts and the delay between them must
/// fit into five seconds.
const UNPROVEN_CONNECT: Duration = Duration::from_millis(1500);

/// The limits on an attempt that begins when this much of the time budget is `left`.
pub(super) fn limits(source: &Source, policy: &RetryPolicy, left: Duration) -> HttpPolicy {
    let total_timeout = attempt(left);
    HttpPolicy {
        connect_timeout: policy.connect_timeout.unwrap_or_else(|| connect(source, left)),
        // One that thinks for long before the first byte is as good as one that sends slowly.
        read_timeout: total_timeout,
        total_timeout,
        max_body: MAX_BODY,
        trust: source.trust(),
        route: source.route(),
    }
}

/// How long an endpoint is looked for that nothing proves: an address of the link itself answers at once or not at all.
#[cfg(feature = "chain")]
const PROBE: Duration = secs(1);

/// Asks an endpoint for nothing, so that any answer shows that there is one. Without the header that it insists on, the
/// metadata service refuses at once and never gives a token.
#[cfg(feature = "chain")]
pub(super) fn probe(source: &Source, left: Duration) -> HttpCall {
    let limit = PROBE.min(left);
    let policy = HttpPolicy {
        connect_timeout: limit,
        read_timeout: limit,
        total_timeout: limit,
        max_body: MAX_BODY,
        trust: source.trust(),
        route: source.route(),
    };
    HttpCall::new(HttpRequest::get(source.endpoint().clone()), policy)
}

/// Most of what is left, since one patient attempt beats four impatient ones, and enough for another where a connection
/// was lost without a sign.
fn attempt(left: Duration) -> Duration {
    (left / 4 * 3).max(secs(5)).min(left)
}

/// In steps, each of which outlasts another repetition of a connection's first packet (RFC 6298: after 1, 3 and 7 seconds),
/// and so that the attempts of one flow share their connections.
fn connect(source: &Source, left: Duration) -> Duration {
    if !source.is_proven() {
        UNPROVEN_CONNECT
    } else if left >= secs(60) {
        secs(15)
    } else if left >= secs(25) {
        secs(8)
    } else {
        secs(4)
    }
}

#[cfg(test)]
mod tests {
    use super::{attempt, connect, secs};
    use crate::credential::Source;

    #[test]
    fn an_attempt_gets_most_of_what_is_left() {
        for (left, expected) in [(150, 112), (60, 45), (20, 15), (6, 5), (5, 5), (3, 3), (0, 0)] {
            assert_eq!(attempt(secs(left)).as_secs(), expected, "{left}");
        }
    }

    #[test]
    fn a_connection_is_waited_for_where_something_proves_that_there_is_an_endpoint() {
        let left = Source::imds("http://169.254.169.254").unwrap();
        let set = Source::imds("http://127.0.0.1:1").unwrap();
        for (source, budget, milliseconds) in
            [(&left, 150, 1500), (&left, 5, 1500), (&set, 150, 15_000), (&set, 59, 8_000), (&set, 10, 4_000)]
        {
            assert_eq!(connect(source, secs(budget)).as_millis(), milliseconds, "{budget} s");
        }
    }
}
