//! TLS: whom to trust, and how Service Fabric's certificate is pinned.

use std::sync::Arc;

use managed_identity_core::{Thumbprint, TransportError, TransportErrorKind, Trust};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

/// The TLS configuration for a way to trust.
pub(crate) fn config(trust: Trust, root_certificates: &[Vec<u8>]) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(ring::default_provider());
    let failed = |error: rustls::Error| TransportError::new(TransportErrorKind::Certificate, &error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let config = match trust {
        Trust::Roots => {
            let roots = root_certificates.iter().map(|der| CertificateDer::from(der.clone()));
            let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider).map_err(failed)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        Trust::Leaf(thumbprint) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedLeaf { thumbprint, provider }))
            .with_no_client_auth(),
        // Plain HTTP, and any way to trust that is not known here: nobody is trusted.
        _ => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    Ok(config)
}

/// The refusal of a certificate somewhere in the chain of causes.
pub(crate) fn certificate_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(tls @ rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Some(tls);
        }
        // The `source` of an I/O error leaves out the error it wraps.
        cause = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// Accepts exactly one leaf certificate, whatever its name, issuer and dates. The handshake's signature is checked as
/// ever, so the peer must hold the certificate's key.
#[derive(Debug)]
struct PinnedLeaf {
    thumbprint: Thumbprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedLeaf {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let digest = Sha1::digest(end_entity);
        if bool::from(digest.as_slice().ct_eq(self.thumbprint.as_bytes())) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
