//! The identities that the peers ask for.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource};

/// How an identity is named to a peer: the kind, and the id that a user-assigned one has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) kind: &'static str,
    pub(crate) id: Option<&'static str>,
}

/// In this order they are asked for: MSAL for Node keeps the first source that it could use for the whole process, and
/// on some sources it looks at a selector only then.
pub(crate) const IDENTITIES: [Identity; 4] = [
    Identity { kind: "client-id", id: Some(AssignedIdentity::USER_CLIENT_ID) },
    Identity { kind: "object-id", id: Some(AssignedIdentity::USER_OBJECT_ID) },
    Identity { kind: "resource-id", id: Some(AssignedIdentity::USER_RESOURCE_ID) },
    Identity { kind: "system-assigned", id: None },
];

/// The identities that can be asked for on `source`: a federated credential is that of one client id.
pub(crate) fn identities(source: SimulatedSource) -> impl Iterator<Item = Identity> {
    IDENTITIES
        .into_iter()
        .filter(move |identity| source != SimulatedSource::WorkloadIdentity || identity.kind == "client-id")
}
