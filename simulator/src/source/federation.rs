//! What an application checks of an assertion that somebody whom it trusts issued.

use serde_json::Value;

use super::authority::unauthorized;
use super::dialect::{Refusal, Service};

/// Whom an application trusts: a federated credential.
pub(super) struct Federation {
    pub(super) issuer: String,
    pub(super) subject: String,
}

/// What an assertion has to be for.
pub(super) const AUDIENCE: &str = "api://AzureADTokenExchange";

impl Federation {
    /// An assertion as its issuer gives it.
    pub(super) fn assertion(&self, audience: &str, service: &Service) -> Option<String> {
        let assertion = service.issuer.federated_token(&self.issuer, &self.subject, audience).ok()?;
        service.recorder.add_secret(&assertion);
        Some(assertion)
    }

    /// The assertion is by the issuer, of the subject, for the exchange, and for now.
    pub(super) fn check(&self, assertion: &str, service: &Service) -> Result<(), Refusal> {
        let claims = service.issuer.verify_federated(assertion);
        let claims = claims.ok_or_else(|| unauthorized("AADSTS50013: Assertion failed signature validation."))?;
        let is = |claim: &Value, expected: &str| claim == expected || claim[0] == expected;
        if !is(&claims["aud"], AUDIENCE) {
            return Err(unauthorized(
                "AADSTS700212: No matching federated identity record found for presented assertion audience.",
            ));
        }
        if !is(&claims["iss"], &self.issuer) {
            return Err(unauthorized(
                "AADSTS700211: No matching federated identity record found for presented assertion issuer.",
            ));
        }
        if !is(&claims["sub"], &self.subject) {
            return Err(unauthorized(
                "AADSTS700213: No matching federated identity record found for presented assertion subject.",
            ));
        }
        if claims["exp"].as_u64().is_none_or(|end| end <= crate::token::seconds_since_1970()) {
            return Err(unauthorized("AADSTS700024: Client assertion is not within its valid time range."));
        }
        Ok(())
    }
}
