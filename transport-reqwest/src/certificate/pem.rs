//! PEM (RFC 7468), with its blocks in any order.

use managed_identity_core::{SignError, SignErrorKind};
use pem::Pem;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use zeroize::Zeroizing;

/// With which every block begins.
const BEGIN: &[u8] = b"-----BEGIN";

/// The most work that a password may be made to take. Files have a fraction of it.
const MOST_ITERATIONS: u32 = 10_000_000;
const MOST_SCRYPT_LOG_N: u8 = 20;

/// Whether a file is in this form.
pub(super) fn is_pem(content: &[u8]) -> bool {
    content.windows(BEGIN.len()).any(|part| part == BEGIN)
}

/// The one private key, and all certificates in their order.
pub(super) fn read(
    content: &[u8],
    password: Option<&str>,
) -> Result<(PrivateKeyDer<'static>, Vec<CertificateDer<'static>>), SignError> {
    let malformed = |detail: &str| SignError::new(SignErrorKind::Malformed, detail);
    let blocks = pem::parse_many(content).map_err(|_| malformed("a block of it cannot be read"))?;
    let (mut keys, mut certificates) = (Vec::new(), Vec::new());
    for block in blocks {
        let is_of_old = block.headers().get("Proc-Type").is_some();
        match block.tag() {
            "CERTIFICATE" => certificates.push(CertificateDer::from(block.into_contents())),
            "RSA PRIVATE KEY" | "EC PRIVATE KEY" if is_of_old => {
                drop(secret(block));
                return Err(malformed("its key is encrypted in an old form; convert it by openssl pkcs8 -topk8"));
            }
            "PRIVATE KEY" => keys.push(PrivatePkcs8KeyDer::from(block.into_contents()).into()),
            "RSA PRIVATE KEY" => keys.push(PrivatePkcs1KeyDer::from(block.into_contents()).into()),
            "EC PRIVATE KEY" => keys.push(PrivateSec1KeyDer::from(block.into_contents()).into()),
            "ENCRYPTED PRIVATE KEY" => keys.push(decrypted(&secret(block), password)?),
            // Parameters, requests, what other tools add.
            _ => drop(secret(block)),
        }
    }
    let [key] = <[PrivateKeyDer<'static>; 1]>::try_from(keys).map_err(|_| SignError::new(SignErrorKind::NoKey, ""))?;
    Ok((key, certificates))
}

fn secret(block: Pem) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(block.into_contents())
}

fn decrypted(der: &[u8], password: Option<&str>) -> Result<PrivateKeyDer<'static>, SignError> {
    let malformed = |detail: &str| SignError::new(SignErrorKind::Malformed, detail);
    let encrypted =
        EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| malformed("how its key is encrypted is not known"))?;
    let EncryptionScheme::Pbes2(parameters) = &encrypted.encryption_algorithm else {
        return Err(malformed("its key is encrypted in an old form; convert it by openssl pkcs8 -topk8"));
    };
    let is_too_much = match &parameters.kdf {
        Kdf::Pbkdf2(it) => it.iteration_count > MOST_ITERATIONS,
        Kdf::Scrypt(it) => it.cost_parameter > 1 << MOST_SCRYPT_LOG_N || it.parallelization > 16 || it.block_size > 16,
        _ => true,
    };
    if is_too_much {
        return Err(malformed("its password is made to take too long"));
    }
    let password = password.ok_or_else(|| SignError::new(SignErrorKind::PasswordMissing, ""))?;
    let key = encrypted.decrypt(password).map_err(|_| SignError::new(SignErrorKind::PasswordWrong, ""))?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}
