//! The address of a token endpoint.

use alloc::string::String;
use core::fmt::{self, Write as _};
use core::net::IpAddr;

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::ConfigError;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// In bytes, enough for most queries.
const ROOM_FOR_QUERY: usize = 160;

/// An absolute `http` or `https` address with a host and without user information.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Uri);

impl Endpoint {
    /// Reads an address. `name` says where it comes from (an environment variable, say) and is used in errors only.
    ///
    /// # Errors
    /// [`ConfigError::InvalidEndpoint`] unless the text is an absolute `http` or `https` URL without user information.
    pub fn parse(name: &'static str, text: &str) -> Result<Self, ConfigError> {
        let invalid = |reason| ConfigError::InvalidEndpoint { name, reason };
        let uri: Uri = text.parse().map_err(|_| invalid("it is not a URL"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(invalid("it does not start with http:// or https://"));
        }
        let authority = uri.authority().ok_or_else(|| invalid("it has no host"))?;
        if authority.host().is_empty() {
            return Err(invalid("it has no host"));
        }
        if authority.as_str().contains('@') {
            return Err(invalid("it contains a user name"));
        }
        if authority.port().is_none() && authority.as_str().len() > authority.host().len() {
            return Err(invalid("its port is not a number up to 65535"));
        }
        Ok(Self(uri))
    }

    /// The scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// The host is `localhost` or a literal address of the loopback network.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.0.host().unwrap_or_default();
        let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// The address as an [`http::Uri`].
    #[must_use]
    pub const fn as_uri(&self) -> &Uri {
        &self.0
    }

    /// The address with parameters appended to its query; values are percent-encoded and an existing query is kept.
    pub(crate) fn with_query(&self, parameters: &[(&str, &str)]) -> Result<Uri, ConfigError> {
        let mut url = self.to_text(ROOM_FOR_QUERY);
        match self.0.query() {
            None => url.push('?'),
            Some("") => {}
            Some(query) if query.ends_with('&') => {}
            Some(_) => url.push('&'),
        }
        append_form(&mut url, parameters);
        Uri::try_from(url).map_err(|_| ConfigError::RequestTooLong)
    }

    /// The whole address, its query included, with room for so many bytes more.
    pub(crate) fn to_text(&self, room: usize) -> String {
        let len = |part: Option<&str>| part.map_or(0, str::len);
        let authority = len(self.0.authority().map(http::uri::Authority::as_str));
        let path = len(self.0.path_and_query().map(http::uri::PathAndQuery::as_str));
        let mut text = String::with_capacity("https://".len() + authority + path + room);
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{}", self.0);
        text
    }

    /// The address with `path` (which starts with a slash) after its own path; slashes between them are merged.
    pub(crate) fn join(name: &'static str, base: &str, path: &str) -> Result<Self, ConfigError> {
        let mut url = String::from(base.trim_matches('/'));
        if url.contains(['?', '#']) {
            return Err(ConfigError::InvalidEndpoint { name, reason: "it must not have a query or a fragment" });
        }
        url.push_str(path);
        Self::parse(name, &url)
    }
}

impl fmt::Display for Endpoint {
    /// Shows the address without its query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.0.authority().map(http::uri::Authority::as_str).unwrap_or_default();
        write!(f, "{}://{authority}{}", self.0.scheme_str().unwrap_or_default(), self.0.path())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Appends `name=value` pairs, percent-encoded and joined with `&`: the form of a query and of a form body alike.
pub(crate) fn append_form(text: &mut String, parameters: &[(&str, &str)]) {
    for (index, (name, value)) in parameters.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.extend(utf8_percent_encode(value, ESCAPED));
    }
}
