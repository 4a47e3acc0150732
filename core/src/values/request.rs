//! What a caller asks for.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::digest::TokenDigest;
use super::identity::Identity;
use super::token::AccessToken;
use crate::error::ConfigError;

/// A request for a token: for which resource, and as which identity.
///
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    resource: String,
    identity: Identity,
    /// What few requests have, so that the many which a client keeps have no room for it.
    rare: Option<Box<RareParts>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct RareParts {
    client_capabilities: Vec<String>,
    rejected: Option<TokenDigest>,
    #[cfg(feature = "chain")]
    tenant: Option<String>,
    #[cfg(feature = "chain")]
    claims: Option<String>,
}

impl TokenRequest {
    /// A request for a resource such as `https://vault.azure.net`, as the system-assigned identity.
    ///
    /// A trailing `/.default` is removed once, so a scope may be given as well. A trailing slash is kept: the service
    /// tells `https://vault.azure.net` and `https://vault.azure.net/` apart.
    ///
    /// # Errors
    /// [`ConfigError::EmptyResource`] when nothing is named, [`ConfigError::SeveralScopes`] for a list of scopes.
    pub fn for_resource(resource: &str) -> Result<Self, ConfigError> {
        let resource = resource.trim();
        // A resource may have blanks in it; several words that end so are no resource.
        if resource.split_whitespace().filter(|word| word.ends_with("/.default")).nth(1).is_some() {
            return Err(ConfigError::SeveralScopes);
        }
        let resource = resource.strip_suffix("/.default").unwrap_or(resource);
        if resource.is_empty() {
            return Err(ConfigError::EmptyResource);
        }
        Ok(Self { resource: resource.to_string(), identity: Identity::SystemAssigned, rare: None })
    }

    /// A request for a scope such as `https://vault.azure.net/.default` (RFC 6749, section 3.3), as the system-assigned
    /// identity.
    ///
    /// # Errors
    /// [`ConfigError::EmptyResource`] when nothing is named, [`ConfigError::SeveralScopes`] for a list of scopes.
    pub fn for_scope(scope: &str) -> Result<Self, ConfigError> {
        if scope.split_whitespace().nth(1).is_some() {
            return Err(ConfigError::SeveralScopes);
        }
        Self::for_resource(scope)
    }

    /// Asks as this identity instead.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Tells the service what the caller can handle, such as `cp1` (continuous access evaluation). Service Fabric knows this,
    /// and with the feature `chain` the authority; elsewhere it is not sent.
    #[must_use]
    pub fn with_client_capabilities<I>(self, capabilities: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let capabilities = capabilities.into_iter().map(Into::into).collect();
        self.with_rare(|rare| rare.client_capabilities = capabilities)
    }

    /// Asks for another token than this one, which a resource rejected. A client does not hand it out again, and Service
    /// Fabric is told which one it is. Only its SHA-256 digest is kept and sent, never the token.
    #[must_use]
    pub fn with_rejected_token(self, rejected: &AccessToken) -> Self {
        self.with_rejected_digest(TokenDigest::of(rejected))
    }

    /// The same where only the digest of the rejected token is at hand.
    #[must_use]
    pub fn with_rejected_digest(self, rejected: TokenDigest) -> Self {
        self.with_rare(|rare| rare.rejected = Some(rejected))
    }

    /// Asks for a token of this tenant instead of the one that the credential is configured with. Service principals,
    /// federated credentials and developer tools can do so where `AZURE_ADDITIONALLY_ALLOWED_TENANTS` allows it; the tokens of
    /// a managed identity are of its own tenant, whatever is asked for.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn with_tenant(self, tenant_id: impl Into<String>) -> Self {
        self.with_rare(|rare| rare.tenant = Some(tenant_id.into()))
    }

    /// Asks for a token that meets these claims, which a resource's challenge gave: as JSON, or in base64 as
    /// [`BearerChallenge::claims`](crate::BearerChallenge::claims) has them. The authority and the Azure Developer CLI take
    /// them; the other developer tools do not, and refuse by name. A managed identity meets what it meets.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn with_claims(self, claims: impl Into<String>) -> Self {
        self.with_rare(|rare| rare.claims = Some(claims.into()))
    }

    /// The tenant that is asked for, where it is another one than the credential's.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.rare.as_ref()?.tenant.as_deref()
    }

    /// The claims that the token has to meet, as they were given.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.rare.as_ref()?.claims.as_deref()
    }

    pub(crate) fn client_capabilities(&self) -> &[String] {
        self.rare.as_ref().map_or(&[], |rare| &rare.client_capabilities)
    }

    /// The resource, without `/.default`.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The identity to get a token for.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The client capabilities, joined as the service expects them; `None` when there are none.
    pub(crate) fn joined_capabilities(&self) -> Option<String> {
        let capabilities = self.client_capabilities();
        (!capabilities.is_empty()).then(|| capabilities.join(","))
    }

    /// The digest of the token that was rejected, if one was.
    #[must_use]
    pub fn rejected(&self) -> Option<TokenDigest> {
        self.rare.as_ref()?.rejected
    }

    /// The same with other rare parts. What has nothing in it is not kept.
    fn with_rare(mut self, change: impl FnOnce(&mut RareParts)) -> Self {
        let mut rare = self.rare.take().map_or_else(RareParts::default, |rare| *rare);
        change(&mut rare);
        self.rare = (rare != RareParts::default()).then(|| Box::new(rare));
        self
    }
}
