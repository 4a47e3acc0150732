//! When a token expires, by what its document says.

use core::time::Duration;

use super::date;
use super::document::{Document, Value};
use crate::error::InvalidResponse;
use crate::values::UnixTime;

/// When a token expires.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expiry {
    pub(super) expires_on: UnixTime,
    /// By how much this machine's clock seems to be ahead: the token is valid for some time yet, and expired by this clock.
    pub(super) clock_ahead_by: Option<Duration>,
}

/// Both fields present: the earlier counts, so that a mistake in one of them shortens the token's life. A field that says
/// nothing (zero, or a date before the epoch) beside one that does is taken for a field that is not there.
pub(super) fn expiry(document: &Document<'_>, now: UnixTime) -> Result<Expiry, InvalidResponse> {
    let absolute = match document.value("expires_on") {
        Value::Text(text) => match seconds(document.value("expires_on")) {
            Some(Err(_)) => Some(date::expiry(text).ok_or(InvalidResponse::InvalidExpiry)?),
            number => number.transpose()?.map(UnixTime::from_secs),
        },
        other => seconds(other).transpose()?.map(UnixTime::from_secs),
    };
    let relative = seconds(document.value("expires_in")).transpose()?.map(Duration::from_secs);
    let expires_on = match (absolute, relative) {
        (None, None) => return Err(InvalidResponse::NoExpiry),
        (Some(absolute), None) => absolute,
        (None, Some(relative)) => now + relative,
        (Some(absolute), Some(Duration::ZERO)) => absolute,
        (Some(absolute), Some(relative)) if absolute == UnixTime::default() => now + relative,
        (Some(absolute), Some(relative)) if absolute <= now => {
            let clock_ahead_by = Some(now.saturating_since(absolute).saturating_add(relative));
            return Ok(Expiry { expires_on: absolute, clock_ahead_by });
        }
        (Some(absolute), Some(relative)) => absolute.min(now + relative),
    };
    Ok(Expiry { expires_on, clock_ahead_by: None })
}

/// A number or numeric text, below zero as zero; `None` when absent or empty.
pub(super) fn seconds(value: &Value<'_>) -> Option<Result<u64, InvalidResponse>> {
    match value {
        Value::Absent => None,
        Value::Number(number) => Some(Ok(*number)),
        Value::Text(text) => match text.trim() {
            "" => None,
            text => Some(whole(text).ok_or(InvalidResponse::InvalidExpiry)),
        },
        Value::Object(_) | Value::Numbers(_) | Value::Other => Some(Err(InvalidResponse::InvalidExpiry)),
    }
}

fn whole(text: &str) -> Option<u64> {
    match text.strip_prefix('-') {
        Some(digits) => digits.parse().ok().map(|_: u64| 0),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::expiry;
    use crate::error::InvalidResponse;
    use crate::values::UnixTime;
    use crate::wire::document::Json;

    const NOW: u64 = 1_700_000_000;

    /// When it expires, seen from now, and by how much the clock is ahead.
    fn read(members: &str) -> Result<(i64, Option<u64>), InvalidResponse> {
        let body = alloc::format!("{{{members}}}");
        let Json::Document(document) = Json::read(body.as_bytes()) else { panic!("{members}") };
        let found = expiry(&document, UnixTime::from_secs(NOW))?;
        let seconds = found.expires_on.as_secs().cast_signed() - NOW.cast_signed();
        Ok((seconds, found.clock_ahead_by.map(|it| it.as_secs())))
    }

    #[test]
    fn what_says_nothing_is_not_there() {
        for members in [
            r#""expires_in":0,"expires_on":1700000100"#,
            r#""expires_in":"0","expires_on":"1700000100""#,
            r#""expires_in":-5,"expires_on":1700000100"#,
            r#""expires_in":"-5","expires_on":1700000100"#,
            r#""expires_in":"","expires_on":1700000100"#,
            r#""expires_in":100,"expires_on":0"#,
            r#""expires_in":100,"expires_on":"0""#,
            r#""expires_in":100,"expires_on":-1"#,
            r#""expires_in":100,"expires_on":"1/1/0001 12:00:00 AM""#,
            r#""expires_in":100,"expires_on":null"#,
        ] {
            assert_eq!(read(members), Ok((100, None)), "{members}");
        }
    }

    #[test]
    fn of_two_the_earlier_counts() {
        for (members, seconds) in [
            (r#""expires_in":100,"expires_on":1700000200"#, 100),
            (r#""expires_in":200,"expires_on":1700000100"#, 100),
            (r#""Expires_In":200,"EXPIRES_ON":"2023-11-14 22:15:00Z""#, 100),
            (r#""expires_in":0,"expires_on":1699999900"#, -100),
            (r#""expires_in":0"#, 0),
            (r#""expires_in":"-7""#, 0),
        ] {
            assert_eq!(read(members), Ok((seconds, None)), "{members}");
        }
    }

    #[test]
    fn a_life_ahead_and_an_end_behind_is_a_wrong_clock() {
        for (expires_on, seconds, ahead) in [(1_700_000_000, 0, 60), (1_699_999_000, -1000, 1060)] {
            let members = alloc::format!(r#""expires_in":60,"expires_on":{expires_on}"#);
            assert_eq!(read(&members), Ok((seconds, Some(ahead))), "{members}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for members in [
            r#""expires_in":"soon","expires_on":1"#,
            r#""expires_on":[1]"#,
            r#""expires_in":"--5""#,
            r#""expires_in":"-""#,
        ] {
            assert_eq!(read(members), Err(InvalidResponse::InvalidExpiry), "{members}");
        }
        assert_eq!(read(r#""expires_on":" ""#), Err(InvalidResponse::NoExpiry));
    }
}
