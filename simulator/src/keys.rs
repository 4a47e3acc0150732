//! The RSA key that signs tokens, and its public half as a JSON Web Key.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::rand_core::OsRng;
use rsa::sha2::{Digest, Sha256};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

use crate::error::SimulatorError;

/// Bits of the modulus: what the real service uses, and the least that verifiers accept.
const MODULUS_BITS: usize = 2048;

/// The key of this process. Making one takes long enough to matter to a test suite that starts many simulators.
static PROCESS_KEY: Mutex<Option<Arc<TokenKey>>> = Mutex::new(None);

/// An RS256 key pair.
pub(crate) struct TokenKey {
    signing: SigningKey<Sha256>,
    verifying: VerifyingKey<Sha256>,
    modulus: String,
    exponent: String,
    id: String,
}

impl TokenKey {
    /// The key of this process, made when it is first asked for.
    pub(crate) fn of_process() -> Result<Arc<Self>, SimulatorError> {
        let mut key = PROCESS_KEY.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*key {
            return Ok(Arc::clone(key));
        }
        let made = Arc::new(Self::generate()?);
        *key = Some(Arc::clone(&made));
        Ok(made)
    }

    fn generate() -> Result<Self, SimulatorError> {
        let private = RsaPrivateKey::new(&mut OsRng, MODULUS_BITS).map_err(SimulatorError::key("signing key"))?;
        let public = RsaPublicKey::from(&private);
        let modulus = encode(&public.n().to_bytes_be());
        let exponent = encode(&public.e().to_bytes_be());
        // The thumbprint of RFC 7638: the required members in alphabetical order.
        let required = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let id = encode(&Sha256::digest(required));
        Ok(Self { signing: SigningKey::new(private), verifying: VerifyingKey::new(public), modulus, exponent, id })
    }

    /// `claims` as a signed token in compact form.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "kid": self.id, "typ": "JWT", "x5t": self.id });
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let signature = self.signing.sign(signed.as_bytes());
        format!("{signed}.{}", encode(&signature.to_bytes()))
    }

    /// The payload of a token in compact form, when this key signed it.
    pub(crate) fn verify(&self, token: &str) -> Option<Vec<u8>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
        if header["alg"] != "RS256" {
            return None;
        }
        let signature = Signature::try_from(decode(signature)?.as_slice()).ok()?;
        self.verifying.verify(signed.as_bytes(), &signature).ok()?;
        decode(payload)
    }

    /// The JSON Web Key Set of RFC 7517 with the public key.
    pub(crate) fn key_set(&self, issuer: &str) -> Value {
        let key = json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "x5t": self.id,
            "n": self.modulus,
            "e": self.exponent,
            "issuer": issuer,
        });
        json!({ "keys": [key] })
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
