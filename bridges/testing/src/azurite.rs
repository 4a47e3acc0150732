//! Azurite, which checks issuer, audience and dates of tokens as the service does, and takes them over https only.

use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use managed_identity_core::{TokenProvider, TokenRequest};
use rcgen::{CertificateParams, KeyPair};
use reqwest::Certificate;
use tempfile::TempDir;

/// The one account of Azurite.
const ACCOUNT: &str = "devstoreaccount1";

/// The resource of Azure Storage.
const STORAGE: &str = "https://storage.azure.com";

/// A running Azurite, which forgets everything when it is dropped.
#[derive(Debug)]
pub struct Azurite {
    url: String,
    der: Vec<u8>,
    folder: TempDir,
    process: Child,
}

impl Azurite {
    /// Starts Azurite on a free port, with a certificate of its own.
    ///
    /// # Errors
    /// [`AzuriteError`] when it does not start; `scripts/test-bridges.sh` installs what it needs.
    pub fn start() -> Result<Self, AzuriteError> {
        let folder = TempDir::with_prefix("azurite-")?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()])?.self_signed(&key)?;
        std::fs::write(folder.path().join("certificate.pem"), certificate.pem())?;
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem())?;
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("azurite/node_modules/azurite/dist/src/blob/main.js");
        let mut process = Command::new("node")
            .arg(program)
            .args(["--oauth", "basic", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence"])
            .args(["--blobHost", "127.0.0.1", "--blobPort", "0"])
            .args(["--cert", "certificate.pem", "--key", "key.pem"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()?;
        // It says where it listens, and goes on to say what it does.
        let output = process.stdout.take();
        // Made at once, so that the process ends whatever happens.
        let mut azurite = Self { url: String::new(), der: certificate.der().to_vec(), folder, process };
        let mut lines = output.into_iter().flat_map(|output| BufReader::new(output).lines().map_while(Result::ok));
        let address = lines.find_map(|line| Some(line.split_once("successfully listens on ")?.1.trim().to_owned()));
        let address = address.ok_or_else(|| AzuriteError("it ended before it listened".into()))?;
        azurite.url = format!("{address}/{ACCOUNT}");
        std::thread::spawn(move || lines.for_each(drop));
        Ok(azurite)
    }

    /// Makes a container, with one of these tokens.
    ///
    /// # Errors
    /// [`AzuriteError`] when Azurite does not take the token, or there is none.
    pub async fn make_container(&self, name: &str, tokens: &dyn TokenProvider) -> Result<(), AzuriteError> {
        let failed = |reason: &dyn std::fmt::Display| AzuriteError(format!("no container {name}: {reason}").into());
        let request = TokenRequest::for_resource(STORAGE).map_err(|error| failed(&error))?;
        let token = tokens.get_token(&request).await.map_err(|error| failed(&error.explain()))?;
        let certificate = Certificate::from_der(&self.der).map_err(|error| failed(&error))?;
        let client = reqwest::Client::builder().tls_certs_only([certificate]).no_proxy().build();
        let answer = client
            .map_err(|error| failed(&error))?
            .put(format!("{}/{name}?restype=container", self.url))
            .header("x-ms-version", "2021-12-02")
            .bearer_auth(token.secret())
            .send()
            .await;
        answer.and_then(reqwest::Response::error_for_status).map_err(|error| failed(&error))?;
        Ok(())
    }

    /// The address of the account, such as `https://127.0.0.1:10000/devstoreaccount1`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the account.
    #[must_use]
    pub fn account(&self) -> &str {
        ACCOUNT
    }

    /// The certificate that a client has to trust, in DER form.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.der
    }

    /// A file with that certificate in PEM form.
    #[must_use]
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Why Azurite did not start, or did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("Azurite does not help: {0}; bash scripts/test-bridges.sh --tools installs what it needs")]
pub struct AzuriteError(Box<dyn std::error::Error + Send + Sync>);

impl From<io::Error> for AzuriteError {
    fn from(error: io::Error) -> Self {
        Self(error.into())
    }
}

impl From<rcgen::Error> for AzuriteError {
    fn from(error: rcgen::Error) -> Self {
        Self(error.into())
    }
}
