//! Times and durations as people read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Datelike as _, Local, SecondsFormat, Utc};
use managed_identity_core::UnixTime;

/// Reads a span of time: seconds, or numbers with units such as `1m30s`. There must be some.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let read = match text.parse().map(Duration::from_secs) {
        Ok(seconds) => Ok(seconds),
        Err(_) => humantime::parse_duration(text),
    };
    match read {
        Ok(Duration::ZERO) => Err("it must be longer than nothing".to_owned()),
        Ok(duration) => Ok(duration),
        Err(_) => Err("it is neither a number of seconds nor a time such as 90s, 5m or 1m30s".to_owned()),
    }
}

/// The current time.
pub(crate) fn now() -> UnixTime {
    UnixTime::from_duration(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// The time as RFC 3339 has it, such as `2026-01-31T12:00:00Z`; seconds since 1970 when it is beyond the year 9999.
pub(crate) fn date(time: UnixTime) -> String {
    let date = utc(time).map(|date| date.to_rfc3339_opts(SecondsFormat::Secs, true));
    date.unwrap_or_else(|| time.as_secs().to_string())
}

/// The time by the clock on the wall here, without a zone, as the Azure CLI writes it: `2026-01-31 13:00:00.000000`.
pub(crate) fn wall_clock(time: UnixTime) -> String {
    let date = utc(time).map(|date| date.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S%.6f").to_string());
    date.unwrap_or_else(|| time.as_secs().to_string())
}

fn utc(time: UnixTime) -> Option<DateTime<Utc>> {
    let date = DateTime::from_timestamp(i64::try_from(time.as_secs()).ok()?, 0)?;
    (date.year() <= 9999).then_some(date)
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

    use super::{date, duration, span, wait};

    #[test]
    fn dates_are_rfc_3339_as_long_as_it_has_years_for_them() {
        assert_eq!(date(UnixTime::from_secs(1_769_860_800)), "2026-01-31T12:00:00Z");
        assert_eq!(date(UnixTime::from_secs(u64::MAX)), "18446744073709551615");
        assert_eq!(date(UnixTime::from_secs(253_402_300_800)), "253402300800");
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, milliseconds) in
            [("90", 90_000), ("90s", 90_000), ("5m", 300_000), ("1m30s", 90_000), ("1h", 3_600_000), ("500ms", 500)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "0", "0s", "-1", "1.5", "soon", "5 parsecs", "99999999999999999999"] {
            assert!(duration(text).is_err(), "{text}");
        }
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
