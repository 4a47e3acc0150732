//! The token proxy of AKS workload identity, over real TLS: whom the client trusts, what it asks for, and that nothing goes
//! to the authority.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use managed_identity_reqwest::core::{Environment, FilePurpose, HostFacts, Platform, TransportErrorKind};
use managed_identity_reqwest::{AccessToken, Error, ManagedIdentityClient, ManagedIdentityClientBuilder, RetryPolicy};
use managed_identity_tests::listener::{Listener, read_request};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const RESOURCE: &str = "https://vault.azure.net";
const HERE: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);
/// What only the certificate and the handshake say: no resolver knows it.
const NAME: &str = "tokens.internal";
const TOKEN: &str = r#"{"access_token":"by-proxy","expires_in":3600}"#;

/// An authority for certificates.
struct Authority {
    der: Vec<u8>,
    pem: String,
    /// A server that has a certificate of it for [`NAME`].
    server: Arc<ServerConfig>,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new([NAME.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    Authority { der: issuer.der().to_vec(), pem: pem(issuer.der()), server: Arc::new(server) }
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// A request as the proxy got it.
struct Seen {
    server_name: Option<String>,
    text: String,
}

/// A token proxy, an authority that should not be asked, and a pod's folder.
struct Pod {
    proxy: Listener,
    authority: Listener,
    /// What the proxy proves itself with at this moment.
    server: Arc<Mutex<Arc<ServerConfig>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    folder: tempfile::TempDir,
}

impl Pod {
    fn start(of: &Authority) -> Self {
        let server = Arc::new(Mutex::new(Arc::clone(&of.server)));
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (config, kept) = (Arc::clone(&server), Arc::clone(&seen));
        let proxy = Listener::start(HERE, move |stream| {
            let config = Arc::clone(&config.lock().unwrap());
            if let Some(request) = answered(stream, config) {
                kept.lock().unwrap().push(request);
            }
        });
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), "the-assertion").unwrap();
        // As Kubernetes publishes it.
        std::os::unix::fs::symlink("data/ca.crt", folder.path().join("ca.crt")).unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/ca.crt"), &of.pem).unwrap();
        let authority = Listener::start(HERE, drop).unwrap();
        Self { proxy: proxy.unwrap(), authority, server, seen, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A client of workload identity by a proxy at this host, with these variables too.
    fn client(&self, host: &str, variables: &[(&str, &str)]) -> ManagedIdentityClientBuilder {
        let path = |name| self.file(name).to_str().unwrap().to_owned();
        let set = |name: &str, value: String| (name.to_owned(), value);
        let mut all = BTreeMap::from([
            set("AZURE_TENANT_ID", "tenant".to_owned()),
            set("AZURE_CLIENT_ID", "client".to_owned()),
            set("AZURE_FEDERATED_TOKEN_FILE", path("token")),
            set("AZURE_AUTHORITY_HOST", format!("https://{}", self.authority.address())),
            set("AZURE_KUBERNETES_TOKEN_PROXY", format!("https://{host}:{}/base/", self.proxy.address().port())),
        ]);
        all.extend(variables.iter().map(|(name, value)| set(name, (*value).to_owned())));
        let environment = Environment::from_lookup(|name| all.get(name).cloned());
        ManagedIdentityClient::builder()
            .environment(environment, HostFacts::of(Platform::Linux))
            .retry(RetryPolicy::none())
    }

    async fn token(&self, variables: &[(&str, &str)]) -> Result<AccessToken, Error> {
        self.client("127.0.0.1", variables).build().unwrap().get_token(RESOURCE).await
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Answers with a token, if the handshake succeeds and a whole request comes.
fn answered(stream: TcpStream, config: Arc<ServerConfig>) -> Option<Seen> {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&bytes) {
        match stream.read(&mut buffer) {
            Ok(length @ 1..) => bytes.extend_from_slice(&buffer[..length]),
            _ => return None,
        }
    }
    let seen =
        Seen { server_name: stream.conn.server_name().map(str::to_owned), text: String::from_utf8(bytes).unwrap() };
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", TOKEN.len());
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(TOKEN.as_bytes()).ok()?;
    stream.conn.send_close_notify();
    let _ = stream.flush();
    Some(seen)
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |it| it.parse().unwrap());
    body.len() >= length
}

fn refused_certificate(outcome: Result<AccessToken, Error>) -> bool {
    matches!(outcome, Err(Error::Transport { error, .. }) if error.kind() == TransportErrorKind::Certificate)
}

#[tokio::test]
async fn the_assertion_goes_to_the_token_proxy_and_never_to_the_authority() {
    let ca = authority();
    let pod = Pod::start(&ca);
    let file = pod.file("ca.crt");
    let by_file = [("AZURE_KUBERNETES_CA_FILE", file.to_str().unwrap()), ("AZURE_KUBERNETES_SNI_NAME", NAME)];
    let by_data = [("AZURE_KUBERNETES_CA_DATA", ca.pem.as_str()), ("AZURE_KUBERNETES_SNI_NAME", NAME)];
    for (host, variables) in [("127.0.0.1", by_file), ("localhost", by_file), ("127.0.0.1", by_data)] {
        let token = pod.client(host, &variables).build().unwrap().get_token(RESOURCE).await.unwrap();
        assert_eq!(token.secret(), "by-proxy");
        // It is recorded once it was answered.
        let seen = loop {
            if let Some(seen) = pod.seen.lock().unwrap().pop() {
                break seen;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(seen.server_name.as_deref(), Some(NAME));
        let port = pod.proxy.address().port();
        assert!(seen.text.starts_with("POST /base/tenant/oauth2/v2.0/token HTTP/1.1\r\n"), "{}", seen.text);
        assert!(seen.text.to_lowercase().contains(&format!("\r\nhost: {host}:{port}\r\n")), "{}", seen.text);
        assert!(seen.text.contains("client_assertion=the-assertion"), "{}", seen.text);
    }
    assert_eq!(pod.authority.connections(), 0);
}

#[tokio::test]
async fn the_machines_roots_count_where_no_others_are_named() {
    let ca = authority();
    let pod = Pod::start(&ca);
    let client = pod.client("127.0.0.1", &[("AZURE_KUBERNETES_SNI_NAME", NAME)]);
    client.root_certificate(ca.der.clone()).build().unwrap().get_token(RESOURCE).await.unwrap();
    // The certificate is not for the address's own host.
    let client = pod.client("127.0.0.1", &[]).root_certificate(ca.der.clone()).build().unwrap();
    assert!(refused_certificate(client.get_token(RESOURCE).await));
    assert_eq!(pod.authority.connections(), 0);
}

#[tokio::test]
async fn other_certificates_and_names_are_refused_before_anything_is_sent() {
    let (ca, other) = (authority(), authority());
    let pod = Pod::start(&ca);
    let name = ("AZURE_KUBERNETES_SNI_NAME", NAME);
    let of_other = ("AZURE_KUBERNETES_CA_DATA", other.pem.as_str());
    assert!(refused_certificate(pod.token(&[of_other, name]).await));
    // Roots that are trusted elsewhere are not trusted here.
    let client = pod.client("127.0.0.1", &[of_other, name]).root_certificate(ca.der.clone()).build().unwrap();
    assert!(refused_certificate(client.get_token(RESOURCE).await));
    let of_ca = ("AZURE_KUBERNETES_CA_DATA", ca.pem.as_str());
    for variables in [&[of_ca, ("AZURE_KUBERNETES_SNI_NAME", "other.internal")][..], &[of_ca]] {
        assert!(refused_certificate(pod.token(variables).await), "{variables:?}");
    }
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(refused_certificate(pod.token(&[("AZURE_KUBERNETES_CA_DATA", no_certificate), name]).await));
    assert_eq!((pod.requests(), pod.authority.connections()), (0, 0));
}

#[tokio::test]
async fn a_changed_file_of_certificates_is_used_by_the_same_client() {
    let (old, new) = (authority(), authority());
    let pod = Pod::start(&old);
    let file = pod.file("ca.crt");
    let variables = [("AZURE_KUBERNETES_CA_FILE", file.to_str().unwrap()), ("AZURE_KUBERNETES_SNI_NAME", NAME)];
    let client = pod.client("127.0.0.1", &variables).build().unwrap();
    client.get_token(RESOURCE).await.unwrap();
    *pod.server.lock().unwrap() = Arc::clone(&new.server);
    assert!(refused_certificate(client.get_token("https://storage.azure.com").await));
    fs::write(pod.file("data/ca.crt"), &new.pem).unwrap();
    client.get_token("https://management.azure.com").await.unwrap();
    // Both while one takes the other's place.
    fs::write(pod.file("data/ca.crt"), format!("{}{}", old.pem, new.pem)).unwrap();
    client.get_token("https://database.windows.net").await.unwrap();
}

#[tokio::test]
async fn without_the_file_of_certificates_nothing_is_sent() {
    let pod = Pod::start(&authority());
    for content in [None, Some(""), Some("no certificate")] {
        let file = pod.file("other.crt");
        let _ = content.map(|content| fs::write(&file, content).unwrap());
        let error = pod.token(&[("AZURE_KUBERNETES_CA_FILE", file.to_str().unwrap())]).await.unwrap_err();
        assert!(matches!(error, Error::CredentialFile { purpose: FilePurpose::TokenProxyCa, .. }), "{error}");
    }
    assert_eq!((pod.proxy.connections(), pod.authority.connections()), (0, 0));
}

/// It is in the cluster, so that it is reached as all that is on the machine.
#[tokio::test]
async fn a_token_proxy_meets_no_other_proxy() {
    let ca = authority();
    let pod = Pod::start(&ca);
    let other = Listener::start(HERE, |mut stream| drop(read_request(&mut stream))).unwrap();
    let address = other.base_url();
    let settings =
        managed_identity_reqwest::ProxySettings::from_lookup(|name| (name == "HTTPS_PROXY").then(|| address.clone()));
    let variables = [("AZURE_KUBERNETES_CA_DATA", ca.pem.as_str()), ("AZURE_KUBERNETES_SNI_NAME", NAME)];
    pod.client("127.0.0.1", &variables).proxy(settings).build().unwrap().get_token(RESOURCE).await.unwrap();
    assert_eq!(other.connections(), 0);
}
