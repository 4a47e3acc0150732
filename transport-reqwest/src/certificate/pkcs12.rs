//! PKCS#12 (RFC 7292).

use managed_identity_core::{SignError, SignErrorKind};
use p12_keystore::{Pkcs12Archive, error::Error};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The one private key, and all certificates in their order.
pub(super) fn read(
    content: &[u8],
    password: Option<&str>,
) -> Result<(PrivateKeyDer<'static>, Vec<CertificateDer<'static>>), SignError> {
    let archive = Pkcs12Archive::from_pkcs12(content, password.unwrap_or_default()).map_err(|error| match error {
        // A file without a password has one that is empty.
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError if password.is_none() => {
            SignError::new(SignErrorKind::PasswordMissing, "")
        }
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError => {
            SignError::new(SignErrorKind::PasswordWrong, "")
        }
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            SignError::new(SignErrorKind::Malformed, "how it is encrypted is not known")
        }
        _ => SignError::new(SignErrorKind::Malformed, ""),
    })?;
    let [key] = archive.keys.as_slice() else { return Err(SignError::new(SignErrorKind::NoKey, "")) };
    let key = PrivatePkcs8KeyDer::from(key.key.as_der().to_vec()).into();
    Ok((key, archive.certs.iter().map(|it| CertificateDer::from(it.cert.as_der().to_vec())).collect()))
}
