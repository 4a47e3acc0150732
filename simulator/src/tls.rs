//! Certificates and TLS: Service Fabric's self-signed one, and the authority's from a small CA. All are made at start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

use crate::error::SimulatorError;
use crate::random;

/// What the authority is called where only a proxy leads to it. No name server ever knows a name under `invalid`
/// (RFC 6761, section 6.4), so nobody comes to it, or anywhere else, without the proxy.
pub(crate) const NAME_BEHIND_PROXY: &str = "login.simulated.invalid";

/// The certificate a client has to trust to reach a simulated https endpoint.
///
/// For workload identity it is the authority's CA; for Service Fabric the self-signed certificate of the endpoint
/// itself, which only clients need that do not compare the thumbprint.
#[derive(Debug)]
pub struct TrustedCertificate {
    der: Vec<u8>,
    thumbprint: String,
    pem_path: PathBuf,
    _folder: TempDir,
}

impl TrustedCertificate {
    /// The certificate in DER form.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// A file with the certificate in PEM form; it is removed with the simulator.
    #[must_use]
    pub fn pem_path(&self) -> &Path {
        &self.pem_path
    }

    /// SHA-1 of the DER form in upper-case hexadecimal digits, the form of `IDENTITY_SERVER_THUMBPRINT`.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The variables by which clients in several languages are told of a CA besides those they know, or instead of them.
    pub(crate) fn authority_variables(&self) -> impl Iterator<Item = (String, String)> {
        let path = self.pem_path.display().to_string();
        let names = ["CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"];
        names.into_iter().map(move |name| (name.to_owned(), path.clone()))
    }

    fn write(der: &CertificateDer<'_>, pem: &str) -> Result<Self, SimulatorError> {
        let folder = temporary_folder()?;
        let pem_path = folder.path().join("certificate.pem");
        std::fs::write(&pem_path, pem).map_err(SimulatorError::file("write", &pem_path))?;
        Ok(Self { der: der.to_vec(), thumbprint: thumbprint(der), pem_path, _folder: folder })
    }
}

/// What a server needs to speak TLS, and what its clients need to trust it.
pub(crate) struct ServerIdentity {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) trusted: TrustedCertificate,
}

/// A folder that only this user may enter, removed when dropped.
pub(crate) fn temporary_folder() -> Result<TempDir, SimulatorError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("managed-identity-simulator-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir().map_err(SimulatorError::file("make a folder in", std::env::temp_dir()))
}

/// A server with one self-signed certificate, as the Service Fabric endpoint has it.
pub(crate) fn self_signed() -> Result<ServerIdentity, SimulatorError> {
    let what = "self-signed certificate";
    let key = KeyPair::generate().map_err(SimulatorError::key(what))?;
    let certificate = server_parameters()?.self_signed(&key).map_err(SimulatorError::key(what))?;
    Ok(ServerIdentity {
        config: server_config(vec![certificate.der().clone()], &key)?,
        trusted: TrustedCertificate::write(certificate.der(), &certificate.pem())?,
    })
}

/// A server that a client knows by the thumbprint of its certificate alone.
pub(crate) struct PinnedServer {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) thumbprint: String,
}

/// A server whose self-signed certificate is for another name, and whose time is over.
pub(crate) fn expired_stranger() -> Result<PinnedServer, SimulatorError> {
    let what = "self-signed certificate";
    let key = KeyPair::generate().map_err(SimulatorError::key(what))?;
    let mut parameters = named_parameters(vec!["elsewhere.invalid".to_owned()], "Simulated stranger")?;
    parameters.not_after = parameters.not_before + time::Duration::hours(1);
    let certificate = parameters.self_signed(&key).map_err(SimulatorError::key(what))?;
    let thumbprint = thumbprint(certificate.der());
    Ok(PinnedServer { config: server_config(vec![certificate.der().clone()], &key)?, thumbprint })
}

/// A server with a certificate from a CA that exists for this simulator alone, as the authority has it.
pub(crate) fn from_own_ca() -> Result<ServerIdentity, SimulatorError> {
    let what = "certificate of the authority";
    let ca_key = KeyPair::generate().map_err(SimulatorError::key(what))?;
    let mut ca_parameters = named_parameters(Vec::new(), "Simulated authority CA")?;
    ca_parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca_parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_certificate = ca_parameters.self_signed(&ca_key).map_err(SimulatorError::key(what))?;
    let issuer = Issuer::from_params(&ca_parameters, &ca_key);
    let key = KeyPair::generate().map_err(SimulatorError::key(what))?;
    let mut parameters = server_parameters()?;
    parameters.use_authority_key_identifier_extension = true;
    let certificate = parameters.signed_by(&key, &issuer).map_err(SimulatorError::key(what))?;
    Ok(ServerIdentity {
        config: server_config(vec![certificate.der().clone()], &key)?,
        trusted: TrustedCertificate::write(ca_certificate.der(), &ca_certificate.pem())?,
    })
}

fn thumbprint(der: &CertificateDer<'_>) -> String {
    random::hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref()).to_uppercase()
}

fn server_parameters() -> Result<CertificateParams, SimulatorError> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), NAME_BEHIND_PROXY.to_owned()];
    let mut parameters = named_parameters(names, "Simulated endpoint")?;
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    Ok(parameters)
}

pub(crate) fn named_parameters(names: Vec<String>, common_name: &str) -> Result<CertificateParams, SimulatorError> {
    let mut parameters = CertificateParams::new(names).map_err(SimulatorError::key("certificate"))?;
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    // Verifiers that limit the life of a certificate refuse the library's default of two thousand years.
    let now = time::OffsetDateTime::now_utc();
    parameters.not_before = now - time::Duration::days(1);
    parameters.not_after = now + time::Duration::days(90);
    Ok(parameters)
}

fn server_config(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Result<Arc<ServerConfig>, SimulatorError> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider()?)
        .with_safe_default_protocol_versions()
        .map_err(SimulatorError::key("TLS configuration"))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(SimulatorError::key("TLS configuration"))?;
    Ok(Arc::new(config))
}

/// That of the features, else the program's own choice.
fn provider() -> Result<Arc<CryptoProvider>, SimulatorError> {
    let none = "no cryptography for it is built in, and the program has installed none";
    let of_program = || CryptoProvider::get_default().map(Arc::clone);
    built_in().map(Arc::new).or_else(of_program).ok_or(none).map_err(SimulatorError::key("TLS configuration"))
}

#[cfg(feature = "tls-aws-lc")]
fn built_in() -> Option<CryptoProvider> {
    Some(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(all(feature = "tls-ring", not(feature = "tls-aws-lc")))]
fn built_in() -> Option<CryptoProvider> {
    Some(rustls::crypto::ring::default_provider())
}

#[cfg(not(any(feature = "tls-aws-lc", feature = "tls-ring")))]
const fn built_in() -> Option<CryptoProvider> {
    None
}
