//! What developer tools write: a token document among other lines, and complaints as JSON.

use alloc::string::String;

use super::date;
use super::document::{Document, Value, leading};
use super::expiry::seconds;
use super::words::{MOST_OF_A_TEXT, shown};
use crate::values::{Secret, UnixTime};

/// A token as a tool wrote it.
pub(crate) struct Printed {
    pub(crate) token: Secret,
    /// When it expires; `None` where the member for it is missing or cannot be read.
    pub(crate) expires_on: Option<UnixTime>,
}

/// The token in what a tool wrote: the first JSON object that has it in the member `token`, with its end in the member
/// `expiry`, a number of seconds or a date with its zone. Other lines before and after it do not count.
pub(crate) fn printed(output: &[u8], token: &str, expiry: &str) -> Option<Printed> {
    first(output, |document| {
        let secret = document.text(token)?;
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        Some(Printed { token: Secret::from(secret), expires_on: end(document.value(expiry)) })
    })
}

fn end(value: &Value<'_>) -> Option<UnixTime> {
    match (seconds(value)?, value) {
        (Ok(seconds), _) => Some(UnixTime::from_secs(seconds)),
        (Err(_), Value::Text(text)) => date::expiry(text),
        (Err(_), _) => None,
    }
}

/// What a tool complains of in JSON: the member `error`, else the message in `data`. `None` where there is no such
/// document.
pub(crate) fn complaint(output: &[u8]) -> Option<String> {
    let said = |text: Option<&str>| text.filter(|it| !it.trim().is_empty()).map(String::from);
    let message = first(output, |document| said(document.text("error"))).or_else(|| {
        first(output, |document| match document.value("data") {
            Value::Object(data) => said(data.text("message")),
            _ => None,
        })
    })?;
    shown(&message, MOST_OF_A_TEXT, &[])
}

/// What `pick` finds in the first object that has it. Objects may take several lines, and braces of other lines begin none.
fn first<T>(mut output: &[u8], pick: impl Fn(&Document<'_>) -> Option<T>) -> Option<T> {
    loop {
        let start = output.iter().position(|byte| *byte == b'{')?;
        output = output.get(start..)?;
        let length = match leading(output) {
            Some((document, length)) => match pick(&document) {
                Some(found) => return Some(found),
                None => length,
            },
            None => 1,
        };
        output = output.get(length..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::{UnixTime, complaint, printed};

    #[test]
    fn a_token_is_found_among_other_lines() {
        let read = |text: &str| {
            let found = printed(text.as_bytes(), "accessToken", "expires_on")?;
            Some((alloc::string::String::from(found.token.expose()), found.expires_on.map(UnixTime::as_secs)))
        };
        let token = |end| Some((alloc::string::String::from("t-1"), end));
        assert_eq!(read("{\n  \"accessToken\": \"t-1\",\n  \"expires_on\": 60\n}\n"), token(Some(60)));
        assert_eq!(
            read("\u{feff}WARNING: old {1}\n{\"accessToken\":\"t-1\",\"expires_on\":\"60\"}\n{}"),
            token(Some(60))
        );
        assert_eq!(
            read("WARNING: {core} is old\n{\n  \"accessToken\": \"t-1\",\n  \"expires_on\": 60\n}\nsee {the docs}\n"),
            token(Some(60))
        );
        assert_eq!(read("{\"data\":{}}\n{\n  \"accessToken\": \"t-1\",\n  \"expires_on\": 60\n}\n"), token(Some(60)));
        assert_eq!(read("{\"accessToken\":\"t-1\",\"expires_on\":\"1970-01-01T00:01:00Z\"}"), token(Some(60)));
        assert_eq!(read("{\"accessToken\":\"t-1\",\"expires_on\":\"soon\"}"), token(None));
        assert_eq!(read("{\"accessToken\":\"t-1\"}"), token(None));
        for none in
            ["", "{", "}{", "null", "{\"accessToken\":\"\"}", "{\"accessToken\":\"a b\"}", "{\"accessToken\":1}"]
        {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn complaints_are_read_in_all_their_forms() {
        let read = |text: &str| complaint(text.as_bytes());
        let said = Some("not logged in".into());
        assert_eq!(read(r#"{"error":"not logged in","message":"m","suggestion":"s"}"#), said);
        assert_eq!(
            read("{\"type\":\"consoleMessage\",\"data\":{\"message\":\"\"}}\n{\"error\":\"not logged in\"}"),
            said
        );
        assert_eq!(
            read(
                "{\"type\":\"consoleMessage\",\"data\":{\"message\":\"\"}}\n{\"data\":{\"message\":\"not logged in\"}}"
            ),
            said
        );
        assert_eq!(read("{\"data\":{\"message\":\" \\n\"}}\n{\"data\":{\"message\":\"not logged in\"}}"), said);
        assert_eq!(read("ERROR: not logged in"), None);
        assert_eq!(read(r#"{"error":"bad eyJhbGciOiJub25lIn0.x.y"}"#), Some("bad [redacted]".into()));
    }
}
