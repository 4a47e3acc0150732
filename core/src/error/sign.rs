//! Errors of certificates: what a driver answers when it could not sign.

use alloc::string::String;

#[cfg(feature = "chain")]
use super::fault::Fault;
use super::optional::Optional;
use super::presentable::presentable;

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}", Optional(": ", Some(.detail), ""))]
pub struct SignError {
    kind: SignErrorKind,
    detail: String,
}

/// The kinds of [`SignError`]. None is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignErrorKind {
    /// The host's policy forbids it.
    #[error("the host denies signing with it")]
    Denied,
    /// The file is neither in PEM form nor a PKCS#12 file, or is broken.
    #[error("it is neither PEM nor PKCS#12 that can be read")]
    Malformed,
    /// The file has no certificate.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// The file has no private key, or several.
    #[error("there is not exactly one private key in it")]
    NoKey,
    /// None of the certificates belongs to the private key.
    #[error("none of its certificates belongs to its private key")]
    NotTheKeys,
    /// The file is encrypted, and no password is set.
    #[error("it is encrypted, and no password is set")]
    PasswordMissing,
    /// The password does not open the file.
    #[error("the password does not open it")]
    PasswordWrong,
    /// The key is no RSA key, or shorter than 2048 bits.
    #[error("its key is no RSA key that is long enough")]
    UnsuitableKey,
    /// This host signs nothing.
    #[error("this host signs nothing")]
    Unsupported,
    /// The signature could not be made.
    #[error("the signature could not be made")]
    Failed,
}

impl SignError {
    /// Makes an error; `detail` says more, and may be empty. It must not hold a part of the file or the password.
    #[must_use]
    pub fn new(kind: SignErrorKind, detail: &str) -> Self {
        Self { kind, detail: presentable(detail, 256) }
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> SignErrorKind {
        self.kind
    }

    /// The failure in the host's own words; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

#[cfg(feature = "chain")]
impl SignError {
    pub(super) const fn fault(&self) -> Fault {
        match self.kind {
            SignErrorKind::Denied | SignErrorKind::Unsupported | SignErrorKind::Failed => Fault::Host,
            _ => Fault::Caller,
        }
    }

    pub(super) const fn next_step(&self) -> &'static str {
        match self.kind {
            SignErrorKind::Denied => "have the host allow signing with this certificate",
            SignErrorKind::Unsupported => {
                "build the native client with its feature certificates, or give the service principal a secret in \
                 AZURE_CLIENT_SECRET, use workload identity or a managed identity"
            }
            SignErrorKind::PasswordMissing => "set AZURE_CLIENT_CERTIFICATE_PASSWORD",
            SignErrorKind::PasswordWrong => {
                "correct AZURE_CLIENT_CERTIFICATE_PASSWORD, or unset it if the file has none"
            }
            SignErrorKind::UnsuitableKey => "make a certificate with an RSA key of 2048 bits or more, and register it",
            SignErrorKind::Malformed
            | SignErrorKind::NoCertificate
            | SignErrorKind::NoKey
            | SignErrorKind::NotTheKeys
            | SignErrorKind::Failed => {
                "put the certificate and its private key, and no other key, into the file that \
                 AZURE_CLIENT_CERTIFICATE_PATH names: in PEM form, or as PKCS#12"
            }
        }
    }
}
