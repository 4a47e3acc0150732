//! The key that signs tokens, and its public half as a JSON Web Key.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::error::Unspecified;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Map, Value, json};

use crate::error::SimulatorError;

const WHAT: &str = "signing key";

/// The key of this process, so that tokens outlive the simulator that issued them, as those of a restarted service do.
static PROCESS_KEY: Mutex<Option<Arc<TokenKey>>> = Mutex::new(None);

/// A key pair for [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)'s ES256 or RS256.
pub(crate) struct TokenKey {
    pair: Pair,
    /// The members that define the public key.
    public: Map<String, Value>,
    id: String,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl Pair {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::Rs256(_) => "RS256",
        }
    }
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

    /// A new key. It is one for ES256, which takes no time to make; one for RS256 takes seconds.
    fn generate() -> Result<Self, SimulatorError> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(SimulatorError::key(WHAT))?;
        let pair =
            EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).map_err(SimulatorError::key(WHAT))?;
        // An uncompressed point: a mark, then both coordinates.
        let (_, coordinates) = pair.public_key().as_ref().split_at(1);
        let (x, y) = coordinates.split_at(32);
        let public = [("crv", "P-256".to_owned()), ("kty", "EC".to_owned()), ("x", encode(x)), ("y", encode(y))];
        Ok(Self::new(Pair::Es256(pair), public))
    }

    /// The RSA key of a PEM document, for RS256.
    pub(crate) fn from_pem(pem: &[u8]) -> Result<Arc<Self>, SimulatorError> {
        let unusable = |cause: &dyn fmt::Display| SimulatorError::SigningKey { cause: cause.to_string() };
        let pair = match PrivateKeyDer::from_pem_slice(pem).map_err(|error| unusable(&error))? {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(unusable(&"another kind of key")),
        };
        let pair = pair.map_err(|error| unusable(&error))?;
        let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
        let public = [("e", encode(&e)), ("kty", "RSA".to_owned()), ("n", encode(&n))];
        Ok(Arc::new(Self::new(Pair::Rs256(pair), public)))
    }

    /// `public` is the members that define the public key, in alphabetical order.
    fn new<const N: usize>(pair: Pair, public: [(&str, String); N]) -> Self {
        let public: Map<String, Value> =
            public.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        // The thumbprint of RFC 7638.
        let required = Value::from(public.clone()).to_string();
        let id = encode(digest(&SHA256, required.as_bytes()).as_ref());
        Self { pair, public, id }
    }

    /// The name of the signature's algorithm.
    pub(crate) fn algorithm(&self) -> &'static str {
        self.pair.algorithm()
    }

    /// `claims` as a signed token in compact form.
    pub(crate) fn sign(&self, claims: &Value) -> Result<String, Unspecified> {
        let header = json!({ "alg": self.algorithm(), "kid": self.id, "typ": "JWT", "x5t": self.id });
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let signature = self.signature(signed.as_bytes())?;
        Ok(format!("{signed}.{}", encode(&signature)))
    }

    fn signature(&self, signed: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, signed).map(|signature| signature.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature).map(|()| signature)
            }
        }
    }

    /// The payload of a token in compact form, when this key signed it.
    pub(crate) fn verify(&self, token: &str) -> Option<Vec<u8>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
        if header["alg"] != self.algorithm() {
            return None;
        }
        let (algorithm, public): (&'static dyn VerificationAlgorithm, &[u8]) = match &self.pair {
            Pair::Es256(pair) => (&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref()),
            Pair::Rs256(pair) => (&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref()),
        };
        UnparsedPublicKey::new(algorithm, public).verify(signed.as_bytes(), &decode(signature)?).ok()?;
        decode(payload)
    }

    /// The JSON Web Key Set of RFC 7517 with the public key.
    pub(crate) fn key_set(&self, issuer: &str) -> Value {
        let mut key = self.public.clone();
        let others =
            [("use", "sig"), ("alg", self.algorithm()), ("kid", &self.id), ("x5t", &self.id), ("issuer", issuer)];
        key.extend(others.map(|(name, value)| (name.to_owned(), Value::from(value))));
        json!({ "keys": [key] })
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
