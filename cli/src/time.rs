//! Times and durations as people read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use managed_identity_core::UnixTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The current time.
pub(crate) fn now() -> UnixTime {
    UnixTime::from_duration(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// The time as RFC 3339 has it, such as `2026-01-31T12:00:00Z`; seconds since 1970 when it is beyond the year 9999.
pub(crate) fn date(time: UnixTime) -> String {
    let seconds = time.as_secs();
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|date| date.format(&Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string())
}

/// How long until a time: its two largest units.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (1, _, _) => format!("1 day {hours} h"),
        _ => format!("{days} days {hours} h"),
    }
}

/// A wait, to a tenth of a second.
pub(crate) fn wait(delay: Duration) -> String {
    let text = format!("{:.1}", delay.as_secs_f64());
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use managed_identity_core::UnixTime;

    use super::{date, span, wait};

    #[test]
    fn dates_are_rfc_3339_as_long_as_it_has_years_for_them() {
        assert_eq!(date(UnixTime::from_secs(1_769_860_800)), "2026-01-31T12:00:00Z");
        assert_eq!(date(UnixTime::from_secs(u64::MAX)), "18446744073709551615");
    }

    #[test]
    fn spans_have_at_most_two_units() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min 0 s"),
            (3_599, "59 min 59 s"),
            (86_399, "23 h 59 min"),
            (86_400, "1 day 0 h"),
            (200_000, "2 days 7 h"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn waits_show_tenths_only_when_there_are_some() {
        assert_eq!(wait(Duration::from_millis(2_000)), "2 s");
        assert_eq!(wait(Duration::from_millis(1_149)), "1.1 s");
    }
}
