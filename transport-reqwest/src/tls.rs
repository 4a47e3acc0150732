//! TLS: whom to trust, and how Service Fabric's certificate is pinned.

use std::sync::Arc;

use managed_identity_core::{PolicyField, Thumbprint, TransportError, TransportErrorKind, Trust};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

/// The TLS configuration for a way to trust.
pub(crate) fn config(trust: &Trust, root_certificates: &[Vec<u8>]) -> Result<ClientConfig, TransportError> {
    let provider = provider()?;
    let failed = |error: rustls::Error| TransportError::new(TransportErrorKind::Certificate, &error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let config = match trust {
        Trust::Anchors { pem: Some(pem), .. } => builder.with_root_certificates(anchors(pem)?).with_no_client_auth(),
        Trust::Roots | Trust::Anchors { .. } => {
            let roots = root_certificates.iter().map(|der| CertificateDer::from(der.clone()));
            let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider).map_err(failed)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        Trust::Leaf(thumbprint) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedLeaf { thumbprint: *thumbprint, provider }))
            .with_no_client_auth(),
        // Plain HTTP, and any way to trust that is not known here: nobody is trusted.
        _ => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    Ok(config)
}

/// The program's own choice, else that of the features.
pub(crate) fn provider() -> Result<Arc<CryptoProvider>, TransportError> {
    CryptoProvider::get_default().map(Arc::clone).or_else(|| built_in().map(Arc::new)).ok_or_else(|| {
        let detail = "no cryptography for it is built in, and the program has installed none";
        TransportError::new(TransportErrorKind::Unsupported(PolicyField::Tls), detail)
    })
}

#[cfg(feature = "tls")]
fn built_in() -> Option<CryptoProvider> {
    Some(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(all(feature = "tls-ring", not(feature = "tls")))]
fn built_in() -> Option<CryptoProvider> {
    Some(rustls::crypto::ring::default_provider())
}

#[cfg(not(any(feature = "tls", feature = "tls-ring")))]
const fn built_in() -> Option<CryptoProvider> {
    None
}

/// The certificates of a token proxy. One that cannot be read does not spoil the others, but nobody is trusted in place of
/// them.
fn anchors(pem: &str) -> Result<RootCertStore, TransportError> {
    let mut store = RootCertStore::empty();
    let (usable, _) =
        store.add_parsable_certificates(CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok));
    if usable == 0 {
        let detail = "among the certificates of the token proxy is none that can be used";
        return Err(TransportError::new(TransportErrorKind::Certificate, detail));
    }
    Ok(store)
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
