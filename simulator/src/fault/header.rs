//! What HTTP can carry in a header and in the first line of an answer.

use hyper::ext::ReasonPhrase;
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};

use crate::error::InvalidFault;

/// A header that HTTP can carry.
pub(super) fn legal_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), InvalidFault> {
    let name = HeaderName::try_from(name).map_err(|_| InvalidFault("a header has an illegal name".to_owned()))?;
    if name == CONTENT_LENGTH || name == TRANSFER_ENCODING {
        return Err(InvalidFault(format!("`{name}` follows from the body; `truncated` makes a wrong one")));
    }
    Ok((name, legal_value(value)?))
}

/// A header's value that HTTP can carry.
pub(super) fn legal_value(value: &str) -> Result<HeaderValue, InvalidFault> {
    HeaderValue::try_from(value).map_err(|_| InvalidFault("a header has an illegal value".to_owned()))
}

/// A reason phrase that HTTP can carry.
pub(super) fn legal_reason(text: &str) -> Result<ReasonPhrase, InvalidFault> {
    ReasonPhrase::try_from(text.to_owned()).map_err(|_| InvalidFault("`reason` is no legal reason phrase".to_owned()))
}
