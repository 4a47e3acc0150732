//! What files are for.

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FilePurpose {
    /// The key that proves to the Azure Arc agent that the caller is a member of the right group.
    ArcKey,
    /// The certificate of a service principal with its private key, in PEM or PKCS#12 form.
    #[cfg(feature = "chain")]
    ClientCertificate,
    /// The service account token of AKS workload identity.
    FederatedToken,
    /// The certificates that the token proxy of AKS workload identity is trusted by.
    TokenProxyCa,
}
