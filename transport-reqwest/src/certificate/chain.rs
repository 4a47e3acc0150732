//! Certificates in the order in which one certifies the other (RFC 7515, section 4.1.6).

use rustls::pki_types::CertificateDer;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::{Decode as _, Encode as _};

/// A certificate that was read as far as it is looked at here: whether it is valid is the authority's affair.
struct Certificate {
    der: CertificateDer<'static>,
    parsed: CertificateInner<Raw>,
}

/// The certificate with this public key (as `SubjectPublicKeyInfo` of RFC 5280), then the one it was issued by, and so on as far as
/// they are there. Others are left out; empty where none has the key.
pub(super) fn of(public_key: &[u8], certificates: Vec<CertificateDer<'static>>) -> Vec<CertificateDer<'static>> {
    let read = |der: CertificateDer<'static>| {
        let parsed = CertificateInner::from_der(&der).ok()?;
        Some(Certificate { der, parsed })
    };
    let mut others: Vec<Certificate> = certificates.into_iter().filter_map(read).collect();
    let mut chain = Vec::new();
    let mut next = others.iter().position(|it| it.has(public_key));
    while let Some(position) = next {
        let certificate = others.swap_remove(position);
        next = others.iter().position(|other| certificate.is_issued_by(other));
        chain.push(certificate.der);
    }
    chain
}

impl Certificate {
    fn has(&self, public_key: &[u8]) -> bool {
        let own = self.parsed.tbs_certificate().subject_public_key_info().to_der();
        own.is_ok_and(|own| own == public_key)
    }

    fn is_issued_by(&self, other: &Self) -> bool {
        self.parsed.tbs_certificate().issuer() == other.parsed.tbs_certificate().subject()
    }
}
