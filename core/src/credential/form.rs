//! The forms that the authority takes.

use alloc::format;
use alloc::string::String;

use super::parts::RequestParts;
use crate::error::ConfigError;
use crate::values::{Secret, TokenRequest};
use crate::wire::append_form;

/// <https://www.rfc-editor.org/rfc/rfc7523#section-2.2>
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The form by which this client asks for a token with the assertion of the parts.
pub(super) fn with_assertion(client_id: &str, parts: &RequestParts<'_>) -> Result<String, ConfigError> {
    let assertion = parts.assertion.map(Secret::expose).unwrap_or_default();
    let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
    form(client_id, parts.request, &proof)
}

/// The form by which this client asks for a token with its secret.
#[cfg(feature = "chain")]
pub(super) fn with_secret(client_id: &str, secret: &Secret, parts: &RequestParts<'_>) -> Result<String, ConfigError> {
    form(client_id, parts.request, &[("client_secret", secret.expose())])
}

fn form(client_id: &str, request: &TokenRequest, proof: &[(&str, &str)]) -> Result<String, ConfigError> {
    let scope = format!("{}/.default", request.resource());
    let fields = [("client_id", client_id), ("grant_type", "client_credentials"), ("scope", &scope)];
    let claims = claims(request)?;
    let wanted = claims.as_deref().map(|claims| ("claims", claims));
    let all = || fields.iter().chain(proof).chain(wanted.as_ref());
    // Room for all of it even if every byte had to be encoded: a form that grows leaves a copy of the proof behind.
    let len: usize = all().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut form = String::with_capacity(len);
    for field in all() {
        if !form.is_empty() {
            form.push('&');
        }
        append_form(&mut form, core::slice::from_ref(field));
    }
    Ok(form)
}

/// What the token has to meet, and what the caller can handle.
#[cfg(feature = "chain")]
fn claims(request: &TokenRequest) -> Result<Option<String>, ConfigError> {
    let claims = crate::wire::merged(request.claims(), request.client_capabilities());
    let claims = claims.ok_or(ConfigError::InvalidClaims)?;
    Ok(Some(claims).filter(|claims| !claims.is_empty()))
}

#[cfg(not(feature = "chain"))]
const fn claims(_: &TokenRequest) -> Result<Option<String>, ConfigError> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::values::TokenRequest;

    #[test]
    fn a_form_has_room_for_its_proof_from_the_beginning() {
        // Each of them takes three bytes in a form.
        let proof = "+".repeat(3000);
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
        let form = super::form("client", &request, &[("client_secret", &proof)]).unwrap();
        let left = form.capacity() - form.len();
        assert!(left < 200, "with room for {left} bytes more it has grown, and left a copy behind");
    }
}
