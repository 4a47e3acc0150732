//! The date forms that services use where a number of seconds is documented.

use time::{Date, Month, PrimitiveDateTime, Time};

use crate::values::UnixTime;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads a date of `expires_on`: `6/20/2019 2:57:58 AM +00:00` and `06/20/2019 02:57:58 +00:00` (month first, time zone
/// optional), `2024-10-18 19:51:37`, or RFC 3339.
pub(crate) fn expiry(text: &str) -> Option<UnixTime> {
    let mut scan = Scanner(text.trim());
    let first = scan.number(1, 4)?;
    if scan.accept("/") {
        let day = scan.number(1, 2)?;
        scan.expect("/")?;
        let year = scan.number(4, 4)?;
        scan.expect(" ")?;
        let (mut hour, minute, second) = scan.time()?;
        if scan.accept(" AM") {
            hour = twelve_hour(hour)?;
        } else if scan.accept(" PM") {
            hour = twelve_hour(hour)? + 12;
        }
        let offset = if scan.accept(" ") { scan.offset()? } else { 0 };
        return scan.end(|| unix_time(year, first, day, (hour, minute, second), offset));
    }
    scan.expect("-")?;
    let month = scan.number(2, 2)?;
    scan.expect("-")?;
    let day = scan.number(2, 2)?;
    let with_zone = scan.accept("T");
    if !with_zone {
        scan.expect(" ")?;
    }
    let time = scan.time()?;
    if scan.accept(".") {
        scan.number(1, 9)?;
    }
    let offset = if with_zone { scan.offset()? } else { 0 };
    scan.end(|| unix_time(first, month, day, time, offset))
}

/// Reads an HTTP date in any of its three forms (RFC 9110, section 5.6.7).
pub(crate) fn http(text: &str) -> Option<UnixTime> {
    let (weekday, rest) = text.trim().split_once(' ')?;
    let mut scan = Scanner(rest);
    if !weekday.ends_with(',') {
        // asctime: Sun Nov  6 08:49:37 1994
        let month = scan.month()?;
        scan.expect(" ")?;
        scan.accept(" ");
        let day = scan.number(1, 2)?;
        scan.expect(" ")?;
        let time = scan.time()?;
        scan.expect(" ")?;
        let year = scan.number(4, 4)?;
        return scan.end(|| unix_time(year, month, day, time, 0));
    }
    let day = scan.number(2, 2)?;
    let dashed = scan.accept("-");
    if !dashed {
        scan.expect(" ")?;
    }
    let month = scan.month()?;
    scan.expect(if dashed { "-" } else { " " })?;
    let year = if dashed {
        // RFC 850: two digits, of which the recent past is meant.
        let year = scan.number(2, 2)?;
        if year < 70 { 2000 + year } else { 1900 + year }
    } else {
        scan.number(4, 4)?
    };
    scan.expect(" ")?;
    let time = scan.time()?;
    scan.expect(" GMT")?;
    scan.end(|| unix_time(year, month, day, time, 0))
}

fn twelve_hour(hour: u16) -> Option<u16> {
    match hour {
        1..=11 => Some(hour),
        12 => Some(0),
        _ => None,
    }
}

/// `offset` is the zone's distance from UTC in seconds, positive to the east.
fn unix_time(year: u16, month: u16, day: u16, time: (u16, u16, u16), offset: i64) -> Option<UnixTime> {
    let small = |value: u16| u8::try_from(value).ok();
    let month = Month::try_from(small(month)?).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, small(day)?).ok()?;
    // A leap second is counted as the second before it.
    let time = Time::from_hms(small(time.0)?, small(time.1)?, small(time.2.min(59))?).ok()?;
    let seconds = PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp().checked_sub(offset)?;
    u64::try_from(seconds).ok().map(UnixTime::from_secs)
}

struct Scanner<'a>(&'a str);

impl Scanner<'_> {
    fn accept(&mut self, literal: &str) -> bool {
        match self.0.strip_prefix(literal) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, literal: &str) -> Option<()> {
        self.accept(literal).then_some(())
    }

    /// A number of at least `min` and at most `max` digits; only the last four digits of it count, since longer ones are
    /// fractions that nobody looks at.
    fn number(&mut self, min: usize, max: usize) -> Option<u16> {
        let digits = self.0.bytes().take(max).take_while(u8::is_ascii_digit).count();
        if digits < min {
            return None;
        }
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.get(digits.saturating_sub(4)..)?.parse().ok()
    }

    fn month(&mut self) -> Option<u16> {
        let position = MONTHS.iter().position(|month| self.accept(month))?;
        u16::try_from(position + 1).ok()
    }

    fn time(&mut self) -> Option<(u16, u16, u16)> {
        let hour = self.number(1, 2)?;
        self.expect(":")?;
        let minute = self.number(2, 2)?;
        self.expect(":")?;
        Some((hour, minute, self.number(2, 2)?)).filter(|time| time.2 <= 60)
    }

    fn offset(&mut self) -> Option<i64> {
        if self.accept("Z") {
            return Some(0);
        }
        let sign = if self.accept("-") {
            -1
        } else {
            self.expect("+")?;
            1
        };
        let hours = self.number(2, 2)?;
        self.expect(":")?;
        let minutes = self.number(2, 2)?;
        Some(sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
    }

    fn end(self, time: impl FnOnce() -> Option<UnixTime>) -> Option<UnixTime> {
        if self.0.is_empty() { time() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::{expiry, http};
    use crate::values::UnixTime;

    #[test]
    fn every_known_form_of_expires_on_is_read() {
        for (text, seconds) in [
            ("06/20/2019 02:57:58 +00:00", 1_560_999_478),
            ("1/16/2020 5:24:12 AM +00:00", 1_579_152_252),
            ("1/16/2020 5:24:12 PM +00:00", 1_579_195_452),
            ("1/16/2020 12:24:12 AM +00:00", 1_579_134_252),
            ("1/16/2020 12:24:12 PM +00:00", 1_579_177_452),
            ("01/01/1970 00:00:42 +00:00", 42),
            ("10/18/2024 19:51:37", 1_729_281_097),
            ("10/18/2024 19:51:37 +02:00", 1_729_273_897),
            ("2024-10-18 19:51:37", 1_729_281_097),
            ("2024-10-18T19:51:37.0000000+00:00", 1_729_281_097),
            ("2024-10-18T19:51:37.000Z", 1_729_281_097),
            ("2024-10-18T19:51:37Z", 1_729_281_097),
            ("2024-10-18T19:51:37-01:30", 1_729_286_497),
        ] {
            assert_eq!(expiry(text), Some(UnixTime::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "tomorrow",
            "invalid-date-format",
            "2024-10-18T19:51:37",
            "2024-10-18T19:51:37Zjunk",
            "2024-13-01 00:00:00",
            "2024-02-30 00:00:00",
            "2024-10-18 24:00:00",
            "13/13/2024 00:00:00",
            "1/16/2020 13:24:12 PM +00:00",
            "15609740s28",
        ] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }

    #[test]
    fn the_three_forms_of_http_dates_are_read() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http(text), Some(UnixTime::from_secs(784_111_777)), "{text}");
        }
        // Of two digits the last of this century's and the first of the last century's that are meant.
        for (text, seconds) in
            [("Wednesday, 06-Nov-69 08:49:37 GMT", 3_150_953_377), ("Friday, 06-Nov-70 08:49:37 GMT", 26_729_377)]
        {
            assert_eq!(http(text), Some(UnixTime::from_secs(seconds)), "{text}");
        }
        for text in ["", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Xxx 1994 08:49:37 GMT", "12"] {
            assert_eq!(http(text), None, "{text}");
        }
    }
}
