//! An assertion that a driver signs.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::kind::SignatureAlgorithm;
use crate::values::{Secret, SecretBytes};
#[cfg(feature = "chain")]
use crate::wire::{AssertionClaims, signed, signing_input};

/// An assertion to sign with the private key of a service principal.
///
/// The driver finds key and certificates in [`content`](Self::content), has `signing_input` made for them, signs that, and
/// answers with both as [`Signed`]. The key goes through this crate as the file's bytes, which nothing here reads, and
/// which are wiped.
pub struct SignRequest {
    pub(crate) content: SecretBytes,
    pub(crate) password: Option<Secret>,
    pub(crate) algorithm: SignatureAlgorithm,
    #[cfg(feature = "chain")]
    pub(crate) sends_chain: bool,
    #[cfg(feature = "chain")]
    pub(crate) claims: AssertionClaims,
}

impl SignRequest {
    /// The file of the certificate and its private key: in PEM form (RFC 7468) with blocks in any order, or in that of PKCS#12
    /// (RFC 7292). Secret.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.content.expose()
    }

    /// The password of the file, where one is set. Secret.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.password.as_ref().map(Secret::expose)
    }

    /// The algorithm to sign by.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The text to sign, which names the certificate. `certificates` are in DER form, that of the key first, the one it was
    /// issued by next; `None` where there is none.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn signing_input<C: AsRef<[u8]>>(&self, certificates: &[C]) -> Option<String> {
        signing_input(&self.claims, self.algorithm, self.sends_chain, certificates)
    }
}

impl fmt::Debug for SignRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignRequest").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// What was signed, and its signature. Wiped when dropped, since both together are a proof.
pub struct Signed {
    input: Secret,
    signature: SecretBytes,
}

impl Signed {
    /// The text that `SignRequest::signing_input` gave, and the signature of its bytes.
    #[must_use]
    pub fn new(input: String, signature: Vec<u8>) -> Self {
        Self { input: Secret::new(input), signature: SecretBytes::new(signature) }
    }

    /// The assertion in compact form.
    #[cfg(feature = "chain")]
    pub(crate) fn assertion(&self) -> Secret {
        signed(self.input.expose(), self.signature.expose())
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("input", &self.input)
            .field("signature", &self.signature.expose().len())
            .finish_non_exhaustive()
    }
}
