//! How an assertion is signed.

/// The algorithm of a signature (RFC 7518, section 3.1). Keys are RSA keys of at least 2048 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: a host that cannot sign by one of them has to say so.
pub enum SignatureAlgorithm {
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes: what Microsoft Entra asks for.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, for AD FS.
    Rs256,
}

impl SignatureAlgorithm {
    /// Its name in the header of the assertion.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }
}
