//! Proxies that the environment names: for the authority of workload identity, and for nobody else.
//!
//! A test can set variables for another process only, so each runs itself again in a process of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use managed_identity_reqwest::ManagedIdentityClient;
#[cfg(feature = "tls")]
use managed_identity_reqwest::{ProxySettings, RetryPolicy};
use managed_identity_simulator::{SimulatedSource, Simulator};

const RESOURCE: &str = "https://vault.azure.net";
/// Which test's other process this is.
const INSIDE: &str = "TEST_PROXIED";

/// A proxy that keeps the first line of each request, and makes tunnels.
struct RecordingProxy {
    address: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl RecordingProxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&lines);
        thread::spawn(move || {
            for client in listener.incoming() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(client.unwrap(), &kept));
            }
        });
        Self { address, lines }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, kept: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    kept.lock().unwrap().push(line.clone());
    let target = line.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
    let Some(mut server) = target.and_then(|target| TcpStream::connect(target).ok()) else {
        let _ = client.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return;
    };
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}

/// Runs a test again, in a process with these variables.
fn inside(test: &str, what: &str, variables: BTreeMap<String, String>) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .envs(variables)
        .env(INSIDE, what)
        .status()
        .unwrap();
    assert!(status.success(), "{test}: {what}");
}

/// What a process gets in which this simulator is the source, and this proxy is named for everything.
fn variables(simulator: &Simulator, proxy: &RecordingProxy) -> BTreeMap<String, String> {
    let mut variables = simulator.environment();
    if let Some(folder) = simulator.key_folder() {
        variables.insert("TEST_KEY_FOLDER".to_owned(), folder.to_str().unwrap().to_owned());
    }
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        variables.insert(name.to_owned(), format!("http://{}", proxy.address));
    }
    // Exceptions of somebody else's, so that none hides a use of the proxies.
    for name in ["no_proxy", "NO_PROXY"] {
        variables.insert(name.to_owned(), "elsewhere.invalid".to_owned());
    }
    variables
}

/// Gets a token by this process's own environment.
async fn token_by_environment(source: &str) {
    let mut builder = ManagedIdentityClient::builder();
    if let Ok(folder) = std::env::var("TEST_KEY_FOLDER") {
        builder = builder.key_directory(&folder);
    }
    #[cfg(feature = "tls")]
    if let Some(authority) = std::env::var_os("SSL_CERT_FILE") {
        use rustls::pki_types::{CertificateDer, pem::PemObject as _};
        builder = builder.root_certificate(CertificateDer::from_pem_file(authority).unwrap().to_vec());
    }
    let client = builder.build().unwrap();
    assert_eq!(client.source().kind().as_str(), source);
    client.get_token(RESOURCE).await.unwrap();
}

#[tokio::test]
async fn no_local_endpoint_ever_meets_a_proxy() {
    const TEST: &str = "no_local_endpoint_ever_meets_a_proxy";
    match std::env::var(INSIDE).as_deref() {
        Err(_) => {}
        Ok("anybody else") => {
            // Without one of its own, reqwest wants the program's.
            #[cfg(feature = "tls-ring")]
            let _ = rustls::crypto::ring::default_provider().install_default();
            let _ = reqwest::get("http://127.0.0.1:1/").await;
            return;
        }
        Ok(source) => return token_by_environment(source).await,
    }
    let proxy = RecordingProxy::start();
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    inside(TEST, "anybody else", variables(&simulator, &proxy));
    assert_eq!(proxy.lines(), ["GET http://127.0.0.1:1/ HTTP/1.1"], "the proxy would be used");
    for source in SimulatedSource::ALL {
        let is_encrypted = source == SimulatedSource::ServiceFabric;
        if source == SimulatedSource::WorkloadIdentity || is_encrypted && !cfg!(feature = "tls") {
            continue;
        }
        let proxy = RecordingProxy::start();
        let simulator = Simulator::builder(source).start().unwrap();
        inside(TEST, source.name(), variables(&simulator, &proxy));
        assert_eq!(proxy.lines(), [""; 0], "{source}");
        assert_ne!(simulator.request_count(), 0, "{source}");
    }
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn the_authority_is_reached_through_the_proxy_for_https_alone() {
    const TEST: &str = "the_authority_is_reached_through_the_proxy_for_https_alone";
    if std::env::var_os(INSIDE).is_some() {
        return token_by_environment("workload-identity").await;
    }
    let proxy = RecordingProxy::start();
    let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).start().unwrap();
    let all = variables(&simulator, &proxy);
    let authority = all["AZURE_AUTHORITY_HOST"].trim_start_matches("https://").trim_end_matches('/').to_owned();
    inside(TEST, "all proxies", all.clone());
    assert_eq!(proxy.lines(), [format!("CONNECT {authority} HTTP/1.1")]);
    assert_eq!(simulator.request_count(), 1);

    // With an exception for it, and with every proxy but the one for https.
    let host = authority.split(':').next().unwrap().to_owned();
    let exception = BTreeMap::from([("NO_PROXY".to_owned(), host.clone()), ("no_proxy".to_owned(), host)]);
    inside(TEST, "an exception", all.clone().into_iter().chain(exception).collect());
    let others = ["https_proxy", "HTTPS_PROXY"].map(|name| (name.to_owned(), String::new()));
    inside(TEST, "other proxies", all.into_iter().chain(others).collect());
    assert_eq!((proxy.lines().len(), simulator.request_count()), (1, 3));
}

/// As where the proxy is the only way out: what is asked for is the tunnel, though nobody is at its end.
#[cfg(feature = "tls")]
#[tokio::test]
async fn a_closed_port_beyond_the_proxy_is_the_proxys_to_find() {
    let proxy = RecordingProxy::start();
    let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).start().unwrap();
    let environment = simulator.environment();
    let source = managed_identity_reqwest::Source::workload_identity(
        Some("https://127.0.0.1:1"),
        "tenant",
        Some("client"),
        &environment["AZURE_FEDERATED_TOKEN_FILE"],
        managed_identity_reqwest::core::Platform::Linux,
    );
    let address = proxy.address.clone();
    let settings = ProxySettings::from_lookup(move |name| (name == "https_proxy").then(|| address.clone()));
    let client = ManagedIdentityClient::builder().source(source.unwrap()).proxy(settings).retry(RetryPolicy::none());
    client.build().unwrap().get_token(RESOURCE).await.unwrap_err();
    assert_eq!(proxy.lines(), ["CONNECT 127.0.0.1:1 HTTP/1.1"]);
}
