//! An answer before it goes out, so that a fault can still change it.

use hyper::StatusCode;
use hyper::ext::ReasonPhrase;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// Status, headers and body of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The words beside the status; `None` for the usual ones.
    pub(crate) reason: Option<ReasonPhrase>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer with a JSON body.
    pub(crate) fn json(status: StatusCode, document: &Value) -> Self {
        Self::new(status, document.to_string().into_bytes())
            .with_header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))
    }

    /// An answer without headers of its own.
    pub(crate) fn new(status: StatusCode, body: impl Into<Vec<u8>>) -> Self {
        Self { status, reason: None, headers: HeaderMap::new(), body: body.into() }
    }

    /// Adds a header; one of the same name stays.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }
}
