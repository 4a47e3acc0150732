//! The machine's messages as those of the `http` crate: a request on its way out, an answer on its way in, and a token as
//! the header it is sent in.

use alloc::borrow::Cow;
use alloc::string::ToString as _;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};

use super::body::Body;
use super::message::{HttpMethod, HttpRequest, HttpResponse, Value};
use crate::error::{TransportError, TransportErrorKind};
use crate::values::{AccessToken, Secret};

impl TryFrom<HttpRequest> for Request<Body> {
    type Error = TransportError;

    /// Values that are secrets are marked sensitive. They are wiped when the last clone of them is dropped, as the body
    /// is: neither is copied here.
    ///
    /// Every address that [`Endpoint`](super::Endpoint) accepts is one that the `http` crate accepts; the error is for the
    /// day on which one of them learns something new.
    fn try_from(request: HttpRequest) -> Result<Self, TransportError> {
        let mut converted = Self::new(Body::from(request.body));
        *converted.method_mut() = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
        };
        *converted.uri_mut() = Uri::try_from(request.url.into_text()).map_err(|error| unsendable(&error))?;
        for header in request.headers {
            let value = match header.value {
                Value::Plain(Cow::Borrowed(text)) => HeaderValue::from_static(text),
                Value::Plain(Cow::Owned(text)) => HeaderValue::try_from(text).map_err(|error| unsendable(&error))?,
                Value::Secret(secret) => sensitive(secret).map_err(|error| unsendable(&error))?,
            };
            let headers = converted.headers_mut();
            headers.try_append(HeaderName::from_static(header.name), value).map_err(|error| unsendable(&error))?;
        }
        Ok(converted)
    }
}

fn unsendable(error: &dyn core::error::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Protocol, &error.to_string())
}

/// A value that is wiped with its last clone. Made from the text itself it would be copied, and the copy never wiped.
fn sensitive(secret: Secret) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(Body::from(secret)))?;
    value.set_sensitive(true);
    Ok(value)
}

impl<B: Into<Body>> From<Response<B>> for HttpResponse {
    fn from(response: Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        let headers = parts.headers.iter();
        headers.fold(Self::new(parts.status.as_u16(), body), |answer, (name, value)| {
            answer.with_header(name.as_str(), value.as_bytes())
        })
    }
}

impl AccessToken {
    /// The value of an `Authorization` header (`Bearer ...`), marked sensitive and wiped with its last clone; `None` when
    /// the token has characters that no header may carry, which a token from this crate's state machine never has.
    #[must_use]
    pub fn authorization(&self) -> Option<HeaderValue> {
        sensitive(Secret::new(alloc::format!("{} {}", self.token_type(), self.secret()))).ok()
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, Response};

    use crate::kind::SourceKind;
    use crate::values::{AccessToken, Secret, UnixTime};
    use crate::wire::{Body, Endpoint, HttpRequest, HttpResponse};

    #[test]
    fn a_request_keeps_all_it_has() {
        let url = Endpoint::parse("test", "http://localhost:1/token?a=b").unwrap();
        let request = HttpRequest::post(url, "resource=r".into())
            .with("metadata", "true")
            .with_secret("secret", Secret::new("hunter2".into()));
        let converted = Request::<Body>::try_from(request).unwrap();
        assert_eq!((converted.method().as_str(), converted.body().as_bytes()), ("POST", &b"resource=r"[..]));
        assert_eq!(converted.uri(), "http://localhost:1/token?a=b");
        assert_eq!(converted.headers().len(), 3);
        assert_eq!(
            (converted.headers()["metadata"].is_sensitive(), &converted.headers()["metadata"]),
            (false, &"true".parse().unwrap())
        );
        assert!(converted.headers()["secret"].is_sensitive() && converted.headers()["secret"] == "hunter2");
        assert!(!alloc::format!("{converted:?}").contains("hunter2"));
    }

    #[test]
    fn a_token_becomes_a_header_that_does_not_show() {
        let token = |secret: &str| {
            AccessToken::new(secret, "https://vault.azure.net", UnixTime::default(), SourceKind::Imds).authorization()
        };
        let header = token("hunter2").unwrap();
        assert_eq!((header.to_str().unwrap(), header.is_sensitive()), ("Bearer hunter2", true));
        assert_eq!(token("hunter\n2"), None);
    }

    #[test]
    fn an_answer_keeps_what_the_machine_looks_at() {
        let answer = Response::builder().status(401).header("www-authenticate", "Basic realm=a").header("server", "x");
        let converted = HttpResponse::from(answer.body("body").unwrap());
        assert_eq!((converted.status(), converted.body()), (401, &b"body"[..]));
        assert_eq!(converted.challenges, [b"Basic realm=a"]);
    }
}
