//! The tenants that a request may name beside the one that a credential is configured with.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::environment::Environment;
use crate::error::ConfigError;
use crate::kind::SourceKind;

const VARIABLE: &str = "AZURE_ADDITIONALLY_ALLOWED_TENANTS";

/// All of them.
const ANY: &str = "*";

/// AD FS has no other tenants.
const AD_FS: &str = "adfs";

/// A list of tenants, compared without case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AllowedTenants(Vec<String>);

impl AllowedTenants {
    /// Those of the environment.
    pub(super) fn of(environment: &Environment) -> Self {
        let list = environment.var(VARIABLE).unwrap_or_default();
        Self(list.split(';').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect())
    }

    /// The tenant to ask for where a credential is configured with one and a request names one; `None` for the configured one,
    /// and where neither is.
    pub(crate) fn choose<'a>(
        &self,
        configured: Option<&str>,
        wanted: Option<&'a str>,
        source_kind: SourceKind,
    ) -> Result<Option<&'a str>, ConfigError> {
        let (Some(wanted), Some(configured)) = (wanted, configured) else { return Ok(wanted) };
        if wanted.eq_ignore_ascii_case(configured) || configured.eq_ignore_ascii_case(AD_FS) {
            return Ok(None);
        }
        if self.0.iter().any(|it| it == ANY || it.eq_ignore_ascii_case(wanted)) {
            return Ok(Some(wanted));
        }
        let (tenant, configured) = (wanted.to_owned(), configured.to_owned());
        Err(ConfigError::TenantNotAllowed { source_kind: Some(source_kind), tenant, configured })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::AllowedTenants;
    use crate::credential::Environment;
    use crate::kind::SourceKind;

    #[test]
    fn a_request_may_name_what_is_configured_and_what_is_allowed() {
        let choose = |list: &str, configured, wanted| {
            let environment = Environment::from_lookup(|name| {
                (name == "AZURE_ADDITIONALLY_ALLOWED_TENANTS").then(|| String::from(list))
            });
            AllowedTenants::of(&environment).choose(configured, wanted, SourceKind::ClientSecret).ok()
        };
        assert_eq!(choose("", Some("a"), None), Some(None));
        assert_eq!(choose("", Some("a"), Some("A")), Some(None));
        assert_eq!(choose("", None, Some("b")), Some(Some("b")), "nothing is configured, so nothing is left");
        assert_eq!(choose("", Some("a"), Some("b")), None);
        assert_eq!(choose("c; B ;", Some("a"), Some("b")), Some(Some("b")));
        assert_eq!(choose("*", Some("a"), Some("b")), Some(Some("b")));
        assert_eq!(choose("*", Some("adfs"), Some("b")), Some(None), "it has no others");
    }
}
