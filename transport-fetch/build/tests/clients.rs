//! Clients of the Azure SDK for JavaScript take the package's client as their credential, unchanged: Key Vault against the
//! simulator's vault, Blob Storage against Azurite.
//!
//! `scripts/test-fetch.sh` installs what they need.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use managed_identity_simulator::{SimulatedSource, Simulator};
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

const VAULT: &str = "https://vault.azure.net";
const STORAGE: &str = "https://storage.azure.com";
const ANOTHER: &str = "https://management.azure.com";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/node")
}

/// Runs a program of the folder in the environment of the simulator, and answers what it says.
fn say(simulator: &Simulator, script: &str, arguments: &[&str], certificate: Option<&Path>) -> String {
    let mut node = Command::new("node");
    node.arg(folder().join(script)).args(arguments).envs(simulator.environment());
    if let Some(certificate) = certificate {
        node.env("NODE_EXTRA_CA_CERTS", certificate);
    }
    let output = node.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaints}");
    for secret in simulator.secrets() {
        assert!(!complaints.contains(&secret), "a secret is on standard error");
    }
    said.trim().to_owned()
}

fn vault() -> Simulator {
    Simulator::builder(SimulatedSource::Imds).key_vault_secret("greeting", "hello from the vault").start().unwrap()
}

#[test]
fn key_vault_takes_the_credential() {
    let simulator = vault();
    let url = simulator.base_url().to_owned();
    assert_eq!(say(&simulator, "key-vault.mjs", &[&url, VAULT], None), "hello from the vault");
    let resources: Vec<_> =
        simulator.requests().into_iter().filter_map(|it| it.query_value("resource").map(str::to_owned)).collect();
    assert_eq!(resources, [VAULT], "the client asked once, for the resource that the vault named");
}

/// That client names the vault's tenant with every request, which a managed identity does not mind.
#[test]
fn key_vault_takes_a_chain_of_credentials() {
    let simulator = vault();
    let url = simulator.base_url().to_owned();
    assert_eq!(say(&simulator, "key-vault.mjs", &[&url, VAULT, "default"], None), "hello from the vault");
}

#[test]
fn key_vault_refuses_a_token_for_another_audience() {
    let simulator = vault();
    let url = simulator.base_url().to_owned();
    assert_eq!(say(&simulator, "key-vault.mjs", &[&url, ANOTHER], None), "refused: 401");
}

#[test]
fn blob_storage_takes_the_credential() {
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let azurite = Azurite::start();
    let said = say(&simulator, "blob-storage.mjs", &[&azurite.url, STORAGE], Some(&azurite.certificate()));
    assert_eq!(said, "containers: pictures");
}

#[test]
fn blob_storage_refuses_a_token_for_another_audience() {
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let azurite = Azurite::start();
    let said = say(&simulator, "blob-storage.mjs", &[&azurite.url, ANOTHER], Some(&azurite.certificate()));
    assert_eq!(said, "refused: 403");
}

/// The storage emulator, which checks issuer, audience and dates of tokens, at an https address with its own certificate.
struct Azurite {
    url: String,
    folder: TempDir,
    process: Child,
}

impl Azurite {
    fn start() -> Self {
        let folder = TempDir::with_prefix("azurite-").unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
        std::fs::write(folder.path().join("certificate.pem"), certificate.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut process = Command::new("node")
            .arg(self::folder().join("node_modules/azurite/dist/src/blob/main.js"))
            .args(["--oauth", "basic", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence"])
            .args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()])
            .args(["--cert", "certificate.pem", "--key", "key.pem"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It says when it listens, and goes on to say what it does.
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("successfully listens"));
        assert!(ready, "Azurite does not start");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { url: format!("https://127.0.0.1:{port}/devstoreaccount1"), folder, process }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
