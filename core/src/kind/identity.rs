//! The kinds of identities and their names.

use core::fmt;

/// The kind of an [`Identity`](crate::Identity). `Display` gives its name for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Exhaustive on purpose, as `Identity` is.
pub enum IdentityKind {
    /// The identity tied to the machine or application itself.
    SystemAssigned,
    /// Named by client (application) id.
    ClientId,
    /// Named by object (principal) id.
    ObjectId,
    /// Named by Azure Resource Manager id.
    ResourceId,
}

impl fmt::Display for IdentityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SystemAssigned => "the system-assigned identity",
            Self::ClientId => "a user-assigned identity by client id",
            Self::ObjectId => "a user-assigned identity by object id",
            Self::ResourceId => "a user-assigned identity by resource id",
        })
    }
}
