//! The date forms that services use where a number of seconds is documented, and those of HTTP.

use time::{Date, Month, PrimitiveDateTime, Time};

use crate::values::UnixTime;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads a date of `expires_on`, which services write as their platform's libraries do: the month first with slashes
/// (`6/20/2019 2:57:58 AM +00:00`), the year first (`2028-07-02 08:00:34Z`), RFC 3339, or as in HTTP. Parts may have one
/// digit or two, hours go to 12 with a mark and to 23 without, fractions of a second do not count, and what names no time
/// zone is in UTC. A date before the epoch, which stands for "none" on some platforms, is the epoch.
pub(crate) fn expiry(text: &str) -> Option<UnixTime> {
    written_in_numbers(text.trim()).or_else(|| http(text))
}

fn written_in_numbers(text: &str) -> Option<UnixTime> {
    let mut scan = Scanner(text);
    let first = scan.digits(1, 4)?;
    let separator = ["/", "-"].into_iter().find(|it| scan.accept(it))?;
    let second = scan.number(1, 2)?;
    scan.expect(separator)?;
    let third = scan.digits(1, 4)?;
    let (year, month, day) = match (first.len(), third.len()) {
        (4, 1 | 2) => (first, second, third),
        // The month comes before the day.
        (1 | 2, 4) => return scan.time_of_day(third.parse().ok()?, first.parse().ok()?, second),
        _ => return None,
    };
    scan.time_of_day(year.parse().ok()?, month, day.parse().ok()?)
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

/// An hour of a clock with two rounds a day, and whether it is in the second one.
fn of_two_rounds(hour: u16, second_round: bool) -> Option<u16> {
    match hour {
        1..=11 => Some(hour + if second_round { 12 } else { 0 }),
        12 => Some(if second_round { 12 } else { 0 }),
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
    Some(UnixTime::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    /// Upper and lower case are the same.
    fn accept(&mut self, literal: &str) -> bool {
        match self.0.split_at_checked(literal.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(literal) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, literal: &str) -> Option<()> {
        self.accept(literal).then_some(())
    }

    /// Passes over blanks of any kind: some libraries write a narrow one that does not break before AM and PM.
    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start();
        let found = rest.len() < self.0.len();
        self.0 = rest;
        found
    }

    /// At least `min` and at most `max` digits.
    fn digits(&mut self, min: usize, max: usize) -> Option<&'a str> {
        let digits = self.0.bytes().take(max).take_while(u8::is_ascii_digit).count();
        if digits < min {
            return None;
        }
        let (digits, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        Some(digits)
    }

    fn number(&mut self, min: usize, max: usize) -> Option<u16> {
        self.digits(min, max)?.parse().ok()
    }

    fn month(&mut self) -> Option<u16> {
        let position = MONTHS.iter().position(|month| self.accept(month))?;
        u16::try_from(position + 1).ok()
    }

    fn time(&mut self) -> Option<(u16, u16, u16)> {
        let hour = self.number(1, 2)?;
        self.expect(":")?;
        let minute = self.number(1, 2)?;
        let second = if self.accept(":") { self.number(1, 2)? } else { 0 };
        Some((hour, minute, second)).filter(|time| time.2 <= 60)
    }

    /// The rest of a date of which the day has been read.
    fn time_of_day(mut self, year: u16, month: u16, day: u16) -> Option<UnixTime> {
        let comma = self.accept(",");
        if !self.blanks() && !comma {
            self.expect("T")?;
        }
        let (mut hour, minute, second) = self.time()?;
        if self.accept(".") || self.accept(",") {
            self.digits(1, usize::MAX)?;
        }
        self.blanks();
        if self.accept("AM") {
            hour = of_two_rounds(hour, false)?;
        } else if self.accept("PM") {
            hour = of_two_rounds(hour, true)?;
        }
        self.blanks();
        let offset = if self.0.is_empty() { 0 } else { self.offset()? };
        self.end(|| unix_time(year, month, day, (hour, minute, second), offset))
    }

    fn offset(&mut self) -> Option<i64> {
        if ["Z", "UTC", "GMT"].into_iter().any(|name| self.accept(name)) {
            return Some(0);
        }
        let sign = if self.accept("-") {
            -1
        } else {
            self.expect("+")?;
            1
        };
        let hours = self.number(1, 2)?;
        let minutes = if self.accept(":") || !self.0.is_empty() { self.number(2, 2)? } else { 0 };
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

    /// 2028-07-02 08:00:34 UTC, in the forms that the formatting functions of platforms have for it.
    #[test]
    fn one_moment_is_the_same_however_it_is_written() {
        for text in [
            "2028-07-02 08:00:34Z",
            "2028-07-02 08:00:34 Z",
            "2028-07-02 08:00:34",
            "2028-07-02 08:00:34.123456",
            "2028-07-02 08:00:34.123456789012+00:00",
            "2028-07-02 10:00:34 +02:00",
            "2028-07-02 10:00:34 +0200",
            "2028-07-02 10:00:34+02",
            "2028-07-02 08:00:34 UTC",
            "2028-07-02 8:00:34 am",
            "2028-7-2 8:0:34Z",
            "2028-07-02T08:00:34",
            "2028-07-02t08:00:34z",
            "2028-07-02T08:00:34,5Z",
            "2028/07/02 08:00:34",
            "2028/7/2 8:0:34 +00:00",
            "7/2/2028 8:0:34 AM +00:00",
            "7/2/2028 8:0:34 am",
            "7/2/2028 8:00:34\u{202f}AM",
            "7/2/2028, 8:00:34 AM",
            "7/2/2028 8:00:34AM Z",
            "7/2/2028 8:0:34",
            "07/02/2028 08:00:34Z",
            "07/02/2028  08:00:34.0000000 +00:00",
            "07-02-2028 08:00:34",
            " 07/02/2028 08:00:34 ",
            "Sun, 02 Jul 2028 08:00:34 GMT",
        ] {
            assert_eq!(expiry(text), Some(UnixTime::from_secs(1_846_137_634)), "{text}");
        }
        for (text, seconds) in [
            ("1/1/2028 12:0:12 AM +00:00", 1_830_297_612),
            ("9/14/2028 2:5:9 PM +00:00", 1_852_553_109),
            ("2028-07-02 08:00Z", 1_846_137_600),
            ("7/2/2028 8:00 PM", 1_846_180_800),
            ("0001-01-01T00:00:00", 0),
            ("1/1/0001 12:00:00 AM +00:00", 0),
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
            "2024-10-18T19:51:37Zjunk",
            "2024-10-18T19:51:37Z and more",
            "2024-13-01 00:00:00",
            "2024-02-30 00:00:00",
            "2024-10-18 24:00:00",
            "2024-10-18 19:60:00",
            "2024-10-18 19:51:61",
            "2024-10-18 19:51:",
            "2024-10-18 19:51:37.",
            "2024-10-18 19:51:37 +",
            "2024-10-18 19:51:37 +02:0",
            "2024-10-18 19:51:37 +02000",
            "2024-10-1819:51:37",
            "2024-10-18",
            "2024-10/18 19:51:37",
            "13/13/2024 00:00:00",
            "1/1/24 00:00:00",
            "1/16/2020 13:24:12 PM +00:00",
            "1/16/2020 0:24:12 AM +00:00",
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
