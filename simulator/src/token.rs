//! Access tokens: what they claim, and how one is checked.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::error::Unspecified;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::identity::AssignedIdentity;
use crate::keys::TokenKey;
use crate::random;

/// The claims of a token that the simulator issued, named as in the
/// [access token claims reference](https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenClaims {
    /// The issuer: `https://sts.windows.net/<tenant>/`.
    pub iss: String,
    /// The audience: the resource that was asked for.
    pub aud: String,
    /// When the token was issued, in seconds since 1970.
    pub iat: u64,
    /// From when on the token is valid, in seconds since 1970.
    pub nbf: u64,
    /// Until when the token is valid, in seconds since 1970.
    pub exp: u64,
    /// The client id of the identity.
    pub appid: String,
    /// The object id of the identity.
    pub oid: String,
    /// The subject: the object id again.
    pub sub: String,
    /// The tenant id.
    pub tid: String,
    /// An identifier of this very token.
    pub uti: String,
    /// The version of the token's format: `1.0`.
    pub ver: String,
}

/// Why a token is not one that the simulator stands by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// It is not a token in compact form, or another key signed it, or it was changed.
    #[error("the token is not signed by the simulator's key")]
    Signature,
    /// It is no access token, or one of another tenant.
    #[error("the token does not claim what the simulator's access tokens claim")]
    Claims,
    /// It was issued for another resource.
    #[error("the token is for another audience")]
    Audience,
    /// Its validity has ended.
    #[error("the token has expired")]
    Expired,
}

/// Issues the tokens of one tenant.
pub(crate) struct TokenIssuer {
    key: Arc<TokenKey>,
    tenant_id: String,
    lifetime: Duration,
}

/// A token that was just issued.
pub(crate) struct IssuedToken {
    pub(crate) access_token: String,
    pub(crate) resource: String,
    pub(crate) client_id: String,
    pub(crate) issued_at: u64,
    pub(crate) expires_on: u64,
}

impl IssuedToken {
    /// Seconds that the token lives.
    pub(crate) fn lifetime(&self) -> u64 {
        self.expires_on - self.issued_at
    }
}

impl TokenIssuer {
    pub(crate) fn new(key: Arc<TokenKey>, tenant_id: String, lifetime: Duration) -> Self {
        Self { key, tenant_id, lifetime }
    }

    pub(crate) fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The `iss` claim of every access token.
    pub(crate) fn issuer(&self) -> String {
        format!("https://sts.windows.net/{}/", self.tenant_id)
    }

    /// The JSON Web Key Set to verify the tokens with.
    pub(crate) fn key_set(&self) -> Value {
        self.key.key_set(&self.issuer())
    }

    /// The name of the algorithm by which the tokens are signed.
    pub(crate) fn algorithm(&self) -> &'static str {
        self.key.algorithm()
    }

    /// A new access token of `identity` for `resource`.
    pub(crate) fn issue(&self, identity: &AssignedIdentity, resource: &str) -> Result<IssuedToken, Unspecified> {
        let now = seconds_since_1970();
        let expires_on = now.saturating_add(self.lifetime.as_secs());
        let claims = json!({
            "iss": self.issuer(),
            "aud": resource,
            "iat": now,
            "nbf": now,
            "exp": expires_on,
            "appid": identity.client_id(),
            "oid": identity.object_id(),
            "sub": identity.object_id(),
            "tid": self.tenant_id,
            "uti": random::hex(8),
            "ver": "1.0",
        });
        Ok(IssuedToken {
            access_token: self.key.sign(&claims)?,
            resource: resource.to_owned(),
            client_id: identity.client_id().to_owned(),
            issued_at: now,
            expires_on,
        })
    }

    /// A token by which somebody else tells who a program is: a Kubernetes cluster of a pod, a pipeline of its job.
    pub(crate) fn federated_token(&self, issuer: &str, subject: &str, audience: &str) -> Result<String, Unspecified> {
        let now = seconds_since_1970();
        self.key.sign(&json!({
            "iss": issuer,
            "sub": subject,
            "aud": [audience],
            "iat": now,
            "nbf": now,
            "exp": now + 24 * 60 * 60,
            "jti": random::uuid(),
        }))
    }

    /// The claims of such a token, or of an access token, when its signature is right.
    pub(crate) fn verify_federated(&self, token: &str) -> Option<Value> {
        serde_json::from_slice(&self.key.verify(token)?).ok()
    }

    /// The claims of `token` when it is a valid one for `audience`.
    pub(crate) fn verify(&self, token: &str, audience: &str) -> Result<TokenClaims, InvalidToken> {
        let payload = self.key.verify(token).ok_or(InvalidToken::Signature)?;
        let claims: TokenClaims = serde_json::from_slice(&payload).map_err(|_| InvalidToken::Claims)?;
        if claims.iss != self.issuer() {
            return Err(InvalidToken::Claims);
        }
        if claims.aud != audience {
            return Err(InvalidToken::Audience);
        }
        if claims.exp <= seconds_since_1970() {
            return Err(InvalidToken::Expired);
        }
        Ok(claims)
    }
}

pub(crate) fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
