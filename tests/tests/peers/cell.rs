//! One cell of the table: what became of a request for a token.

use managed_identity_simulator::SimulatedSource;
use serde::Deserialize;

use crate::identity::Identity;
use crate::peer::Peer;

/// What can come of a request for a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// A valid token of the identity that was asked for.
    Token,
    /// A valid token of the system-assigned identity, although another one was asked for.
    SystemAssignedToken,
    /// An error whose text holds this.
    Refusal(String),
    /// The peer is not asked.
    NotRun,
}

impl Outcome {
    pub(crate) fn meets(&self, expected: &Self) -> bool {
        match (self, expected) {
            (Self::Refusal(text), Self::Refusal(part)) => text.contains(part),
            _ => self == expected,
        }
    }
}

/// What became of one request for a token.
pub(crate) struct Cell {
    pub(crate) peer: &'static Peer,
    pub(crate) source: SimulatedSource,
    pub(crate) identity: Identity,
    pub(crate) version: Option<String>,
    pub(crate) outcome: Outcome,
}
