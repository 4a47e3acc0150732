//! What a token claims, read without its signature: for people who look at it, never for a decision about access.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The claims of a token. None of them is a secret.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claims(Map<String, Value>);

impl Claims {
    /// The claims of a JSON Web Token; `None` for a text that is none, such as a token that only its service understands.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let mut parts = token.trim().split('.');
        let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return None;
        };
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&claims).ok().map(Self)
    }

    /// All of them, as the token has them.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim that is a time, in seconds since 1970.
    pub(crate) fn seconds(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.as_u64()
    }

    /// A claim that is one text or a list of them.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
impl Claims {
    /// Made-up claims.
    pub(crate) fn made(claims: &Value) -> Self {
        Self(claims.as_object().unwrap().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::Claims;

    #[test]
    fn only_a_json_web_token_has_claims() {
        // {"alg":"none"} . {"aud":"a","exp":7,"roles":["r"]}
        let token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIiwiZXhwIjo3LCJyb2xlcyI6WyJyIl19.c2ln";
        let claims = Claims::of(token).unwrap();
        assert_eq!((claims.text("aud"), claims.seconds("exp")), (Some("a"), Some(7)));
        assert_eq!((claims.texts("roles"), claims.texts("aud")), (vec!["r"], vec!["a"]));
        for text in ["", "opaque", "a.b", "a.b.c", "a.eyJ9.c", "eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0.a.b"] {
            assert_eq!(Claims::of(text), None, "{text}");
        }
    }
}
