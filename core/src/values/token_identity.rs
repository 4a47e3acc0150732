//! Whose token it is.

use alloc::string::String;

/// The identity that a token is of, as far as the service says it. What it does not say is `None`: most services name the
/// client id, Azure Arc's agent also the others.
///
/// Where a service names another identity than the one that was asked for, there is no token, but an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenIdentity {
    /// The client (application) id.
    pub client_id: Option<String>,
    /// The object (principal) id.
    pub object_id: Option<String>,
    /// The Azure Resource Manager id of a user-assigned identity.
    pub resource_id: Option<String>,
}

impl TokenIdentity {
    /// Whether the service says nothing of the identity.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.client_id.is_none() && self.object_id.is_none() && self.resource_id.is_none()
    }
}
