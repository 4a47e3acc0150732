//! Every promise of an HTTP policy, kept or refused by name.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use managed_identity_reqwest::core::{
    Error, Fault, Platform, PolicyField, RetryPolicy, Source, TokenProxy, TransportErrorKind,
};
use managed_identity_reqwest::{ManagedIdentityClient, ManagedIdentityClientBuilder};
use managed_identity_simulator::{Fault as Failure, FaultScript, SimulatedSource, Simulator};
use support::client;

const RESOURCE: &str = "https://vault.azure.net";

fn transport_kind(error: &Error) -> TransportErrorKind {
    match error {
        Error::Transport { error, .. } => error.kind(),
        other => panic!("not a transport error: {other}"),
    }
}

/// A client of IMDS at this address that tries once.
fn once(base: &str) -> ManagedIdentityClientBuilder {
    ManagedIdentityClient::builder().source(Source::imds(base).unwrap()).retry(RetryPolicy::none())
}

/// Serves each connection with `respond` and counts them.
fn serve(respond: impl Fn(std::net::TcpStream) + Send + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    thread::spawn(move || {
        for stream in listener.incoming().take(16) {
            counted.fetch_add(1, Ordering::SeqCst);
            respond(stream.unwrap());
        }
    });
    (base, count)
}

fn read_head(stream: &mut std::net::TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// The sources that can be asked with the features this is built with.
fn sources() -> impl Iterator<Item = SimulatedSource> {
    let is_encrypted = |source| matches!(source, SimulatedSource::ServiceFabric | SimulatedSource::WorkloadIdentity);
    SimulatedSource::ALL.into_iter().filter(move |source| cfg!(feature = "tls-no-provider") || !is_encrypted(*source))
}

/// On Azure Arc the second one carries the secret.
fn requests_for_a_token(source: SimulatedSource) -> usize {
    if source == SimulatedSource::AzureArc { 2 } else { 1 }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_else_is_asked_by_any_source() {
    assert_ends_at_a_redirect(sources().filter(|it| *it != SimulatedSource::WorkloadIdentity)).await;
}

#[cfg(feature = "tls-no-provider")]
#[tokio::test]
async fn a_redirect_of_the_authority_is_an_answer() {
    assert_ends_at_a_redirect([SimulatedSource::WorkloadIdentity]).await;
}

async fn assert_ends_at_a_redirect(sources: impl IntoIterator<Item = SimulatedSource>) {
    let (target, asked) = serve(|_| {});
    for source in sources {
        for status in [301, 302, 303, 307, 308] {
            for redirected in 1..=requests_for_a_token(source) {
                let simulator = Simulator::builder(source).start().unwrap();
                let mut script = FaultScript::new();
                script.extend((1..redirected).map(|_| Failure::pass()));
                let redirect = Failure::status(status).header("location", format!("{target}/token"));
                simulator.set_faults(script.then(redirect)).unwrap();
                let error = client(&simulator).build().unwrap().get_token(RESOURCE).await.unwrap_err();
                assert!(matches!(&error, Error::Endpoint { error, .. } if error.status == status), "{source}: {error}");
                assert_eq!(simulator.request_count(), redirected, "{source}, {status}");
                assert_eq!(asked.load(Ordering::SeqCst), 0, "{source}, {status}");
            }
        }
    }
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused_while_reading() {
    for fault in [Failure::huge(10_000_000), Failure::endless()] {
        let simulator =
            Simulator::builder(SimulatedSource::Imds).faults(FaultScript::new().then(fault)).start().unwrap();
        let error = client(&simulator).build().unwrap().get_token(RESOURCE).await.unwrap_err();
        assert_eq!(transport_kind(&error), TransportErrorKind::BodyTooLarge);
        assert_eq!(simulator.request_count(), 1);
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    for (length, expected) in [(64 * 1024, true), (64 * 1024 + 1, false)] {
        let (base, _) = serve(move |mut stream| {
            read_head(&mut stream);
            let token = "x".repeat(length - r#"{"expires_in":60,"access_token":""}"#.len());
            let body = format!(r#"{{"expires_in":60,"access_token":"{token}"}}"#);
            assert_eq!(body.len(), length);
            // Without a length, so that only reading can tell.
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
        });
        assert_eq!(once(&base).build().unwrap().get_token(RESOURCE).await.is_ok(), expected, "{length}");
    }
}

#[tokio::test]
async fn broken_and_truncated_answers_count_as_broken_connections() {
    for fault in [Failure::cut(), Failure::truncated()] {
        let simulator =
            Simulator::builder(SimulatedSource::Imds).faults(FaultScript::new().then(fault)).start().unwrap();
        let client = client(&simulator).retry(RetryPolicy::none()).build().unwrap();
        let error = client.get_token(RESOURCE).await.unwrap_err();
        assert_eq!(transport_kind(&error), TransportErrorKind::Broken, "{error}");
        assert_eq!(error.fault(), Fault::Host);
    }
}

#[tokio::test]
async fn what_is_not_http_is_named() {
    let (base, _) = serve(|mut stream| {
        read_head(&mut stream);
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n");
    });
    let error = once(&base).build().unwrap().get_token(RESOURCE).await.unwrap_err();
    assert_eq!(transport_kind(&error), TransportErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn a_refused_connection_is_a_connection_error() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = once(&format!("http://{unused}")).build().unwrap().get_token(RESOURCE).await.unwrap_err();
    assert_eq!(transport_kind(&error), TransportErrorKind::Connect, "{error}");
}

#[tokio::test]
async fn the_time_budget_limits_an_answer_that_never_comes() {
    let (base, _) = serve(|mut stream| {
        read_head(&mut stream);
        thread::sleep(Duration::from_secs(3));
    });
    let started = Instant::now();
    let client = once(&base).time_budget(Duration::from_millis(200)).build().unwrap();
    let error = client.get_token(RESOURCE).await.unwrap_err();
    assert_eq!(transport_kind(&error), TransportErrorKind::Timeout, "{error}");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_call_that_needs_the_certificates_of_a_token_proxy_is_refused_on_a_foreign_client() {
    let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).start().unwrap();
    let environment = simulator.environment();
    let (tenant, file) = (&environment["AZURE_TENANT_ID"], &environment["AZURE_FEDERATED_TOKEN_FILE"]);
    let source = Source::workload_identity(None, tenant, Some("id"), file, Platform::Linux).unwrap();
    let proxy = TokenProxy::new("https://127.0.0.1:1").unwrap().with_server_name("tokens.internal").unwrap();
    let source = source.with_token_proxy(proxy).unwrap();
    let client = ManagedIdentityClient::builder().source(source).dangerous_foreign_client(plain_client());
    let error = client.build().unwrap().get_token(RESOURCE).await.unwrap_err();
    assert_eq!(transport_kind(&error), TransportErrorKind::Unsupported(PolicyField::TrustAnchors));
}

#[tokio::test]
async fn a_call_that_needs_a_pin_is_refused_on_a_foreign_client() {
    let simulator = Simulator::builder(SimulatedSource::ServiceFabric).start().unwrap();
    let foreign = plain_client();
    let client = client(&simulator).dangerous_foreign_client(foreign).build().unwrap();
    let error = client.get_token(RESOURCE).await.unwrap_err();
    assert_eq!(transport_kind(&error), TransportErrorKind::Unsupported(PolicyField::CertificatePin));
    assert_eq!(simulator.request_count(), 0);
}

#[tokio::test]
async fn a_foreign_client_that_follows_a_redirect_is_found_out() {
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let other = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let location = format!("{}/metadata/identity/oauth2/token", other.base_url());
    simulator.set_faults(FaultScript::new().then(Failure::redirect(location))).unwrap();
    let client = client(&simulator).dangerous_foreign_client(plain_client()).build().unwrap();
    let error = client.get_token(RESOURCE).await.unwrap_err();
    assert_eq!(transport_kind(&error), TransportErrorKind::Unsupported(PolicyField::NoRedirect));
}

#[cfg(feature = "tls-no-provider")]
fn plain_client() -> reqwest::Client {
    #[cfg(feature = "tls")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "tls"))]
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).build().unwrap()
}

#[cfg(not(feature = "tls-no-provider"))]
fn plain_client() -> reqwest::Client {
    reqwest::Client::new()
}

#[cfg(not(feature = "tls-no-provider"))]
#[tokio::test]
async fn without_tls_a_call_that_needs_it_is_refused_by_name() {
    for source in [SimulatedSource::ServiceFabric, SimulatedSource::WorkloadIdentity] {
        let simulator = Simulator::builder(source).start().unwrap();
        let error = client(&simulator).build().unwrap().get_token(RESOURCE).await.unwrap_err();
        assert_eq!(transport_kind(&error), TransportErrorKind::Unsupported(PolicyField::Tls));
    }
}

#[cfg(feature = "tls-no-provider")]
mod tls {
    use super::*;

    fn with_thumbprint(simulator: &Simulator, thumbprint: &str) -> ManagedIdentityClient {
        let environment = simulator.environment();
        let source =
            Source::service_fabric(&environment["IDENTITY_ENDPOINT"], &environment["IDENTITY_HEADER"], thumbprint);
        ManagedIdentityClient::builder().source(source.unwrap()).build().unwrap()
    }

    #[tokio::test]
    async fn thumbprints_are_read_in_any_spelling() {
        let simulator = Simulator::builder(SimulatedSource::ServiceFabric).start().unwrap();
        let plain = simulator.environment()["IDENTITY_SERVER_THUMBPRINT"].to_lowercase();
        let pairs: Vec<&str> = (0..plain.len()).step_by(2).map(|at| &plain[at..at + 2]).collect();
        for spelling in [plain.clone(), plain.to_uppercase(), pairs.join(":"), pairs.join(" ")] {
            with_thumbprint(&simulator, &spelling).get_token(RESOURCE).await.unwrap();
        }
    }

    #[tokio::test]
    async fn another_certificate_ends_the_flow_before_a_request_is_sent() {
        let simulator = Simulator::builder(SimulatedSource::ServiceFabric).start().unwrap();
        let mut thumbprint = simulator.environment()["IDENTITY_SERVER_THUMBPRINT"].clone();
        let flipped = if thumbprint.starts_with('0') { "1" } else { "0" };
        thumbprint.replace_range(0..1, flipped);
        let error = with_thumbprint(&simulator, &thumbprint).get_token(RESOURCE).await.unwrap_err();
        assert_eq!(transport_kind(&error), TransportErrorKind::Certificate, "{error}");
        assert_eq!(error.fault(), Fault::Security);
        assert_eq!(error.evidence().unwrap().attempts, 1, "a wrong certificate is never retried");
        assert_eq!(simulator.request_count(), 0);
    }

    #[tokio::test]
    async fn an_authority_that_no_root_vouches_for_is_refused() {
        let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).start().unwrap();
        let environment = simulator.environment();
        let source = Source::workload_identity(
            Some(&environment["AZURE_AUTHORITY_HOST"]),
            &environment["AZURE_TENANT_ID"],
            Some(&environment["AZURE_CLIENT_ID"]),
            &environment["AZURE_FEDERATED_TOKEN_FILE"],
            Platform::Linux,
        );
        let client = ManagedIdentityClient::builder().source(source.unwrap()).build().unwrap();
        let error = client.get_token(RESOURCE).await.unwrap_err();
        assert_eq!(transport_kind(&error), TransportErrorKind::Certificate, "{error}");
        assert_eq!(simulator.request_count(), 0);
    }
}

#[tokio::test]
async fn a_flow_goes_on_without_its_caller_and_ends_with_its_client() {
    let simulator = Simulator::builder(SimulatedSource::Imds)
        .faults(FaultScript::new().then(Failure::status(500).times(100)))
        .start()
        .unwrap();
    let client = client(&simulator).build().unwrap();
    let flow = client.get_token(RESOURCE);
    assert!(tokio::time::timeout(Duration::from_millis(300), flow).await.is_err());
    assert_eq!(simulator.request_count(), 1);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let asked = simulator.request_count();
    assert_eq!(asked, 2, "the retry belongs to the flow and not to the caller");
    drop(client);
    tokio::time::sleep(Duration::from_millis(3000)).await;
    assert_eq!(simulator.request_count(), asked, "a retry would have come by now");
}
