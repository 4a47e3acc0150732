//! The authority that knows the applications of a tenant: Microsoft Entra, of whichever cloud.

use alloc::format;

use crate::error::ConfigError;
use crate::wire::Endpoint;

const DEFAULT_AUTHORITY: &str = "https://login.microsoftonline.com";

/// Where a tenant's tokens are asked for. `authority` is the host of `AZURE_AUTHORITY_HOST`, with a scheme or without, and the
/// public cloud's when `None`.
pub(super) fn token_endpoint(authority: Option<&str>, tenant_id: &str) -> Result<Endpoint, ConfigError> {
    check_characters("AZURE_TENANT_ID", tenant_id)?;
    let authority = authority.unwrap_or(DEFAULT_AUTHORITY);
    let scheme = if authority.contains("://") { "" } else { "https://" };
    let base = format!("{scheme}{authority}");
    let endpoint = Endpoint::join("AZURE_AUTHORITY_HOST", &base, &format!("/{tenant_id}/oauth2/v2.0/token"))?;
    if !endpoint.is_https() {
        return Err(ConfigError::InsecureEndpoint { source_kind: None, name: "AZURE_AUTHORITY_HOST" });
    }
    Ok(endpoint)
}

/// Tenants and client ids become part of an address or a form: letters, digits, hyphens and dots only.
pub(super) fn check_characters(name: &'static str, value: &str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    // "." and ".." would climb in the address.
    if value.bytes().all(legal) && value.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err(ConfigError::IllegalCharacters { source_kind: None, name })
    }
}
