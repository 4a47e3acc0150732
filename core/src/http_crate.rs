//! Conversions between the messages of this crate and those of the `http` crate.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};

use crate::message::{HttpMethod, HttpRequest, HttpResponse, Value};
use crate::secret::Secret;
use crate::token::AccessToken;

impl TryFrom<HttpRequest> for Request<Vec<u8>> {
    type Error = http::Error;

    /// Values that are secrets are marked sensitive. They are not wiped any more when the request is dropped, since the
    /// `http` crate's types cannot do it.
    fn try_from(request: HttpRequest) -> Result<Self, http::Error> {
        let mut converted = Self::new(request.body.into_text().into_bytes());
        *converted.method_mut() = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
        };
        *converted.uri_mut() = Uri::try_from(request.url.into_text())?;
        converted.headers_mut().reserve(request.headers.len());
        for header in request.headers {
            let value = match header.value {
                Value::Plain(Cow::Borrowed(text)) => HeaderValue::from_static(text),
                Value::Plain(Cow::Owned(text)) => HeaderValue::try_from(text)?,
                Value::Secret(secret) => {
                    let mut value = HeaderValue::try_from(secret.into_text())?;
                    value.set_sensitive(true);
                    value
                }
            };
            converted.headers_mut().append(HeaderName::from_static(header.name), value);
        }
        Ok(converted)
    }
}

impl From<Response<Vec<u8>>> for HttpResponse {
    fn from(response: Response<Vec<u8>>) -> Self {
        let (parts, body) = response.into_parts();
        let headers = parts.headers.iter();
        headers.fold(Self::new(parts.status.as_u16(), body), |answer, (name, value)| {
            answer.with_header(name.as_str(), value.as_bytes())
        })
    }
}

impl AccessToken {
    /// The value of an `Authorization` header (`Bearer ...`), marked sensitive; `None` when the token has characters
    /// that no header may carry, which a token from this crate's state machine never has.
    #[must_use]
    pub fn authorization(&self) -> Option<HeaderValue> {
        let text = Secret::new(alloc::format!("{} {}", self.token_type(), self.secret()));
        let mut value = HeaderValue::from_str(text.expose()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use http::{Request, Response};

    use crate::endpoint::Endpoint;
    use crate::message::{HttpRequest, HttpResponse};
    use crate::secret::Secret;
    use crate::source::SourceKind;
    use crate::time::UnixTime;
    use crate::token::AccessToken;

    #[test]
    fn a_request_keeps_all_it_has() {
        let url = Endpoint::parse("test", "http://localhost:1/token?a=b").unwrap();
        let request = HttpRequest::post(url, "resource=r".into())
            .with("metadata", "true")
            .with_secret("secret", Secret::new("hunter2".into()));
        let converted = Request::try_from(request).unwrap();
        assert_eq!((converted.method().as_str(), converted.body().as_slice()), ("POST", &b"resource=r"[..]));
        assert_eq!(converted.uri(), "http://localhost:1/token?a=b");
        assert_eq!(converted.headers().len(), 3);
        assert_eq!(
            (converted.headers()["metadata"].is_sensitive(), &converted.headers()["metadata"]),
            (false, &"true".parse().unwrap())
        );
        assert!(converted.headers()["secret"].is_sensitive());
    }

    #[test]
    fn a_token_becomes_a_header_that_does_not_show() {
        let token = |secret: &str| {
            let (secret, resource) = (Secret::new(secret.into()), String::from("https://vault.azure.net"));
            AccessToken::new(secret, resource, UnixTime::default(), SourceKind::Imds).authorization()
        };
        let header = token("hunter2").unwrap();
        assert_eq!((header.to_str().unwrap(), header.is_sensitive()), ("Bearer hunter2", true));
        assert_eq!(token("hunter\n2"), None);
    }

    #[test]
    fn an_answer_keeps_what_the_machine_looks_at() {
        let answer = Response::builder().status(401).header("www-authenticate", "Basic realm=a").header("server", "x");
        let converted = HttpResponse::from(answer.body(Vec::from(*b"body")).unwrap());
        assert_eq!((converted.status(), converted.body()), (401, &b"body"[..]));
        assert_eq!(converted.challenges, [b"Basic realm=a"]);
    }
}
