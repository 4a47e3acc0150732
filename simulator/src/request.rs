//! A request as the dialects see it: read to the end, its parameters decoded.

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

/// The most body bytes a request may have: a federated token has about two thousand.
const MOST_BODY_BYTES: usize = 64 * 1024;

/// A request that arrived whole.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) form: Vec<(String, String)>,
}

impl Request {
    /// Reads `incoming` to its end.
    ///
    /// # Errors
    ///
    /// The status to answer with when the body is too large or breaks off.
    pub(crate) async fn read(incoming: hyper::Request<Incoming>) -> Result<Self, (Self, StatusCode)> {
        let (parts, body) = incoming.into_parts();
        match Limited::new(body, MOST_BODY_BYTES).collect().await {
            Ok(body) => Ok(Self::from_parts(parts, &body.to_bytes())),
            Err(_) => Err((Self::from_parts(parts, b""), StatusCode::PAYLOAD_TOO_LARGE)),
        }
    }

    /// The same request without that header.
    pub(crate) fn without_header(&self, name: HeaderName) -> Self {
        let mut request = self.clone();
        request.headers.remove(name);
        request
    }

    fn from_parts(parts: Parts, body: &[u8]) -> Self {
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: decode(parts.uri.query().unwrap_or_default().as_bytes()),
            headers: parts.headers,
            form: decode(body),
        }
    }

    /// The value of a query parameter; an empty value counts as none.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        value_of(&self.query, name)
    }

    /// The value of a form field; an empty value counts as none.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        value_of(&self.form, name)
    }

    /// The value of a header that is legal text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the path is `path`, with or without a slash at the end (some clients add one).
    pub(crate) fn is_for(&self, path: &str) -> bool {
        self.path.trim_end_matches('/') == path.trim_end_matches('/')
    }
}

fn decode(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn value_of<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}
