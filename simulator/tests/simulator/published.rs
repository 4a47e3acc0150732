//! The documents by which a service under test verifies the tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use managed_identity_simulator::{Fault, InvalidToken, SimulatedSource, Simulator, SimulatorBuilder, SimulatorError};
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
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

/// Opens nothing; made for these tests with `openssl genpkey -algorithm RSA`.
const SIGNING_KEY: &str = include_str!("signing-key.pem");

fn imds() -> SimulatorBuilder {
    Simulator::builder(SimulatedSource::Imds)
}

/// Whether the key of the set signed this, as another implementation than the simulator's sees it.
fn is_signed_by(key: &Value, signed: &[u8], signature: &[u8]) -> bool {
    let number = |name: &str| decode(key[name].as_str().unwrap());
    match key["kty"].as_str().unwrap() {
        "EC" => {
            assert_eq!((&key["alg"], &key["crv"]), (&"ES256".into(), &"P-256".into()));
            let point = [vec![4], number("x"), number("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
        }
        "RSA" => {
            assert_eq!(key["alg"], "RS256");
            let key = PublicKeyComponents { n: number("n"), e: number("e") };
            key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_token_verifies_against_the_published_key() {
    for (builder, algorithm) in [(imds(), "ES256"), (imds().signing_key(SIGNING_KEY), "RS256")] {
        let simulator = builder.start().unwrap();
        let token = token(&simulator);
        let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let header: Value = serde_json::from_slice(&decode(header)).unwrap();
        let claims: Value = serde_json::from_slice(&decode(payload)).unwrap();

        let tenant = simulator.tenant_id();
        let metadata =
            document(&simulator, &format!("{}/{tenant}/.well-known/openid-configuration", simulator.base_url()));
        assert_eq!(metadata["issuer"], format!("https://sts.windows.net/{tenant}/"));
        assert_eq!(metadata["id_token_signing_alg_values_supported"], serde_json::json!([algorithm]));
        let keys = document(&simulator, metadata["jwks_uri"].as_str().unwrap());
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
        assert_eq!((&header["alg"], &key["alg"]), (&algorithm.into(), &algorithm.into()));

        let signed = &token[..token.rfind('.').unwrap()];
        assert!(is_signed_by(key, signed.as_bytes(), &decode(signature)));
        assert_eq!(claims["iss"], metadata["issuer"]);
        assert_eq!((&claims["aud"], &claims["tid"]), (&RESOURCE.into(), &tenant.into()));
        assert_eq!(claims["ver"], "1.0");
        assert!(simulator.is_valid_token(&token, RESOURCE));
    }
}

#[test]
fn simulators_with_the_same_key_stand_by_each_others_tokens_and_others_do_not() {
    let given = || imds().signing_key(SIGNING_KEY).start().unwrap();
    for (one, other) in [(given(), given()), (start(SimulatedSource::Imds), start(SimulatedSource::Imds))] {
        assert!(other.is_valid_token(&token(&one), RESOURCE));
    }
    let one = given();
    assert_eq!(start(SimulatedSource::Imds).verify_token(&token(&one), RESOURCE), Err(InvalidToken::Signature));
}

#[test]
fn a_key_that_cannot_sign_is_refused() {
    let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let cut = SIGNING_KEY.replace("MII", "MIJ");
    for pem in ["", "no key", elliptic.as_str(), &cut] {
        let error = imds().signing_key(pem).start().unwrap_err();
        assert!(matches!(error, SimulatorError::SigningKey { .. }), "{error}");
        assert!(error.to_string().contains("`openssl genpkey -algorithm RSA`"), "{error}");
    }
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

    let other = imds().tenant_id("contoso.example").start().unwrap();
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
