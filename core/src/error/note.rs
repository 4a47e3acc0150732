//! What was noticed beside an error.

use alloc::string::String;
use alloc::vec::Vec;

use crate::kind::{IdentityKind, SourceKind};

/// Something that was noticed and not acted upon, and that may be why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Note {
    /// Variables are set that point at another source, which needs more than them.
    #[error("{} {} set, but {source_kind} needs {} too", list(.set), are(.set), list(.missing))]
    HalfConfigured {
        /// The source they point at.
        source_kind: SourceKind,
        /// Those of its variables that are set.
        set: Vec<&'static str>,
        /// Those that are missing.
        missing: Vec<&'static str>,
    },
    /// `AZURE_CLIENT_ID` is set, the system-assigned identity was asked for, and only AKS workload identity uses that
    /// variable by itself.
    #[error(
        "AZURE_CLIENT_ID is set and was not used: here it counts by choice only, --identity-from-env or identity_from_env"
    )]
    UnusedClientId,
    /// The program file of the Azure Connected Machine agent may be there.
    #[error("this user may not look whether the Azure Connected Machine agent is installed")]
    AgentHidden,
    /// The identifier is not of the form that all identifiers of its kind have.
    #[error("the identifier of {identity} is not a GUID")]
    NotGuid {
        /// What the identifier is for.
        identity: IdentityKind,
    },
}

impl Note {
    /// What to do about it when nothing answers at the chosen endpoint.
    pub(super) const fn when_unreachable(&self) -> Option<&'static str> {
        match self {
            Self::HalfConfigured { .. } => Some("set what is missing if that source is meant, or unset the rest of it"),
            Self::AgentHidden => Some(
                "have the administrator let this user look into the agent's folder, or set IDENTITY_ENDPOINT and \
                 IMDS_ENDPOINT as the agent sets them for services",
            ),
            Self::UnusedClientId | Self::NotGuid { .. } => None,
        }
    }

    /// What to do about it when the endpoint refuses the request.
    pub(super) const fn when_refused(&self) -> Option<&'static str> {
        match self {
            Self::NotGuid { .. } => {
                Some("correct the identifier: it has the form 00000000-0000-0000-0000-000000000000")
            }
            Self::HalfConfigured { .. } | Self::UnusedClientId | Self::AgentHidden => None,
        }
    }
}

/// Names as a sentence has them.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).into(),
        [first @ .., last] => [&first.join(", "), " and ", last].concat(),
    }
}

pub(super) const fn are(names: &[&str]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}
