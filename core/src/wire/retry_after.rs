//! How long a service asks to wait.

use core::time::Duration;

use super::date;
use crate::values::UnixTime;

/// `Retry-After` as seconds, where a fraction is rounded up, or as an HTTP date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(value: Option<&[u8]>, now: UnixTime) -> Option<Duration> {
    let text = core::str::from_utf8(value?).ok()?.trim();
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b.is_ascii_digit()) => {
            whole.parse::<u64>().ok().map(|s| s.saturating_add(1))
        }
        _ => text.parse::<u64>().ok(),
    };
    match whole {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => date::http(text).map(|date: UnixTime| date.saturating_since(now)),
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::retry_after;
    use crate::values::UnixTime;

    fn after(value: &str) -> Option<Duration> {
        retry_after(Some(value.as_bytes()), UnixTime::from_secs(784_111_770))
    }

    #[test]
    fn it_is_seconds_or_a_date() {
        assert_eq!(after("3"), Some(Duration::from_secs(3)));
        assert_eq!(after("1.5"), Some(Duration::from_secs(2)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "-1", "soon", "1.5.2", "1e3"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }
}
