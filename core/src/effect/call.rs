//! A request with the promises that come with it.

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
/// Two promises hold for every call and are therefore no fields: the call goes out directly, never through a proxy, and
/// a redirect is never followed but handed back as the answer it is.
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
        };
        let always = [PolicyField::NoProxy, PolicyField::NoRedirect, PolicyField::MaxBody, PolicyField::TimeLimit];
        trust.iter().copied().chain(always).find(|field| !abilities.contains(field))
    }
}

/// How a server proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Not at all: plain HTTP to an address that is local by definition.
    Plain,
    /// HTTPS with a certificate that the machine's trusted roots vouch for, for the address's host name.
    Roots,
    /// HTTPS with exactly this leaf certificate, checked before the first byte of the request is sent; neither its name,
    /// its issuer nor its dates count.
    Leaf(Thumbprint),
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{HttpPolicy, Trust};
    use crate::kind::PolicyField;
    use crate::values::Thumbprint;

    #[test]
    fn what_a_transport_cannot_keep_is_named() {
        let thumbprint = Thumbprint::parse(&"ab".repeat(20)).unwrap();
        for (trust, needed) in [
            (Trust::Plain, &[][..]),
            (Trust::Roots, &[PolicyField::Tls]),
            (Trust::Leaf(thumbprint), &[PolicyField::Tls, PolicyField::CertificatePin]),
        ] {
            let second = Duration::from_secs(1);
            let policy =
                HttpPolicy { connect_timeout: second, read_timeout: second, total_timeout: second, max_body: 1, trust };
            assert_eq!(policy.unmet(PolicyField::ALL), None);
            for missing in PolicyField::ALL {
                let abilities: alloc::vec::Vec<_> =
                    PolicyField::ALL.iter().copied().filter(|field| field != missing).collect();
                let always = !matches!(missing, PolicyField::Tls | PolicyField::CertificatePin);
                let unmet = (always || needed.contains(missing)).then_some(*missing);
                assert_eq!(policy.unmet(&abilities), unmet, "{trust:?} without {missing:?}");
            }
        }
    }
}
