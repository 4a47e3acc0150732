//! The certificate of a service principal, and the assertions that its key signs.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::KeyPair;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::Value;
use tempfile::TempDir;

use crate::error::SimulatorError;
use crate::files::write_for_owner;
use crate::tls::{named_parameters, temporary_folder};

const WHAT: &str = "certificate of the service principal";

/// The key, in PKCS#8. It is always the same and anybody may know it, as it opens nothing: making one for RSA takes some time,
/// and a library that can.
const KEY: &[u8] = include_bytes!("key.der");

/// A self-signed certificate with its key, in a file of PEM form that is removed when dropped.
pub(crate) struct ClientCertificate {
    der: Vec<u8>,
    /// As RFC 8017 has it.
    public_key: Vec<u8>,
    path: PathBuf,
    key_pem: String,
    _folder: TempDir,
}

impl ClientCertificate {
    pub(crate) fn new() -> Result<Self, SimulatorError> {
        let key = KeyPair::try_from(&PrivatePkcs8KeyDer::from(KEY)).map_err(SimulatorError::key(WHAT))?;
        let parameters = named_parameters(Vec::new(), "Simulated service principal")?;
        let certificate = parameters.self_signed(&key).map_err(SimulatorError::key(WHAT))?;
        let folder = temporary_folder()?;
        let path = folder.path().join("service-principal.pem");
        let key_pem = key.serialize_pem();
        write_for_owner(&path, &format!("{}{key_pem}", certificate.pem()))
            .map_err(SimulatorError::file("write", &path))?;
        Ok(Self {
            der: certificate.der().to_vec(),
            public_key: key.public_key_raw().to_vec(),
            path,
            key_pem,
            _folder: folder,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The private key in PEM form.
    pub(crate) fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// The claims of an assertion that names this certificate and is signed with its key.
    pub(crate) fn verify(&self, assertion: &str) -> Option<Value> {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
        let algorithm = match header["alg"].as_str()? {
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return None,
        };
        if !self.is_named_by(&header) {
            return None;
        }
        UnparsedPublicKey::new(algorithm, &self.public_key).verify(signed.as_bytes(), &decode(signature)?).ok()?;
        serde_json::from_slice(&decode(claims)?).ok()
    }

    /// By either thumbprint; a chain that is sent begins with it.
    fn is_named_by(&self, header: &Value) -> bool {
        let thumbprint = |algorithm| URL_SAFE_NO_PAD.encode(digest(algorithm, &self.der));
        let is = |name: &str, algorithm| {
            header[name].as_str().is_some_and(|it| it.trim_end_matches('=') == thumbprint(algorithm))
        };
        let is_first = header["x5c"][0].as_str().is_none_or(|it| it == STANDARD.encode(&self.der));
        is_first && (is("x5t#S256", &SHA256) || is("x5t", &SHA1_FOR_LEGACY_USE_ONLY))
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
