//! Which identity of the machine or application a token is asked for.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::error::ConfigError;
use crate::kind::IdentityKind;

/// The identity to get a token for.
///
/// Its JSON form is the one MSAL documents and that applications keep in configuration files:
/// `{"ManagedIdentityIdType":"SystemAssigned","Id":null}` or `{"ManagedIdentityIdType":"ClientId","Id":"..."}`
/// with `ClientId`, `ObjectId` or `ResourceId`. An unknown type, a missing or empty id, an id on the system-assigned
/// identity and any further key are refused.
///
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview>
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "IdentityDocument", into = "IdentityDocument")]
// Exhaustive on purpose: the service defines these four kinds, and every source must decide what it does with each.
pub enum Identity {
    /// The identity tied to the machine or application itself.
    #[default]
    SystemAssigned,
    /// A user-assigned identity, by its client (application) id.
    ClientId(String),
    /// A user-assigned identity, by its object (principal) id.
    ObjectId(String),
    /// A user-assigned identity, by its Azure Resource Manager id.
    ResourceId(String),
}

impl Identity {
    /// A user-assigned identity by its client (application) id.
    #[must_use]
    pub fn client_id(id: impl Into<String>) -> Self {
        Self::ClientId(id.into())
    }

    /// A user-assigned identity by its object (principal) id.
    #[must_use]
    pub fn object_id(id: impl Into<String>) -> Self {
        Self::ObjectId(id.into())
    }

    /// A user-assigned identity by its Azure Resource Manager id.
    #[must_use]
    pub fn resource_id(id: impl Into<String>) -> Self {
        Self::ResourceId(id.into())
    }

    /// Which kind of identity this is, without the identifier.
    #[must_use]
    pub const fn kind(&self) -> IdentityKind {
        match self {
            Self::SystemAssigned => IdentityKind::SystemAssigned,
            Self::ClientId(_) => IdentityKind::ClientId,
            Self::ObjectId(_) => IdentityKind::ObjectId,
            Self::ResourceId(_) => IdentityKind::ResourceId,
        }
    }

    /// The identifier of a user-assigned identity.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::SystemAssigned => None,
            Self::ClientId(id) | Self::ObjectId(id) | Self::ResourceId(id) => Some(id),
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match self.id() {
            Some(id) if id.trim().is_empty() => Err(ConfigError::EmptyIdentifier { identity: self.kind() }),
            _ => Ok(()),
        }
    }
}

/// Whether the text has the form of all client and object ids: 32 hexadecimal digits in groups.
pub(crate) fn is_guid(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.bytes().all(is_digit)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityDocument {
    #[serde(rename = "ManagedIdentityIdType")]
    kind: String,
    #[serde(rename = "Id", default)]
    id: Option<String>,
}

impl TryFrom<IdentityDocument> for Identity {
    type Error = ConfigError;

    fn try_from(document: IdentityDocument) -> Result<Self, ConfigError> {
        let id = document.id.unwrap_or_default();
        let identity = match document.kind.as_str() {
            "SystemAssigned" if id.is_empty() => Self::SystemAssigned,
            "SystemAssigned" => return Err(ConfigError::IdentifierOnSystemAssigned),
            "ClientId" => Self::ClientId(id),
            "ObjectId" => Self::ObjectId(id),
            "ResourceId" => Self::ResourceId(id),
            _ => return Err(ConfigError::UnknownIdentityType { found: document.kind }),
        };
        identity.check()?;
        Ok(identity)
    }
}

impl From<Identity> for IdentityDocument {
    fn from(identity: Identity) -> Self {
        let kind = match identity.kind() {
            IdentityKind::SystemAssigned => "SystemAssigned",
            IdentityKind::ClientId => "ClientId",
            IdentityKind::ObjectId => "ObjectId",
            IdentityKind::ResourceId => "ResourceId",
        };
        let id = match identity {
            Identity::SystemAssigned => None,
            Identity::ClientId(id) | Identity::ObjectId(id) | Identity::ResourceId(id) => Some(id),
        };
        Self { kind: kind.to_owned(), id }
    }
}

#[cfg(test)]
mod tests {
    use super::is_guid;

    #[test]
    fn a_guid_has_hexadecimal_digits_in_five_groups() {
        assert!(is_guid("00000000-1111-4222-8333-44444444abcF"));
        for other in ["", "0000000-01111-4222-8333-44444444abcd", "0000000g-1111-4222-8333-44444444abcd", "1", "----"] {
            assert!(!is_guid(other), "{other}");
        }
    }
}
