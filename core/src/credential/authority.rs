//! The authority that knows the applications of a tenant: Microsoft Entra, of whichever cloud.

use alloc::format;

use crate::error::ConfigError;
use crate::wire::Endpoint;

const DEFAULT_AUTHORITY: &str = "https://login.microsoftonline.com";

/// In place of a tenant: the one of AD FS, which has no others.
const AD_FS: &str = "adfs";

/// Where tokens are asked for, after the tenant.
const OF_ENTRA: &str = "/oauth2/v2.0/token";
const OF_AD_FS: &str = "/oauth2/token";

/// Where a tenant's tokens are asked for. `authority` is the host of `AZURE_AUTHORITY_HOST`, with a scheme or without, and the
/// public cloud's when `None`.
pub(super) fn token_endpoint(authority: Option<&str>, tenant_id: &str) -> Result<Endpoint, ConfigError> {
    check_characters("AZURE_TENANT_ID", tenant_id)?;
    // A blank at an end comes from a file or a form, and is no part of an address.
    let authority = authority.unwrap_or(DEFAULT_AUTHORITY).trim_ascii();
    let scheme = if authority.contains("://") { "" } else { "https://" };
    let base = format!("{scheme}{authority}");
    let path = if cfg!(feature = "chain") && tenant_id.eq_ignore_ascii_case(AD_FS) { OF_AD_FS } else { OF_ENTRA };
    let endpoint = Endpoint::join("AZURE_AUTHORITY_HOST", &base, &format!("/{tenant_id}{path}"))?;
    if !endpoint.is_https() {
        return Err(ConfigError::InsecureEndpoint { source_kind: None, name: "AZURE_AUTHORITY_HOST" });
    }
    Ok(endpoint)
}

/// Whether a token endpoint is that of AD FS.
#[cfg(feature = "chain")]
pub(super) fn is_ad_fs(endpoint: &Endpoint) -> bool {
    endpoint.path().ends_with(OF_AD_FS)
}

/// The tenant of a token endpoint, and the address before it.
#[cfg(feature = "chain")]
fn split(endpoint: &Endpoint) -> Option<(&str, &str)> {
    let text = endpoint.without_query();
    text.strip_suffix(OF_ENTRA).or_else(|| text.strip_suffix(OF_AD_FS))?.rsplit_once('/')
}

/// The tenant of a token endpoint.
#[cfg(feature = "chain")]
pub(super) fn tenant_of(endpoint: &Endpoint) -> Option<&str> {
    split(endpoint).map(|(_, tenant)| tenant)
}

/// Where another tenant's tokens are asked for, of the same authority.
#[cfg(feature = "chain")]
pub(super) fn in_tenant(endpoint: &Endpoint, tenant_id: &str) -> Result<Endpoint, ConfigError> {
    match split(endpoint) {
        Some((authority, _)) => token_endpoint(Some(authority), tenant_id),
        None => Ok(endpoint.clone()),
    }
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

#[cfg(test)]
mod tests {
    use super::token_endpoint;

    #[test]
    fn an_authority_may_be_written_in_several_ways() {
        for written in [
            "https://login.example",
            "https://login.example/",
            "https://login.example//",
            "HTTPS://login.example",
            "login.example",
            "login.example/",
            " https://login.example/ ",
            "login.example\n",
        ] {
            let endpoint = token_endpoint(Some(written), "t-1").unwrap();
            assert_eq!(endpoint.as_str(), "https://login.example/t-1/oauth2/v2.0/token", "{written:?}");
        }
        for wrong in ["", " ", "http://login.example", "https://", "https://a b", "https://login.example?a=b", "/a"] {
            assert!(token_endpoint(Some(wrong), "t-1").is_err(), "{wrong:?}");
        }
    }
}
