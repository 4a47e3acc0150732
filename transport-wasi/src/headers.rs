//! The headers of an answer.

use managed_identity_core::http::HeaderValue;
use managed_identity_core::http::header::{HeaderMap, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use managed_identity_core::{TransportError, TransportErrorKind};

/// The names that the core looks for. Handing over these alone spares a component the table of all names of the `http`
/// crate, which is larger than everything that this crate does.
const READ: [HeaderName; 2] = [RETRY_AFTER, WWW_AUTHENTICATE];

/// The headers of an answer, as far as the state machine looks at them.
///
/// # Errors
/// [`TransportErrorKind::Protocol`] for a value that is none.
pub fn answer_headers<'a>(fields: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<HeaderMap, TransportError> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        if let Some(name) = READ.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(name)) {
            let value = HeaderValue::from_bytes(value)
                .map_err(|_| TransportError::new(TransportErrorKind::Protocol, "the value of a header is malformed"))?;
            headers.append(name, value);
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use managed_identity_core::TransportErrorKind;

    use super::answer_headers;

    #[test]
    fn what_the_core_reads_is_kept_with_its_repetitions() {
        let fields: [(&str, &[u8]); 4] = [
            ("Www-Authenticate", b"Basic realm=a"),
            ("Content-Type", b"application/json"),
            ("www-authenticate", b"Basic realm=b"),
            ("RETRY-AFTER", b"7"),
        ];
        let headers = answer_headers(fields).unwrap();
        assert_eq!(headers.len(), 3);
        assert_eq!(headers.get_all("www-authenticate").iter().count(), 2);
        assert_eq!(headers["retry-after"], "7");
    }

    #[test]
    fn a_value_with_a_line_break_is_refused() {
        let fields: [(&str, &[u8]); 1] = [("retry-after", b"7\r\nx: y")];
        assert_eq!(answer_headers(fields).unwrap_err().kind(), TransportErrorKind::Protocol);
    }
}
