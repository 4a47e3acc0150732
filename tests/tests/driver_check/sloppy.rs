//! A driver as it must not be: it sends what it is told to, more or less, and believes what comes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use managed_identity_simulator::driver_check::{DriverError, DriverOutcome, DriverRow};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

use crate::environment::with_proxy;

/// Each row with what the check says of the sloppy driver; in place of `#` stands a number.
const FINDINGS: [(DriverRow, &str); 20] = [
    (DriverRow::Answer, "answer: told status 200 and # bytes of an answer that has status 200 and 50 bytes"),
    (DriverRow::Post, "post: told status 200 and # bytes of an answer that has status 200 and 50 bytes"),
    (DriverRow::Status, "status: reported as broken; a status that tells of a failure is an answer"),
    (DriverRow::Full, "full: told status 200 and # bytes of an answer that has status 200 and 65536 bytes"),
    (DriverRow::Refuse, "refuse: reported as broken; a refused connection is connect"),
    (DriverRow::Backlog, "backlog: took # s with a connect limit of 1 s"),
    (
        DriverRow::Cut,
        "cut: status 200 with 0 bytes passed for an answer; a connection that ends before the answer is broken",
    ),
    (
        DriverRow::CutBody,
        "cut-body: status 200 with # bytes passed for an answer; a body shorter than announced is broken",
    ),
    (
        DriverRow::CutChunk,
        "cut-chunk: status 200 with # bytes passed for an answer; a chunked body without its end is broken",
    ),
    (DriverRow::Huge, "huge: # bytes of a body were accepted with a limit of 65536; that is body-too-large"),
    (
        DriverRow::HugeChunked,
        "huge-chunked: # bytes of a body were accepted with a limit of 65536; that is body-too-large",
    ),
    (DriverRow::Redirect, "redirect: the answer of another address came back: a redirect was followed"),
    (DriverRow::Pinned, "pinned: told status 200 and # bytes of an answer that has status 200 and 50 bytes"),
    (DriverRow::Pin, "pin: bytes of the request arrived although the certificate is not the pinned one"),
    (DriverRow::Untrusted, "untrusted: bytes of the request arrived although nobody vouches for the certificate"),
    (DriverRow::Late, "late: took # s with a read limit of 1 s"),
    (DriverRow::Stall, "stall: took # s with a read limit of 1 s"),
    (DriverRow::Drip, "drip: took # s with a total limit of 1 s"),
    (DriverRow::NotHttp, "not-http: status 200 with # bytes passed for an answer; what is not HTTP is protocol"),
    (
        DriverRow::Proxy,
        "proxy: the call went to the proxy of the environment; an endpoint on this machine is asked directly",
    ),
];

#[test]
fn a_sloppy_driver_fails_row_by_row() {
    with_proxy("sloppy::a_sloppy_driver_fails_row_by_row", || {
        assert_eq!(FINDINGS.map(|(row, _)| row), DriverRow::ALL);
        let proxy = std::env::var("HTTP_PROXY").unwrap();
        // All at once: without limits most of the time goes into waiting.
        let findings = FINDINGS.map(|(row, expected)| {
            let proxy = proxy.clone();
            let finding = thread::spawn(move || {
                let play = row.start().unwrap();
                // The proxy's port is open in its own row only.
                let through = (row == DriverRow::Proxy).then_some(proxy.as_str());
                let outcome = send(&play.call().url, through);
                play.judge(&outcome.unwrap_or(DriverOutcome::Failed(DriverError::Broken)))
            });
            (expected, finding)
        });
        for (expected, finding) in findings {
            let finding = finding.join().unwrap();
            assert!(finding.is_broken(), "{finding}");
            assert_eq!(without_numbers(&finding.to_string(), expected), expected);
        }
    });
}

/// `text` with `#` in place of the number where `pattern` has it.
fn without_numbers(text: &str, pattern: &str) -> String {
    let Some((before, _)) = pattern.split_once('#') else { return text.to_owned() };
    let Some(rest) = text.strip_prefix(before) else { return text.to_owned() };
    format!("{before}#{}", rest.trim_start_matches(|it: char| it.is_ascii_digit()))
}

/// What is wrong with this one: no limit on time and bytes, headers and body of the request forgotten, what came is taken
/// for the body, lengths are not looked at, failures have one name, certificates are not looked at, redirects and proxies
/// are followed.
fn send(url: &str, proxy: Option<&str>) -> std::io::Result<DriverOutcome> {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = proxy.map_or(authority, |proxy| proxy.strip_prefix("http://").unwrap());
    let target = if proxy.is_some() { url.to_owned() } else { format!("/{path}") };
    let mut stream = TcpStream::connect(address)?;
    let request = format!("GET {target} HTTP/1.1\r\nhost: {authority}\r\n\r\n");
    let mut received = Vec::new();
    // However the connection ends, it was the end of the body.
    let _ = if scheme == "https" {
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Credulous))
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream);
        stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut received))
    } else {
        stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut received))
    };
    let head = String::from_utf8_lossy(&received);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(200);
    let location = head.lines().find_map(|line| line.strip_prefix("location: "));
    match (status, location) {
        (_, Some(location)) => send(location, proxy),
        (400.., None) => Ok(DriverOutcome::Failed(DriverError::Broken)),
        _ => Ok(DriverOutcome::Answer { status, body: received.len() }),
    }
}

/// Believes every certificate.
#[derive(Debug)]
struct Credulous;

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
