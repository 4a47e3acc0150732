//! The certificates of the loopback servers, made once.

use std::sync::{Arc, OnceLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use sha1::{Digest as _, Sha1};

/// Servers that prove who they are in different ways.
pub struct Certificates {
    /// A self-signed certificate, known by its thumbprint.
    pub pinned: Arc<ServerConfig>,
    /// The SHA-1 digest of the pinned certificate.
    pub thumbprint: String,
    /// A certificate of an authority.
    pub trusted: Arc<ServerConfig>,
    /// The authority's certificate.
    pub root: Vec<u8>,
    /// A certificate that nobody vouches for.
    pub stranger: Arc<ServerConfig>,
}

/// The certificates.
///
/// # Errors
/// When they cannot be made.
pub fn get() -> Result<&'static Certificates, String> {
    static MADE: OnceLock<Result<Certificates, String>> = OnceLock::new();
    MADE.get_or_init(make).as_ref().map_err(Clone::clone)
}

fn make() -> Result<Certificates, String> {
    let text = |error: rcgen::Error| error.to_string();
    let mut authority = CertificateParams::new(Vec::new()).map_err(text)?;
    // A name of its own: OpenSSL takes a certificate whose issuer has its subject's name for self-signed.
    authority.distinguished_name.push(rcgen::DnType::CommonName, "loopback authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().map_err(text)?).map_err(text)?;
    let key = KeyPair::generate().map_err(text)?;
    let leaf = server().map_err(text)?.signed_by(&key, &authority).map_err(text)?;
    let (pinned, pinned_der) = self_signed()?;
    Ok(Certificates {
        pinned,
        thumbprint: Sha1::digest(&pinned_der).iter().map(|byte| format!("{byte:02x}")).collect(),
        trusted: config(leaf.der(), &key)?,
        root: authority.der().to_vec(),
        stranger: self_signed()?.0,
    })
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()])
}

fn self_signed() -> Result<(Arc<ServerConfig>, Vec<u8>), String> {
    let text = |error: rcgen::Error| error.to_string();
    let key = KeyPair::generate().map_err(text)?;
    let certificate = server().map_err(text)?.self_signed(&key).map_err(text)?;
    Ok((config(certificate.der(), &key)?, certificate.der().to_vec()))
}

fn config(certificate: &CertificateDer<'static>, key: &KeyPair) -> Result<Arc<ServerConfig>, String> {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate.clone()], key.into()));
    config.map(Arc::new).map_err(|error| error.to_string())
}
