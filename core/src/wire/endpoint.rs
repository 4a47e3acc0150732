//! The address of a token endpoint.

use alloc::string::String;
use core::fmt;

use super::form::append_form;
use super::host;
use crate::error::ConfigError;

/// In bytes, enough for most queries.
const ROOM_FOR_QUERY: usize = 160;

/// In bytes, what the libraries for HTTP that drivers build on take.
const MAX_LEN: usize = 65_534;

/// An absolute `http` or `https` address with a host and without user information or fragment, such as a token endpoint
/// or the URL of a request to it (RFC 3986).
///
/// Texts that clients read in different ways are refused, so that what is checked here is where a request goes: dot
/// segments (`/../`), numbers for addresses (`127.1`, `0x7f000001`).
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    text: String,
    /// Where the path begins, which is never empty.
    path: usize,
    /// Where the path ends: at the question mark before the query, or with the text.
    path_end: usize,
}

impl Endpoint {
    /// Reads an address. `name` says where it comes from (an environment variable, say) and is used in errors only.
    ///
    /// # Errors
    /// [`ConfigError::InvalidEndpoint`] unless the text is an absolute `http` or `https` URL without user information.
    pub fn parse(name: &'static str, text: &str) -> Result<Self, ConfigError> {
        let invalid = |reason| ConfigError::InvalidEndpoint { source_kind: None, name, reason };
        let (scheme, rest) = split_scheme(text).ok_or_else(|| invalid("it does not start with http:// or https://"))?;
        // A fragment is never sent.
        let rest = rest.split('#').next().unwrap_or_default();
        if !rest.bytes().all(is_legal) || text.len() > MAX_LEN {
            return Err(invalid("it is not a URL"));
        }
        let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or_default();
        check_authority(authority).map_err(invalid)?;
        let mut url = String::with_capacity(text.len() + 1);
        url.push_str(scheme);
        url.push_str(authority);
        let path = url.len();
        if !rest.starts_with('/') {
            url.push('/');
        }
        url.push_str(rest);
        let path_end = url.find('?').unwrap_or(url.len());
        let url = Self { text: url, path, path_end };
        if url.path().as_bytes().split(|byte| *byte == b'/').any(is_dot_segment) {
            return Err(invalid("its path has . or .. between slashes, which clients read in different ways"));
        }
        Ok(url)
    }

    /// The whole address, its query included, which may name an identity.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[cfg(feature = "http")]
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The address without its query, which may name an identity.
    #[must_use]
    pub fn without_query(&self) -> &str {
        self.text.get(..self.path_end).unwrap_or_default()
    }

    /// The scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https")
    }

    /// Host and port, as written.
    #[must_use]
    pub fn authority(&self) -> &str {
        let scheme = if self.is_https() { "https://" } else { "http://" };
        self.text.get(scheme.len()..self.path).unwrap_or_default()
    }

    /// The host, as written; an IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        split_port(self.authority()).0
    }

    /// The port, if one is given.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        split_port(self.authority()).1?.parse().ok()
    }

    /// The path, which begins with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.path..self.path_end).unwrap_or_default()
    }

    /// The query, without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.text.get(self.path_end + 1..)
    }

    /// The path, and the query with its question mark: what is asked for in HTTP/1.1 (RFC 9112, section 3.2.1).
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        self.text.get(self.path..).unwrap_or_default()
    }

    /// The host is `localhost` or a literal address of the loopback network.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        host::is_loopback(self.host())
    }

    /// The address with parameters appended to its query; values are percent-encoded and an existing query is kept.
    pub(crate) fn with_query(&self, parameters: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let mut url = Self { text: String::with_capacity(self.text.len() + ROOM_FOR_QUERY), ..*self };
        url.text.push_str(&self.text);
        match self.query() {
            None => url.text.push('?'),
            Some(query) if query.is_empty() || query.ends_with('&') => {}
            Some(_) => url.text.push('&'),
        }
        append_form(&mut url.text, parameters);
        if url.text.len() > MAX_LEN { Err(ConfigError::RequestTooLong) } else { Ok(url) }
    }

    /// The address with `path` (which starts with a slash) after its own path; slashes between them are merged.
    pub(crate) fn join(name: &'static str, base: &str, path: &str) -> Result<Self, ConfigError> {
        let mut url = String::from(base.trim_matches('/'));
        if url.contains(['?', '#']) {
            return Err(ConfigError::InvalidEndpoint {
                source_kind: None,
                name,
                reason: "it must not have a query or a fragment",
            });
        }
        url.push_str(path);
        Self::parse(name, &url)
    }
}

/// The scheme as it is written here, and what comes after it.
fn split_scheme(text: &str) -> Option<(&'static str, &str)> {
    ["http://", "https://"].into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some((scheme, rest))
    })
}

/// Visible ASCII, without what RFC 3986 leaves out altogether.
fn is_legal(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}

/// The host, and what comes after the colon behind it.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    // The colons of an IPv6 address are within its brackets.
    let (_, rest) = authority.split_once(']').unwrap_or(("", authority));
    match rest.split_once(':') {
        Some((_, port)) => (authority.get(..authority.len() - port.len() - 1).unwrap_or_default(), Some(port)),
        None => (authority, None),
    }
}

/// One dot or two, each of which may be percent-encoded: some clients resolve it, some send it as it is.
fn is_dot_segment(segment: &[u8]) -> bool {
    without_dot(segment).is_some_and(|rest| rest.is_empty() || without_dot(rest).is_some_and(<[u8]>::is_empty))
}

fn without_dot(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}

fn check_authority(authority: &str) -> Result<(), &'static str> {
    if authority.contains('@') {
        return Err("it contains a user name");
    }
    let (host, port) = split_port(authority);
    host::check(host)?;
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    if port.is_some_and(|port| !is_port(port)) {
        return Err("its port is not a number up to 65535");
    }
    Ok(())
}

impl fmt::Display for Endpoint {
    /// Shows the address without its query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.without_query())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, MAX_LEN};
    use crate::error::ConfigError;

    fn parse(text: &str) -> Endpoint {
        Endpoint::parse("TEST", text).unwrap()
    }

    fn reason(text: &str) -> &'static str {
        match Endpoint::parse("TEST", text) {
            Err(ConfigError::InvalidEndpoint { source_kind: None, name: "TEST", reason }) => reason,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn an_address_is_taken_apart() {
        let url = parse("HTTP://Host.example:8080/a/b?c=d&e#f");
        assert_eq!(url.as_str(), "http://Host.example:8080/a/b?c=d&e");
        assert_eq!((url.authority(), url.host(), url.port()), ("Host.example:8080", "Host.example", Some(8080)));
        assert_eq!((url.path(), url.query(), url.path_and_query()), ("/a/b", Some("c=d&e"), "/a/b?c=d&e"));
        assert_eq!(alloc::format!("{url} {url:?}"), "http://Host.example:8080/a/b http://Host.example:8080/a/b");
        let url = parse("https://[fd00::1]?q");
        assert_eq!((url.host(), url.port(), url.path(), url.query()), ("[fd00::1]", None, "/", Some("q")));
        assert!(url.is_https());
        assert_eq!((parse("http://h").as_str(), parse("http://h?").query()), ("http://h/", Some("")));
        assert_eq!(parse("http://[::1]:1/x").port(), Some(1));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "/token", "ftp://h/", "h:80/token", "http:/h", "htt\u{f6}p://h"] {
            assert_eq!(reason(text), "it does not start with http:// or https://", "{text}");
        }
        for text in ["http://", "http:///token", "http://?q", "https://:80/"] {
            assert_eq!(reason(text), "it has no host", "{text}");
        }
        for text in ["http://h:/", "http://h:65536/", "http://h:+1/", "http://h:1:2/", "http://[::1]:x/"] {
            assert_eq!(reason(text), "its port is not a number up to 65535", "{text}");
        }
        for text in [
            "http://h/a b",
            "http://h/\n",
            "http://h\r\n/",
            "http://h/\u{e9}",
            "http://h/<",
            "http://[::1/",
            "http://[]/",
            "http://[g]/",
            "http://h,i/",
            "http://h]/",
            "http://[::1]x/",
        ] {
            assert_eq!(reason(text), "it is not a URL", "{text:?}");
        }
        for text in ["http://user@h/", "http://user:password@h/"] {
            assert_eq!(reason(text), "it contains a user name", "{text}");
        }
        let long = "a".repeat(MAX_LEN - "http://h/".len());
        assert_eq!(parse(&alloc::format!("http://h/{long}")).as_str().len(), MAX_LEN);
        assert_eq!(reason(&alloc::format!("http://h/{long}a")), "it is not a URL");
    }

    #[test]
    fn a_dot_segment_is_refused() {
        for path in ["/..", "/a/./b", "/%2e%2E/b?c", "/.%2e#", "/%2e", "/%2E./"] {
            let reason = reason(&alloc::format!("http://h{path}"));
            assert_eq!(reason, "its path has . or .. between slashes, which clients read in different ways", "{path}");
        }
        for path in ["/...", "/..a/b.", "/%2e%2e%2e", "/?a=/../b", "/%2f..", "//", "/..%2"] {
            assert_eq!(parse(&alloc::format!("http://h{path}")).path_and_query(), path);
        }
    }

    #[test]
    fn loopback_is_told_whatever_the_port() {
        for (host, is_loopback) in [("LocalHost:1", true), ("127.0.0.1:80", true), ("[::1]:80", true), ("h:127", false)]
        {
            assert_eq!(parse(&alloc::format!("http://{host}/x")).is_loopback(), is_loopback, "{host}");
        }
        assert_eq!(reason("http://127.1:80/"), "its host is a number, but not an IPv4 address of four decimal parts");
    }

    #[test]
    fn a_query_is_appended_to_what_is_there() {
        let with = |text: &str| parse(text).with_query(&[("a", "b c"), ("d", "\u{e9}/")]).unwrap();
        assert_eq!(with("http://h/t").as_str(), "http://h/t?a=b%20c&d=%C3%A9%2F");
        assert_eq!(with("http://h/t?").as_str(), "http://h/t?a=b%20c&d=%C3%A9%2F");
        assert_eq!(with("http://h/t?x=y").query(), Some("x=y&a=b%20c&d=%C3%A9%2F"));
        assert_eq!(with("http://h/t?x=y&").path_and_query(), "/t?x=y&a=b%20c&d=%C3%A9%2F");
        let long = "a".repeat(MAX_LEN - "http://h/?a=".len() + 1);
        assert_eq!(parse("http://h/").with_query(&[("a", &long)]), Err(ConfigError::RequestTooLong));
        assert!(parse("http://h/").with_query(&[("a", &long[1..])]).is_ok());
    }
}
