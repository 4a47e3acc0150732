//! The assertion by which a service principal proves that it has the key of its certificate (RFC 7523).
//!
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::kind::SignatureAlgorithm;
use crate::values::{Secret, UnixTime};

/// How long an assertion is valid. It is used at once.
const LIFETIME: Duration = Duration::from_secs(600);

/// What an assertion says, but for the certificate.
#[derive(Debug)]
pub(crate) struct AssertionClaims {
    /// The token endpoint.
    pub(crate) audience: String,
    pub(crate) client_id: String,
    /// Of this assertion alone.
    pub(crate) id: String,
    pub(crate) now: UnixTime,
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(rename = "x5t", skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    x5c: Vec<String>,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: u64,
    iat: u64,
    iss: &'a str,
    jti: &'a str,
    nbf: u64,
    sub: &'a str,
}

/// What is signed: header and claims in compact form (RFC 7515, section 5.1). `certificates` are in DER form, that of the key
/// first; `None` where there is none.
pub(crate) fn signing_input<C: AsRef<[u8]>>(
    claims: &AssertionClaims,
    algorithm: SignatureAlgorithm,
    sends_chain: bool,
    certificates: &[C],
) -> Option<String> {
    let leaf = certificates.first()?.as_ref();
    let (sha256, sha1) = match algorithm {
        SignatureAlgorithm::Ps256 => (Some(URL_SAFE_NO_PAD.encode(Sha256::digest(leaf))), None),
        SignatureAlgorithm::Rs256 => (None, Some(URL_SAFE_NO_PAD.encode(Sha1::digest(leaf)))),
    };
    let sent = if sends_chain { certificates } else { &[] };
    let x5c = sent.iter().map(|certificate| STANDARD.encode(certificate)).collect();
    let header = Header { alg: algorithm.as_str(), typ: "JWT", sha256, sha1, x5c };
    let now = claims.now.as_secs();
    let claims = Claims {
        aud: &claims.audience,
        exp: claims.now.saturating_add(LIFETIME).as_secs(),
        iat: now,
        iss: &claims.client_id,
        jti: &claims.id,
        nbf: now,
        sub: &claims.client_id,
    };
    let encoded = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
    Some(format!("{}.{}", encoded(serde_json::to_vec(&header).ok()?), encoded(serde_json::to_vec(&claims).ok()?)))
}

/// The assertion in compact form.
pub(crate) fn signed(input: &str, signature: &[u8]) -> Secret {
    // Room for all of it: a text that grows leaves a copy behind.
    let mut text = String::with_capacity(input.len() + 2 + signature.len().div_ceil(3) * 4);
    text.push_str(input);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::{AssertionClaims, signed, signing_input};
    use crate::kind::SignatureAlgorithm;
    use crate::values::UnixTime;

    fn claims() -> AssertionClaims {
        AssertionClaims {
            audience: "https://login.microsoftonline.com/t/oauth2/v2.0/token".into(),
            client_id: "c".into(),
            id: "00000000-0000-4000-8000-000000000000".into(),
            now: UnixTime::from_secs(1_700_000_000),
        }
    }

    fn decoded(input: &str) -> [String; 2] {
        use base64::Engine as _;
        let (header, claims) = input.split_once('.').unwrap();
        [header, claims].map(|part| {
            String::from_utf8(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        })
    }

    #[test]
    fn the_header_names_the_certificate_and_the_claims_the_client() {
        let input = signing_input(&claims(), SignatureAlgorithm::Ps256, false, &[b"leaf", b"root"]).unwrap();
        let [header, claims] = decoded(&input);
        // The digests by `printf leaf | openssl dgst -sha256 -binary | basenc --base64url`.
        assert_eq!(header, r#"{"alg":"PS256","typ":"JWT","x5t#S256":"n5EWH0NDPkmm3m22gNefYBWfLkrJFyYhoShGQoFYRAs"}"#);
        assert_eq!(
            claims,
            r#"{"aud":"https://login.microsoftonline.com/t/oauth2/v2.0/token","exp":1700000600,"iat":1700000000,"iss":"c","jti":"00000000-0000-4000-8000-000000000000","nbf":1700000000,"sub":"c"}"#
        );
    }

    #[test]
    fn ad_fs_knows_the_older_thumbprint_and_the_chain_is_sent_where_it_is_wanted() {
        let input = signing_input(&claims(), SignatureAlgorithm::Rs256, true, &[b"leaf", b"root"]).unwrap();
        let [header, _] = decoded(&input);
        assert_eq!(
            header,
            r#"{"alg":"RS256","typ":"JWT","x5t":"mHmCQXSO-syyMDhkN7eHOkePW9Q","x5c":["bGVhZg==","cm9vdA=="]}"#
        );
    }

    #[test]
    fn without_a_certificate_there_is_nothing_to_sign() {
        assert_eq!(signing_input::<&[u8]>(&claims(), SignatureAlgorithm::Ps256, true, &[]), None);
    }

    #[test]
    fn the_signature_is_the_third_part() {
        assert_eq!(signed("a.b", &[0xfb, 0xff]).expose(), "a.b.-_8");
    }
}
