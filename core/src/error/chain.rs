//! The error of a chain of which no member gave a token.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::fault::Fault;
use crate::kind::{CredentialKind, Verdict};

/// What became of one member of a chain that gave no token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberError {
    /// The member.
    pub credential: CredentialKind,
    /// The verdict; `None` for a member that was not reached, since one before it was refused.
    pub verdict: Option<Verdict>,
    /// Why; empty for a member that was not reached.
    pub reason: String,
    /// What a person can do about it.
    pub next_step: &'static str,
}

impl MemberError {
    pub(crate) const fn new(
        credential: CredentialKind,
        verdict: Verdict,
        reason: String,
        next_step: &'static str,
    ) -> Self {
        Self { credential, verdict: Some(verdict), reason, next_step }
    }

    pub(crate) const fn not_reached(credential: CredentialKind) -> Self {
        Self { credential, verdict: None, reason: String::new(), next_step: "" }
    }
}

impl fmt::Display for MemberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credential, verdict, reason, next_step } = self;
        match verdict {
            Some(verdict) => write!(f, "{credential}: {verdict}: {reason}; {next_step}"),
            None => write!(f, "{credential}: not reached"),
        }
    }
}

/// No member of a chain gave a token. `Display` has a line for each member: its name, the verdict, the reason and what can be
/// done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChainError {
    /// The members in the order in which they were tried.
    pub members: Vec<MemberError>,
    pub(super) fault: Fault,
    pub(super) transient: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) next_step: &'static str,
}

impl ChainError {
    /// Of a chain that has no member left.
    pub(crate) fn exhausted(members: Vec<MemberError>, transient: bool) -> Self {
        let next_step = match members.as_slice() {
            [only] => only.next_step,
            _ => {
                "where this program is deployed, give it a managed identity; on a developer's machine, sign in to one of \
                 the tools, such as by az login"
            }
        };
        Self { members, fault: Fault::Host, transient, retry_after: None, next_step }
    }

    /// Of a chain that ended with a member that was refused.
    pub(crate) const fn stopped(
        members: Vec<MemberError>,
        fault: Fault,
        (transient, retry_after): (bool, Option<Duration>),
        next_step: &'static str,
    ) -> Self {
        Self { members, fault, transient, retry_after, next_step }
    }

    /// The member that was refused, if one was, which ended the chain.
    #[must_use]
    pub fn refused(&self) -> Option<&MemberError> {
        self.members.iter().find(|it| it.verdict == Some(Verdict::Refused))
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.refused() {
            Some(member) => write!(f, "the chain of credentials ended with {}, which was refused", member.credential)?,
            None => f.write_str("no credential of the chain gave a token")?,
        }
        self.members.iter().try_for_each(|member| write!(f, "\n  {member}"))
    }
}

impl core::error::Error for ChainError {}
