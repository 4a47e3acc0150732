//! The promises that transports make, by name.

use core::fmt;

/// A promise of [`HttpPolicy`](crate::HttpPolicy) that a transport may be unable to keep. `Display` says it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyField {
    /// The pinned leaf certificate.
    CertificatePin,
    /// Trusting certain roots only, or a server name other than the address's host.
    TrustAnchors,
    /// HTTPS at all.
    Tls,
    /// Never through a proxy.
    NoProxy,
    /// Never following a redirect.
    NoRedirect,
    /// The limit on the body's size.
    MaxBody,
    /// One of the time limits.
    TimeLimit,
}

impl PolicyField {
    /// All promises.
    pub const ALL: &[Self] = &[
        Self::CertificatePin,
        Self::TrustAnchors,
        Self::Tls,
        Self::NoProxy,
        Self::NoRedirect,
        Self::MaxBody,
        Self::TimeLimit,
    ];

    /// The name in kebab case, such as `certificate-pin`, as drivers in other languages say it. `Display` has words for
    /// people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificatePin => "certificate-pin",
            Self::TrustAnchors => "trust-anchors",
            Self::Tls => "tls",
            Self::NoProxy => "no-proxy",
            Self::NoRedirect => "no-redirect",
            Self::MaxBody => "max-body",
            Self::TimeLimit => "time-limit",
        }
    }
}

impl fmt::Display for PolicyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CertificatePin => "the pinned certificate",
            Self::TrustAnchors => "the trusted certificates and the server name of the token proxy",
            Self::Tls => "an encrypted connection",
            Self::NoProxy => "that no proxy is used",
            Self::NoRedirect => "that no redirect is followed",
            Self::MaxBody => "the limit on the body's size",
            Self::TimeLimit => "the time limits",
        })
    }
}
