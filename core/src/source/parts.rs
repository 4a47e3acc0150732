//! What the requests of all sources are made of.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use http::header::HeaderName;
use http::{HeaderValue, Method, Request, Uri};

use crate::error::ConfigError;
use crate::request::TokenRequest;
use crate::secret::Secret;

/// What a request is made of besides the source.
pub(crate) struct RequestParts<'a> {
    pub(crate) request: &'a TokenRequest,
    /// The id for `x-ms-client-request-id`, on sources that know it and unless switched off.
    pub(crate) request_id: Option<&'a str>,
    /// Azure Arc's answer to the challenge.
    pub(crate) authorization: Option<&'a HeaderValue>,
    /// The federated token of workload identity.
    pub(crate) assertion: Option<&'a Secret>,
}

/// A secret that goes out as the value of a header.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SecretHeader {
    text: Secret,
    pub(super) value: HeaderValue,
}

impl SecretHeader {
    /// `name` is the environment variable it comes from, for errors.
    pub(super) fn new(name: &'static str, text: &str) -> Result<Self, ConfigError> {
        let mut value = HeaderValue::from_str(text).map_err(|_| ConfigError::IllegalCharacters { name })?;
        value.set_sensitive(true);
        Ok(Self { text: Secret::new(String::from(text)), value })
    }

    pub(super) fn text(&self) -> &str {
        self.text.expose()
    }
}

impl fmt::Debug for SecretHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

pub(super) const METADATA: HeaderName = HeaderName::from_static("metadata");
pub(super) const TRUE: HeaderValue = HeaderValue::from_static("true");

/// A GET of `uri` with these headers.
pub(super) fn get<const N: usize>(uri: Uri, headers: [(HeaderName, HeaderValue); N]) -> Request<Vec<u8>> {
    request(Method::GET, uri, headers, Vec::new())
}

/// A POST of a form to `uri` with these headers.
pub(super) fn post<const N: usize>(
    uri: Uri,
    headers: [(HeaderName, HeaderValue); N],
    form: String,
) -> Request<Vec<u8>> {
    let mut request = request(Method::POST, uri, headers, form.into_bytes());
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(http::header::CONTENT_TYPE, form);
    request
}

fn request<const N: usize>(
    method: Method,
    uri: Uri,
    headers: [(HeaderName, HeaderValue); N],
    body: Vec<u8>,
) -> Request<Vec<u8>> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    request.headers_mut().extend(headers);
    request
}
