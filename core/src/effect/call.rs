//! A request with the promises that come with it.

use alloc::sync::Arc;
use core::time::Duration;

use crate::kind::PolicyField;
use crate::values::Thumbprint;
use crate::wire::HttpRequest;

/// A request with the promises a transport must keep when it sends it.
#[derive(Debug)]
pub struct HttpCall {
    request: HttpRequest,
    policy: HttpPolicy,
}

impl HttpCall {
    /// Puts a request and promises together, for the tests of a driver: the machine's own calls are ready to send.
    #[must_use]
    pub const fn new(request: HttpRequest, policy: HttpPolicy) -> Self {
        Self { request, policy }
    }

    /// The request and the promises to keep when it is sent, with the types of the `http` crate. Nothing is copied, and
    /// what is secret in it is wiped when it is dropped.
    ///
    /// # Errors
    /// When the `http` crate refuses an address or a header, which it does not for those that this crate accepts.
    #[cfg(feature = "http")]
    pub fn into_http(self) -> Result<(http::Request<crate::wire::Body>, HttpPolicy), crate::error::TransportError> {
        Ok((self.request.try_into()?, self.policy))
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The promises to keep.
    #[must_use]
    pub const fn policy(&self) -> &HttpPolicy {
        &self.policy
    }

    /// Both parts by value.
    #[must_use]
    pub fn into_parts(self) -> (HttpRequest, HttpPolicy) {
        (self.request, self.policy)
    }
}

/// What a transport must guarantee for a call. One that cannot guarantee a field answers
/// [`TransportErrorKind::Unsupported`](crate::TransportErrorKind::Unsupported) and names it; it never ignores one.
/// [`unmet`](Self::unmet) says which one that is.
///
/// One promise holds for every call and is therefore no field: a redirect is never followed but handed back as the answer
/// it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpPolicy {
    /// The longest wait for a connection, TLS handshake included.
    pub connect_timeout: Duration,
    /// The longest wait for the first or the next byte of the answer.
    pub read_timeout: Duration,
    /// The longest wait for everything together; what is left of the caller's time budget if that is less.
    pub total_timeout: Duration,
    /// The most bytes of a body to accept.
    pub max_body: usize,
    /// Whom to trust.
    pub trust: Trust,
    /// Which way to take.
    pub route: Route,
}

impl HttpPolicy {
    /// The first promise of this call that a transport with these `abilities` cannot keep; `None` when it can keep all.
    ///
    /// ```
    /// # use managed_identity_core::{Acquire, Source, Step, TokenRequest, UnixTime};
    /// use managed_identity_core::{PolicyField, TransportError, TransportErrorKind};
    ///
    /// // A transport without TLS.
    /// const ABILITIES: &[PolicyField] =
    ///     &[PolicyField::NoProxy, PolicyField::NoRedirect, PolicyField::MaxBody, PolicyField::TimeLimit];
    ///
    /// # let source = Source::service_fabric("https://localhost:2377/token", "h", &"ab".repeat(20))?;
    /// # let acquire = Acquire::new(source, TokenRequest::for_resource("https://vault.azure.net")?)?;
    /// # let Step::Http { call, .. } = acquire.start(1, UnixTime::default()) else { panic!() };
    /// let refusal = call.policy().unmet(ABILITIES).map(|field| {
    ///     TransportError::new(TransportErrorKind::Unsupported(field), "this transport speaks plain HTTP only")
    /// });
    /// assert_eq!(refusal.unwrap().kind(), TransportErrorKind::Unsupported(PolicyField::Tls));
    /// # Ok::<(), managed_identity_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn unmet(&self, abilities: &[PolicyField]) -> Option<PolicyField> {
        let trust: &[PolicyField] = match self.trust {
            Trust::Plain => &[],
            Trust::Roots => &[PolicyField::Tls],
            Trust::Leaf(_) => &[PolicyField::Tls, PolicyField::CertificatePin],
            Trust::Anchors { .. } => &[PolicyField::Tls, PolicyField::TrustAnchors],
        };
        let route: &[PolicyField] = match self.route {
            Route::Direct => &[PolicyField::NoProxy],
            Route::AsConfigured => &[],
        };
        let always = &[PolicyField::NoRedirect, PolicyField::MaxBody, PolicyField::TimeLimit];
        [trust, route, always].into_iter().flatten().copied().find(|field| !abilities.contains(field))
    }
}

/// Which way a call takes to its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// Straight to the server, whatever proxies the environment or the system names: what the call carries is meant for
    /// this machine, or for the network it is in, and for nobody in between.
    Direct,
    /// As other programs on this machine reach the internet: through the proxy that the host is configured with for https,
    /// if there is one. A transport that knows no proxies goes straight to the server.
    AsConfigured,
}

/// How a server proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Not at all: plain HTTP to an address that is local by definition.
    Plain,
    /// HTTPS with a certificate that the machine's trusted roots vouch for, for the address's host name.
    Roots,
    /// HTTPS with exactly this leaf certificate, checked before the first byte of the request is sent; neither its name,
    /// its issuer nor its dates count.
    Leaf(Thumbprint),
    /// HTTPS with a certificate that these roots vouch for, for this name.
    Anchors {
        /// The only trusted roots, as certificates in PEM form (RFC 7468); `None` for those of the machine.
        pem: Option<Arc<str>>,
        /// The name that the server is asked for (RFC 6066, section 3) and that its certificate has to be for; `None` for
        /// the address's host name.
        server_name: Option<Arc<str>>,
    },
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{HttpPolicy, Route, Trust};
    use crate::kind::PolicyField;
    use crate::values::Thumbprint;

    #[test]
    fn what_a_transport_cannot_keep_is_named() {
        let thumbprint = Thumbprint::parse(&"ab".repeat(20)).unwrap();
        let (direct, configured) = (Route::Direct, Route::AsConfigured);
        for (trust, route, needed) in [
            (Trust::Plain, direct, &[PolicyField::NoProxy][..]),
            (Trust::Roots, direct, &[PolicyField::Tls, PolicyField::NoProxy]),
            (Trust::Roots, configured, &[PolicyField::Tls]),
            (Trust::Leaf(thumbprint), direct, &[PolicyField::Tls, PolicyField::CertificatePin, PolicyField::NoProxy]),
            (
                Trust::Anchors { pem: None, server_name: None },
                direct,
                &[PolicyField::Tls, PolicyField::TrustAnchors, PolicyField::NoProxy],
            ),
        ] {
            let second = Duration::from_secs(1);
            let policy = HttpPolicy {
                connect_timeout: second,
                read_timeout: second,
                total_timeout: second,
                max_body: 1,
                trust,
                route,
            };
            assert_eq!(policy.unmet(PolicyField::ALL), None);
            for missing in PolicyField::ALL {
                let abilities: alloc::vec::Vec<_> =
                    PolicyField::ALL.iter().copied().filter(|field| field != missing).collect();
                let always = matches!(missing, PolicyField::NoRedirect | PolicyField::MaxBody | PolicyField::TimeLimit);
                let unmet = (always || needed.contains(missing)).then_some(*missing);
                assert_eq!(policy.unmet(&abilities), unmet, "{policy:?} without {missing:?}");
            }
        }
    }
}
