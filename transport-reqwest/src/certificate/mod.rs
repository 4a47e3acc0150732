//! Signing with the certificate of a service principal, by the cryptography that TLS has too.

mod chain;
mod material;
mod pem;
mod pkcs12;

use managed_identity_core::{SignError, SignErrorKind, SignRequest, SignatureAlgorithm, Signed};
use rustls::{SignatureAlgorithm as KeyAlgorithm, SignatureScheme};

use self::material::Material;
use crate::tls;

/// Signs with the private key in the request, which is in PEM or PKCS#12 form and may be encrypted. Of the certificates beside
/// it the one that belongs to the key is named, wherever it stands.
///
/// Key and password are wiped, but for the copies that the libraries make which read them. It takes as long as a password is
/// made to take.
///
/// # Errors
/// A [`SignError`] that says what is wrong with the file, or that no cryptography is there.
pub fn sign(what: &SignRequest) -> Result<Signed, SignError> {
    let Material { key, certificates } = material::read(what.content(), what.password())?;
    let provider = tls::provider().map_err(|error| SignError::new(SignErrorKind::Unsupported, error.detail()))?;
    let unsuitable = |detail: &str| SignError::new(SignErrorKind::UnsuitableKey, detail);
    let key = provider.key_provider.load_private_key(key).map_err(|error| unsuitable(&error.to_string()))?;
    let scheme = match what.algorithm() {
        SignatureAlgorithm::Ps256 => SignatureScheme::RSA_PSS_SHA256,
        SignatureAlgorithm::Rs256 => SignatureScheme::RSA_PKCS1_SHA256,
    };
    let signer =
        Some(&key).filter(|key| key.algorithm() == KeyAlgorithm::RSA).and_then(|key| key.choose_scheme(&[scheme]));
    let signer = signer.ok_or_else(|| unsuitable(""))?;
    let public_key = key.public_key().ok_or_else(|| unsuitable(""))?;
    if certificates.is_empty() {
        return Err(SignError::new(SignErrorKind::NoCertificate, ""));
    }
    let input = what.signing_input(&chain::of(&public_key, certificates));
    let input = input.ok_or_else(|| SignError::new(SignErrorKind::NotTheKeys, ""))?;
    let signature =
        signer.sign(input.as_bytes()).map_err(|error| SignError::new(SignErrorKind::Failed, &error.to_string()))?;
    Ok(Signed::new(input, signature))
}
