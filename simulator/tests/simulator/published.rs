//! The documents by which a service under test verifies the tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use managed_identity_simulator::{Fault, InvalidToken, SimulatedSource, Simulator};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::Value;

use crate::support::{RESOURCE, get, start, start_with, with_query};

fn token(simulator: &Simulator) -> String {
    let url = format!("{}/metadata/identity/oauth2/token", simulator.base_url());
    let url = with_query(&url, &[("api-version", "2018-02-01"), ("resource", RESOURCE)]);
    let document = get(simulator, &url, &[("Metadata", "true")]).unwrap().json();
    document["access_token"].as_str().unwrap().to_owned()
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn document(simulator: &Simulator, url: &str) -> Value {
    let reply = get(simulator, url, &[]).unwrap();
    assert_eq!(reply.status, 200);
    reply.json()
}

#[test]
fn a_token_verifies_against_the_published_key_with_another_implementation() {
    let simulator = start(SimulatedSource::Imds);
    let token = token(&simulator);
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let claims: Value = serde_json::from_slice(&decode(payload)).unwrap();

    let tenant = simulator.tenant_id();
    let metadata = document(&simulator, &format!("{}/{tenant}/.well-known/openid-configuration", simulator.base_url()));
    assert_eq!(metadata["issuer"], format!("https://sts.windows.net/{tenant}/"));
    let keys = document(&simulator, metadata["jwks_uri"].as_str().unwrap());
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    assert_eq!((&header["alg"], &key["kty"]), (&"RS256".into(), &"RSA".into()));

    let number = |name: &str| decode(key[name].as_str().unwrap());
    let signed = &token[..token.rfind('.').unwrap()];
    RsaPublicKeyComponents { n: number("n"), e: number("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature))
        .unwrap();
    assert_eq!(claims["iss"], metadata["issuer"]);
    assert_eq!((&claims["aud"], &claims["tid"]), (&RESOURCE.into(), &tenant.into()));
    assert_eq!(claims["ver"], "1.0");
}

#[test]
fn every_source_publishes_its_keys_and_its_authority() {
    for source in SimulatedSource::ALL {
        let simulator = start_with(source, [Fault::cut()]);
        let base = simulator.base_url();
        let tenant = simulator.tenant_id();
        let instance = document(&simulator, &format!("{base}/common/discovery/instance?api-version=1.1"));
        let metadata = document(&simulator, instance["tenant_discovery_endpoint"].as_str().unwrap());
        assert_eq!(metadata["issuer"], format!("{base}/{tenant}/v2.0"));
        assert_eq!(metadata["token_endpoint"], format!("{base}/{tenant}/oauth2/v2.0/token"));
        let keys = document(&simulator, metadata["jwks_uri"].as_str().unwrap());
        assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "{source}");
    }
}

#[test]
fn two_tokens_are_never_the_same() {
    let simulator = start(SimulatedSource::Imds);
    assert_ne!(token(&simulator), token(&simulator));
}

#[test]
fn verification_names_what_is_wrong() {
    let simulator = start(SimulatedSource::Imds);
    let token = token(&simulator);
    assert!(simulator.is_valid_token(&token, RESOURCE));
    assert_eq!(simulator.verify_token(&token, "https://other").unwrap_err(), InvalidToken::Audience);

    let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"aud":"{RESOURCE}"}}"#));
    let [header, _, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let forged = format!("{header}.{payload}.{signature}");
    for forged in [forged.as_str(), &token[..token.len() - 8], header, "", "..", "a.b.c"] {
        assert_eq!(simulator.verify_token(forged, RESOURCE).unwrap_err(), InvalidToken::Signature, "{forged}");
    }
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let unsigned = format!("{none}.{}.", token.split('.').nth(1).unwrap());
    assert_eq!(simulator.verify_token(&unsigned, RESOURCE).unwrap_err(), InvalidToken::Signature);

    let other = Simulator::builder(SimulatedSource::Imds).tenant_id("contoso.example").start().unwrap();
    assert_eq!(other.verify_token(&token, RESOURCE).unwrap_err(), InvalidToken::Claims);
}

#[test]
fn a_token_without_lifetime_has_expired() {
    let builder = Simulator::builder(SimulatedSource::Imds).token_lifetime(std::time::Duration::ZERO);
    let simulator = builder.start().unwrap();
    assert_eq!(simulator.verify_token(&token(&simulator), RESOURCE).unwrap_err(), InvalidToken::Expired);
}

#[test]
fn the_federated_token_is_no_access_token() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let federated = std::fs::read_to_string(&simulator.environment()["AZURE_FEDERATED_TOKEN_FILE"]).unwrap();
    assert_eq!(simulator.verify_token(&federated, RESOURCE).unwrap_err(), InvalidToken::Claims);
}
