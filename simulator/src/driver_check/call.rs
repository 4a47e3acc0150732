//! A call as a driver is asked to make it.

use std::time::Duration;

use serde::Serialize;

/// One HTTP call, and the promises that a driver gives with it. It says in plain values what the state machine says in its
/// own types, and has the form of the calls that managed-identity sources get.
///
/// Two promises hold for every call: it goes out directly, never through a proxy, and a redirect is never followed but
/// handed back as the answer it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DriverCall {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole address, its query included.
    pub url: String,
    /// The headers, names in lower case, each name once.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: String,
    /// Whom to trust.
    pub trust: DriverTrust,
    /// The longest wait for a connection, TLS handshake included.
    #[serde(rename = "connect_timeout_ms", serialize_with = "milliseconds")]
    pub connect_timeout: Duration,
    /// The longest wait for the first or the next byte of the answer.
    #[serde(rename = "read_timeout_ms", serialize_with = "milliseconds")]
    pub read_timeout: Duration,
    /// The longest wait for everything together.
    #[serde(rename = "total_timeout_ms", serialize_with = "milliseconds")]
    pub total_timeout: Duration,
    /// The most bytes of a body to accept.
    pub max_body: usize,
}

/// How a server proves who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DriverTrust {
    /// Not at all: plain HTTP to this machine.
    Plain,
    /// HTTPS with a certificate that the machine's trusted roots vouch for.
    Roots,
    /// HTTPS with exactly the leaf certificate that has this SHA-1 thumbprint (hexadecimal digits in upper case), checked
    /// before the first byte of the request is sent; neither its name, its issuer nor its dates count.
    Pinned(String),
}

fn milliseconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
