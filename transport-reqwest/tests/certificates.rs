//! Signing with certificates in the forms that people have them in. The files are made by `certificates/make.sh`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_reqwest::core::{
    AcquireFromChain, Environment, HostFacts, HttpCall, HttpResponse, Platform, SignError, SignErrorKind, SignRequest,
    Step, UnixTime,
};
use managed_identity_reqwest::{Chain, ChainOptions, CredentialKind, Error, TokenRequest, sign};
use rustls::SignatureScheme;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

const PASSWORD: &str = "pa55~word";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/certificates/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(&file(name)).unwrap()
}

/// A flow that wants the content of this file signed for, and the step that follows an answer to that.
fn flow(content: Vec<u8>, password: &str, tenant: &str, sends_chain: bool) -> Step {
    let environment = Environment::default()
        .with_variable("AZURE_TENANT_ID", tenant)
        .with_variable("AZURE_CLIENT_ID", "client")
        .with_variable("AZURE_CLIENT_CERTIFICATE_PATH", "/c")
        .with_variable("AZURE_CLIENT_CERTIFICATE_PASSWORD", password)
        .with_variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", if sends_chain { "true" } else { "" });
    let options = ChainOptions::default().only([CredentialKind::Environment]);
    let chain = Chain::of(&environment, HostFacts::of(Platform::Linux), &options).unwrap();
    let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
    let Step::ReadFile { file, then } = AcquireFromChain::new(chain, request).start(1, NOW) else { panic!() };
    assert_eq!(file.path, "/c");
    then.resume(Ok(content))
}

fn to_sign(content: Vec<u8>, password: &str) -> Box<SignRequest> {
    let Step::Sign { what, .. } = flow(content, password, "tenant", false) else { panic!() };
    what
}

/// The assertion that is sent.
fn assertion(content: Vec<u8>, password: &str, tenant: &str, sends_chain: bool) -> String {
    let Step::Sign { what, then } = flow(content, password, tenant, sends_chain) else { panic!() };
    let Step::Http { call, .. } = then.resume(sign(&what)) else { panic!("nothing was signed") };
    sent_assertion(&call)
}

fn sent_assertion(call: &HttpCall) -> String {
    let mut fields = call.request().body().split('&');
    fields.find_map(|field| field.strip_prefix("client_assertion=")).unwrap().to_owned()
}

fn json(part: &str) -> serde_json::Value {
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice(&decoded).unwrap()
}

/// The signature of the assertion is one of the leaf certificate's key.
fn assert_signed(assertion: &str, scheme: SignatureScheme) {
    use base64::Engine as _;
    let (message, signature) = assertion.rsplit_once('.').unwrap();
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
    let leaf = certificate("leaf.crt");
    let leaf = webpki::EndEntityCert::try_from(&leaf).unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mapping = provider.signature_verification_algorithms.mapping.iter();
    let algorithms = mapping.filter(|(known, _)| *known == scheme).flat_map(|(_, algorithms)| algorithms.iter());
    let verified = |algorithm: &&dyn rustls::pki_types::SignatureVerificationAlgorithm| {
        leaf.verify_signature(*algorithm, message.as_bytes(), &signature).is_ok()
    };
    assert!(algorithms.into_iter().any(verified), "{scheme:?}");
}

#[test]
fn every_form_of_a_key_is_read_and_the_leaf_is_found() {
    for (name, password) in [
        ("plain.pem", ""),
        ("pkcs1.pem", ""),
        ("any-order.pem", ""),
        ("encrypted.pem", PASSWORD),
        ("scrypt.pem", PASSWORD),
        ("modern.pfx", PASSWORD),
        ("legacy.pfx", PASSWORD),
        ("without-a-password.pfx", ""),
        // One that is not needed.
        ("plain.pem", PASSWORD),
        ("version-1.pem", ""),
    ] {
        let assertion = assertion(file(name), password, "tenant", false);
        assert_signed(&assertion, SignatureScheme::RSA_PSS_SHA256);
        let header = json(assertion.split('.').next().unwrap());
        let leaf = if name == "version-1.pem" { "version-1.crt" } else { "leaf.crt" };
        assert_eq!(header["x5t#S256"], thumbprint(leaf), "{name}");
        assert!(header["x5c"].is_null(), "{name}");
    }
}

/// As `openssl x509 -in leaf.crt -outform der | openssl dgst -sha256 -binary | basenc --base64url` gives it.
fn thumbprint(name: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(certificate(name)))
}

#[test]
fn the_chain_is_sent_from_the_leaf_up_whatever_the_order_of_the_file() {
    use base64::Engine as _;
    let expected: Vec<String> = ["leaf.crt", "between.crt", "root.crt"]
        .map(|name| base64::engine::general_purpose::STANDARD.encode(certificate(name)))
        .to_vec();
    for (name, password) in [("any-order.pem", ""), ("modern.pfx", PASSWORD)] {
        let assertion = assertion(file(name), password, "tenant", true);
        let header = json(assertion.split('.').next().unwrap());
        assert_eq!(header["x5c"], serde_json::json!(expected), "{name}");
    }
}

#[test]
fn ad_fs_gets_what_it_knows() {
    let assertion = assertion(file("plain.pem"), "", "adfs", false);
    assert_signed(&assertion, SignatureScheme::RSA_PKCS1_SHA256);
    let header = json(assertion.split('.').next().unwrap());
    assert_eq!((header["alg"].as_str(), header["x5t"].as_str().map(str::len)), (Some("RS256"), Some(27)));
}

#[test]
fn what_is_wrong_with_a_file_is_told() {
    use SignErrorKind as Kind;
    for (name, password, expected) in [
        ("encrypted.pem", "", Kind::PasswordMissing),
        ("encrypted.pem", "other", Kind::PasswordWrong),
        ("modern.pfx", "", Kind::PasswordMissing),
        ("modern.pfx", "other", Kind::PasswordWrong),
        ("legacy.pfx", "other", Kind::PasswordWrong),
        ("encrypted-in-an-old-form.pem", PASSWORD, Kind::Malformed),
        ("keys-of-somebody-else.pem", "", Kind::NotTheKeys),
        ("no-key.pem", "", Kind::NoKey),
        ("no-key.pfx", PASSWORD, Kind::NoKey),
        ("two-keys.pem", "", Kind::NoKey),
        ("no-certificate.pem", "", Kind::NoCertificate),
        ("elliptic-curve.pem", "", Kind::UnsuitableKey),
        ("short.pem", "", Kind::UnsuitableKey),
    ] {
        let error = sign(&to_sign(file(name), password)).unwrap_err();
        assert_eq!(error.kind(), expected, "{name}: {error}");
        assert_hides(&error);
    }
}

fn assert_hides(error: &SignError) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(PASSWORD) && !shown.contains("PRIVATE") && !shown.contains("MII"), "{shown}");
}

#[test]
fn what_is_no_certificate_at_all_is_told() {
    let cut = |name: &str| {
        let mut content = file(name);
        content.truncate(content.len() / 2);
        content
    };
    for content in [
        Vec::new(),
        b"hello".to_vec(),
        vec![0x30; 4096],
        b"-----BEGIN".to_vec(),
        b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_vec(),
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n".to_vec(),
        cut("plain.pem"),
        cut("modern.pfx"),
    ] {
        let error = sign(&to_sign(content.clone(), PASSWORD)).unwrap_err();
        let kinds = [SignErrorKind::Malformed, SignErrorKind::NoKey, SignErrorKind::NoCertificate];
        assert!(kinds.contains(&error.kind()), "{error} of {:?}", String::from_utf8_lossy(&content));
        assert_hides(&error);
    }
}

#[test]
fn a_password_that_is_made_to_take_for_ever_is_refused() {
    use base64::Engine as _;
    let text = String::from_utf8(file("encrypted.pem")).unwrap();
    let begin = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    let end = "-----END ENCRYPTED PRIVATE KEY-----";
    let key = text.split(begin).nth(1).unwrap().split(end).next().unwrap();
    let engine = &base64::engine::general_purpose::STANDARD;
    let mut der = engine.decode(key.split_whitespace().collect::<String>()).unwrap();
    // The number of iterations, 2048, as ASN.1 has it.
    let position = der.windows(4).position(|bytes| bytes == [0x02, 0x02, 0x08, 0x00]).unwrap();
    // Of the same length: 32,767 is fine, and what is too much is longer. So the integer grows by two bytes, and with it
    // everything around it; a file with such lengths wrong is malformed in any case.
    der.splice(position..position + 4, [0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]);
    let content = format!("{begin}\n{}\n{end}\n", engine.encode(der));
    assert_eq!(sign(&to_sign(content.into_bytes(), PASSWORD)).unwrap_err().kind(), SignErrorKind::Malformed);
}

#[test]
fn neither_key_nor_password_is_shown_on_the_way() {
    let step = flow(file("encrypted.pem"), PASSWORD, "tenant", false);
    let shown = format!("{step:?}");
    assert!(!shown.contains(PASSWORD) && !shown.contains("PRIVATE"), "{shown}");
    let Step::Sign { what, then } = step else { panic!() };
    let Step::Http { call, then } = then.resume(sign(&what)) else { panic!() };
    let assertion = sent_assertion(&call);
    let shown = format!("{call:?} {then:?}");
    assert!(!shown.contains(&assertion) && !shown.contains(PASSWORD), "{shown}");
    // A peer that sends it back is not repeated.
    let answer = HttpResponse::new(401, format!(r#"{{"error":"invalid_client","error_description":"{assertion}"}}"#));
    let Step::Done(Err(error)) = then.resume(Ok(answer), NOW) else { panic!() };
    assert!(matches!(error, Error::Endpoint { .. }) && !error.to_string().contains(&assertion), "{error}");
}
