//! Where a request goes.

use http::Uri;
use http::uri::Scheme;

/// Where a request goes. A host is compared as it is written: `localhost` is not `127.0.0.1`.
pub(super) struct Place<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) host: &'a str,
    pub(super) port: u16,
}

impl<'a> Place<'a> {
    /// `None` unless it is a complete `http` or `https` address without user information, and with a port that is one.
    pub(super) fn of(address: &'a Uri) -> Option<Self> {
        let scheme = address.scheme()?;
        let default_port = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let authority = address.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let host = authority.host();
        let port = match authority.as_str().strip_prefix(host)? {
            "" => default_port,
            // What is no port is not the default one.
            port => port.strip_prefix(':').filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?,
        };
        Some(Self { scheme, host, port })
    }

    /// Whether nobody on the way can read what is sent there.
    pub(super) fn keeps_secrets(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = host.parse().is_ok_and(|address: core::net::IpAddr| address.is_loopback());
        *self.scheme == Scheme::HTTPS || is_loopback || host.eq_ignore_ascii_case("localhost")
    }
}

/// Whether a path has a segment by which a server may leave the folder it seems to be in.
pub(super) fn is_ambiguous(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["%2e", "%2f", "%5c", "\\", "//"].iter().any(|it| lower.contains(it))
        || path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// An address without its query, which may hold secrets.
pub(super) fn shown(address: &Uri) -> String {
    let authority = address.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    format!("{}://{authority}{}", address.scheme_str().unwrap_or_default(), address.path())
}
