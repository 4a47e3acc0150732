//! The assertion of a service principal's certificate, at the authority.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use crate::support::{RESOURCE, Reply, assert_token, post, start};

/// What a client makes of the file that the simulator gives it.
struct Client {
    simulator: Simulator,
    key: KeyPair,
    certificate: CertificateDer<'static>,
}

impl Client {
    fn start() -> Self {
        let simulator = start(SimulatedSource::ClientCertificate);
        let pem = std::fs::read(&simulator.environment()["AZURE_CLIENT_CERTIFICATE_PATH"]).unwrap();
        let key = PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap();
        Self {
            key: KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap(),
            certificate: CertificateDer::from_pem_slice(&pem).unwrap(),
            simulator,
        }
    }

    fn url(&self) -> String {
        let environment = self.simulator.environment();
        format!("{}{}/oauth2/v2.0/token", environment["AZURE_AUTHORITY_HOST"], environment["AZURE_TENANT_ID"])
    }

    fn header(&self) -> Value {
        json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.certificate)) })
    }

    fn claims(&self) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let client = AssignedIdentity::SYSTEM_CLIENT_ID;
        json!({ "aud": self.url(), "iss": client, "sub": client, "jti": "1", "nbf": now, "exp": now + 600 })
    }

    /// A right header and right claims, changed so.
    fn ask(&self, change: impl FnOnce(&mut Value, &mut Value)) -> Reply {
        let (mut header, mut claims) = (self.header(), self.claims());
        change(&mut header, &mut claims);
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let padding = if header["alg"] == "RS256" {
            &RSA_PKCS1_SHA256
        } else {
            &RSA_PSS_SHA256 as &dyn ring::signature::RsaEncoding
        };
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        let assertion = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        self.post(&assertion)
    }

    fn post(&self, assertion: &str) -> Reply {
        let scope = format!("{RESOURCE}/.default");
        let form = [
            ("client_id", AssignedIdentity::SYSTEM_CLIENT_ID),
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
            ("scope", &scope),
        ];
        post(&self.simulator, &self.url(), &[], &form).unwrap()
    }
}

#[test]
fn the_keys_signature_buys_a_token() {
    let client = Client::start();
    let reply = client.ask(|_, _| ());
    assert_token(&client.simulator, &reply.json(), AssignedIdentity::SYSTEM_CLIENT_ID);
    let reply = client.ask(|header, _| {
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &client.certificate));
        *header = json!({ "alg": "RS256", "x5t": thumbprint, "x5c": [STANDARD.encode(&client.certificate)] });
    });
    assert_token(&client.simulator, &reply.json(), AssignedIdentity::SYSTEM_CLIENT_ID);
}

#[test]
fn a_beginning_need_not_be_said_and_times_may_have_fractions() {
    let client = Client::start();
    let reply = client.ask(|_, claims| {
        let end = claims["exp"].as_f64().unwrap() + 0.25;
        claims["exp"] = end.into();
        claims.as_object_mut().unwrap().remove("nbf");
    });
    assert_token(&client.simulator, &reply.json(), AssignedIdentity::SYSTEM_CLIENT_ID);
}

#[test]
fn each_mistake_has_its_number() {
    let client = Client::start();
    type Change = fn(&mut Value, &mut Value);
    let changes: [(&str, Change); 9] = [
        ("AADSTS700027", |header, _| header["x5t#S256"] = "another".into()),
        ("AADSTS700027", |header, _| header["alg"] = "none".into()),
        ("AADSTS700027", |header, _| header["x5c"] = json!(["another"])),
        ("AADSTS700023", |_, claims| claims["aud"] = "https://login.microsoftonline.com/t/oauth2/v2.0/token".into()),
        ("AADSTS700021", |_, claims| claims["iss"] = "another".into()),
        ("AADSTS700021", |_, claims| claims["sub"] = "another".into()),
        ("AADSTS700024", |_, claims| claims["exp"] = 1.into()),
        ("AADSTS700024", |_, claims| claims["nbf"] = 9_999_999_999_u64.into()),
        ("AADSTS700024", |_, claims| claims["exp"] = Value::Null),
    ];
    for (code, change) in changes {
        let reply = client.ask(change);
        let description = reply.json()["error_description"].as_str().unwrap().to_owned();
        assert!(reply.status == 401 && description.starts_with(code), "{code}: {description}");
    }
    for assertion in ["", "a.b", "a.b.c", "e30.e30.e30"] {
        let description = client.post(assertion).json()["error_description"].as_str().unwrap().to_owned();
        assert!(description.starts_with("AADSTS700027") || description.starts_with("AADSTS7000218"), "{description}");
    }
}

#[test]
fn the_key_is_in_no_record() {
    let client = Client::start();
    client.ask(|_, _| ());
    let shown = format!("{:?}", client.simulator.requests());
    assert!(!shown.contains("PRIVATE"), "{shown}");
    let path = client.simulator.environment()["AZURE_CLIENT_CERTIFICATE_PATH"].clone();
    drop(client);
    assert!(!std::path::Path::new(&path).exists());
}
