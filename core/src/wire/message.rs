//! The HTTP messages of the machine: what a driver sends, and what it brings back.
//!
//! This is how the machine holds them. With the feature `http`, which is on unless switched off, a request is taken and an
//! answer is given as a message of the `http` crate. Builds that must do without `std` take and give these instead.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::body::Body;
use super::cloud;
use super::endpoint::Endpoint;
use crate::kind::{ForeignService, standard_phrase};
use crate::values::Secret;

/// The method of an [`HttpRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpMethod {
    /// `GET`, without a body.
    Get,
    /// `POST`, with a form as its body.
    Post,
}

impl HttpMethod {
    /// The method as it is sent (RFC 9110, section 9.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl fmt::Display for HttpMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request, complete but for what each transport adds by itself (`Host`, `Content-Length`).
///
/// It never has a Host, Connection, Transfer-Encoding, Upgrade, Keep-Alive or proxy header. Its secrets are wiped when it
/// is dropped, and `Debug` shows neither them nor the body.
pub struct HttpRequest {
    pub(crate) method: HttpMethod,
    pub(crate) url: Endpoint,
    pub(crate) headers: Vec<HttpHeader>,
    pub(crate) body: Secret,
}

impl HttpRequest {
    /// A GET without headers.
    pub(crate) fn get(url: Endpoint) -> Self {
        Self { method: HttpMethod::Get, url, headers: Vec::with_capacity(4), body: Secret::default() }
    }

    /// A POST of a form.
    pub(crate) fn post(url: Endpoint, form: String) -> Self {
        let request = Self { method: HttpMethod::Post, body: Secret::new(form), ..Self::get(url) };
        request.with("content-type", "application/x-www-form-urlencoded")
    }

    /// The same with one header more.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push(HttpHeader { name, value: Value::Plain(value.into()) });
        self
    }

    /// The same with one header more, whose value is a secret.
    pub(crate) fn with_secret(mut self, name: &'static str, value: Secret) -> Self {
        self.headers.push(HttpHeader { name, value: Value::Secret(value) });
        self
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> HttpMethod {
        self.method
    }

    /// The whole address, its query included.
    #[must_use]
    pub const fn url(&self) -> &Endpoint {
        &self.url
    }

    /// The headers, each name once.
    #[must_use]
    pub fn headers(&self) -> &[HttpHeader] {
        &self.headers
    }

    /// The value of a header, by its name in lower case. It may be a secret: do not log it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.name == name).map(HttpHeader::value)
    }

    /// The body, which is a form or empty. It may hold a credential: do not log it.
    #[must_use]
    pub fn body(&self) -> &str {
        self.body.expose()
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// A header of an [`HttpRequest`].
pub struct HttpHeader {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    Plain(Cow<'static, str>),
    Secret(Secret),
}

impl HttpHeader {
    /// The name, in lower case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The value, which is legal in a header. It may be a secret: do not log it unless it is not
    /// [sensitive](Self::is_sensitive).
    #[must_use]
    pub fn value(&self) -> &str {
        match &self.value {
            Value::Plain(text) => text,
            Value::Secret(secret) => secret.expose(),
        }
    }

    /// Whether the value is a secret, to be kept out of logs and out of the compression state of HTTP/2.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        matches!(self.value, Value::Secret(_))
    }
}

impl fmt::Debug for HttpHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.is_sensitive() { "[redacted]" } else { self.value() };
        write!(f, "{}: {value}", self.name)
    }
}

/// An answer of any status, as far as the machine looks at it. Made from an `http::Response` by `into()`, or by hand. Its
/// body is wiped when it is dropped, and `Debug` does not show it.
pub struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Vec<u8>>,
    pub(crate) challenges: Vec<Vec<u8>>,
    pub(super) media_type: Option<Vec<u8>>,
    pub(super) request_id: Option<Vec<u8>>,
    pub(super) sent_by: Option<ForeignService>,
    pub(super) reason: String,
    pub(crate) body: Body,
}

impl HttpResponse {
    /// An answer with this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Body>) -> Self {
        Self {
            status,
            retry_after: None,
            challenges: Vec::new(),
            media_type: None,
            request_id: None,
            sent_by: None,
            reason: String::new(),
            body: body.into(),
        }
    }

    /// The same with one header more. A driver hands over all headers, repeated ones each time they come; kept are those
    /// that the machine looks at: `WWW-Authenticate`, `Retry-After`, and what tells people more about an answer without a
    /// token (`Content-Type`, `X-Ms-Request-Id`, and the headers by which another cloud's metadata service is known).
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &[u8]) -> Self {
        let first = |kept: &mut Option<Vec<u8>>| _ = kept.get_or_insert_with(|| value.to_vec());
        if name.eq_ignore_ascii_case("www-authenticate") {
            self.challenges.push(value.to_vec());
        } else if name.eq_ignore_ascii_case("retry-after") {
            first(&mut self.retry_after);
        } else if name.eq_ignore_ascii_case("content-type") {
            first(&mut self.media_type);
        } else if name.eq_ignore_ascii_case("x-ms-request-id") {
            first(&mut self.request_id);
        } else {
            self.sent_by = self.sent_by.or(cloud::by_header(name, value));
        }
        self
    }

    /// The same with the reason phrase of its status line, for a driver whose library tells it: some proxies say there, and
    /// nowhere else, what is the matter. A phrase that only puts the status into words does not count.
    #[must_use]
    pub fn with_reason(mut self, phrase: &str) -> Self {
        let phrase = phrase.trim();
        if !phrase.eq_ignore_ascii_case(standard_phrase(self.status)) {
            self.reason = String::from(phrase);
        }
        self
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The body. It may hold a token: do not log it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_len", &self.body().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpRequest, HttpResponse};
    use crate::values::Secret;
    use crate::wire::Endpoint;

    #[test]
    fn neither_secrets_nor_bodies_show() {
        let url = Endpoint::parse("test", "http://localhost/token").unwrap();
        let request = HttpRequest::post(url, "a=assertion".into()).with("metadata", "true");
        let request = request.with_secret("authorization", Secret::new("Basic hunter2".into()));
        let shown = alloc::format!("{request:?}");
        assert!(shown.contains("metadata: true") && shown.contains("authorization: [redacted]"), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains("assertion"), "{shown}");
        assert_eq!(request.header("authorization"), Some("Basic hunter2"));
        let response = HttpResponse::new(200, b"hunter2".to_vec());
        assert_eq!(alloc::format!("{response:?}"), "HttpResponse { status: 200, body_len: 7, .. }");
        assert_eq!((response.status(), response.body()), (200, &b"hunter2"[..]));
    }

    #[test]
    fn of_an_answers_headers_those_that_count_are_kept() {
        let answer = HttpResponse::new(401, alloc::vec::Vec::new())
            .with_header("WWW-Authenticate", b"Basic realm=a")
            .with_header("Content-Type", b"application/json")
            .with_header("www-authenticate", b"Basic realm=b")
            .with_header("RETRY-AFTER", b"7")
            .with_header("retry-after", b"8")
            .with_header("x-MS-request-id", b"1")
            .with_header("x-ms-request-id", b"2")
            .with_header("Server", b"x");
        assert_eq!(answer.challenges, [b"Basic realm=a", b"Basic realm=b"]);
        let first = |kept: &Option<alloc::vec::Vec<u8>>| kept.clone().unwrap_or_default();
        assert_eq!(first(&answer.retry_after), b"7");
        assert_eq!(first(&answer.media_type), b"application/json");
        assert_eq!(first(&answer.request_id), b"1");
        assert_eq!(answer.sent_by, None);
    }

    #[test]
    fn a_reason_that_is_the_status_in_words_is_none() {
        let reason = |status, phrase| HttpResponse::new(status, "").with_reason(phrase).reason;
        for (status, phrase) in [(403, "Forbidden"), (404, "not found"), (200, "OK"), (600, " ")] {
            assert_eq!(reason(status, phrase), "");
        }
        assert_eq!(reason(403, " Not on this network "), "Not on this network");
        assert_eq!(reason(600, "Odd"), "Odd");
    }
}
