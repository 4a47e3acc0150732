//! The identities that the simulated resource has, and how a request selects one.

use crate::request::Request;

/// A managed identity that is assigned to the simulated resource.
///
/// Unless [`SimulatorBuilder::identities`](crate::SimulatorBuilder::identities) says otherwise there are two:
/// [`AssignedIdentity::default_system_assigned`] and [`AssignedIdentity::default_user_assigned`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedIdentity {
    client_id: String,
    object_id: String,
    resource_id: Option<String>,
}

impl AssignedIdentity {
    /// Client id of the default system-assigned identity.
    pub const SYSTEM_CLIENT_ID: &'static str = "11111111-1111-4111-8111-111111111111";
    /// Object id of the default system-assigned identity.
    pub const SYSTEM_OBJECT_ID: &'static str = "22222222-2222-4222-8222-222222222222";
    /// Client id of the default user-assigned identity.
    pub const USER_CLIENT_ID: &'static str = "33333333-3333-4333-8333-333333333333";
    /// Object id of the default user-assigned identity.
    pub const USER_OBJECT_ID: &'static str = "44444444-4444-4444-8444-444444444444";
    /// Resource id of the default user-assigned identity.
    pub const USER_RESOURCE_ID: &'static str = "/subscriptions/55555555-5555-4555-8555-555555555555/resourceGroups/simulated/providers/Microsoft.ManagedIdentity/userAssignedIdentities/simulated";

    /// A system-assigned identity: the one a request without a selector gets.
    #[must_use]
    pub fn system_assigned(client_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), object_id: object_id.into(), resource_id: None }
    }

    /// A user-assigned identity.
    #[must_use]
    pub fn user_assigned(
        client_id: impl Into<String>,
        object_id: impl Into<String>,
        resource_id: impl Into<String>,
    ) -> Self {
        Self { client_id: client_id.into(), object_id: object_id.into(), resource_id: Some(resource_id.into()) }
    }

    /// The system-assigned identity of [`Self::SYSTEM_CLIENT_ID`] and [`Self::SYSTEM_OBJECT_ID`].
    #[must_use]
    pub fn default_system_assigned() -> Self {
        Self::system_assigned(Self::SYSTEM_CLIENT_ID, Self::SYSTEM_OBJECT_ID)
    }

    /// The user-assigned identity of [`Self::USER_CLIENT_ID`], [`Self::USER_OBJECT_ID`] and [`Self::USER_RESOURCE_ID`].
    #[must_use]
    pub fn default_user_assigned() -> Self {
        Self::user_assigned(Self::USER_CLIENT_ID, Self::USER_OBJECT_ID, Self::USER_RESOURCE_ID)
    }

    /// The application (client) id, which a token names in `appid`.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The object (principal) id, which a token names in `oid`.
    #[must_use]
    pub fn object_id(&self) -> &str {
        &self.object_id
    }

    /// The Azure Resource Manager id; a system-assigned identity has none.
    #[must_use]
    pub fn resource_id(&self) -> Option<&str> {
        self.resource_id.as_deref()
    }

    /// Whether this is a user-assigned identity.
    #[must_use]
    pub fn is_user_assigned(&self) -> bool {
        self.resource_id.is_some()
    }
}

/// What a selector's value is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SelectorKind {
    Client,
    Object,
    Resource,
}

/// The parameter names by which a dialect lets a request select an identity.
pub(crate) type SelectorNames = [(&'static str, SelectorKind)];

/// Why no identity fits a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelectionError {
    /// The selector names no identity of the resource.
    NotFound,
    /// There is no selector, no system-assigned identity and more than one user-assigned one.
    SelectorNeeded,
    /// More than one selector was sent.
    SeveralSelectors,
}

impl SelectionError {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::NotFound => "Identity not found",
            Self::SelectorNeeded => {
                "Several user-assigned identities are assigned and none is system-assigned; name one in the request"
            }
            Self::SeveralSelectors => "Only one of the identity selectors may be sent",
        }
    }
}

/// The selector that a request carries: its parameter name, kind and value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selector<'a> {
    pub(crate) name: &'static str,
    kind: SelectorKind,
    pub(crate) value: &'a str,
}

/// The one selector in the query of `request`, if any.
pub(crate) fn selector<'a>(
    request: &'a Request,
    names: &SelectorNames,
) -> Result<Option<Selector<'a>>, SelectionError> {
    let mut sent =
        names.iter().filter_map(|&(name, kind)| request.parameter(name).map(|value| Selector { name, kind, value }));
    let first = sent.next();
    if sent.next().is_some() { Err(SelectionError::SeveralSelectors) } else { Ok(first) }
}

/// The identity that a selector names; without one the system-assigned identity, or the only one there is.
pub(crate) fn select<'a>(
    identities: &'a [AssignedIdentity],
    selector: Option<Selector<'_>>,
) -> Result<&'a AssignedIdentity, SelectionError> {
    let Some(Selector { kind, value, .. }) = selector else { return unselected(identities) };
    let matches = |identity: &&AssignedIdentity| {
        let id = match kind {
            SelectorKind::Client => Some(identity.client_id()),
            SelectorKind::Object => Some(identity.object_id()),
            SelectorKind::Resource => identity.resource_id(),
        };
        id.is_some_and(|id| id.eq_ignore_ascii_case(value))
    };
    identities.iter().find(matches).ok_or(SelectionError::NotFound)
}

fn unselected(identities: &[AssignedIdentity]) -> Result<&AssignedIdentity, SelectionError> {
    match (identities.iter().find(|identity| !identity.is_user_assigned()), identities) {
        (Some(system), _) => Ok(system),
        (None, [only]) => Ok(only),
        (None, _) => Err(SelectionError::SelectorNeeded),
    }
}
