//! What the file of a certificate holds, in whichever form it is.

use managed_identity_core::SignError;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{pem, pkcs12};

/// A private key, and the certificates beside it in their order.
pub(super) struct Material {
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

/// Reads the content of a file.
pub(super) fn read(content: &[u8], password: Option<&str>) -> Result<Material, SignError> {
    let (key, certificates) =
        if pem::is_pem(content) { pem::read(content, password)? } else { pkcs12::read(content, password)? };
    Ok(Material { key, certificates })
}
