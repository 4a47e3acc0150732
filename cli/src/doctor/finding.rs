//! What a check says.

use crate::claims::Claims;
use crate::mender::Mender;

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) check: Check,
    pub(super) verdict: Verdict,
    /// What was seen.
    pub(super) evidence: String,
    /// What a person can do about it.
    pub(super) mend: Option<String>,
    /// Who that person is.
    pub(super) mender: Option<Mender>,
    /// What the token claims, where the check is about one.
    pub(super) claims: Option<Claims>,
}

/// What is checked, in this order: what comes first is often the cause of what comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Source,
    Proxy,
    Endpoint,
    Agent,
    Group,
    KeyFolder,
    Confinement,
    Clock,
    Environment,
    FederatedToken,
    Tools,
    Token,
    Authority,
}

impl Check {
    /// The name for programs.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Proxy => "proxy",
            Self::Endpoint => "endpoint",
            Self::Agent => "agent",
            Self::Group => "group",
            Self::KeyFolder => "key_folder",
            Self::Confinement => "confinement",
            Self::Clock => "clock",
            Self::Environment => "environment",
            Self::FederatedToken => "federated_token",
            Self::Tools => "tools",
            Self::Token => "token",
            Self::Authority => "authority",
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    Warning,
    Failed,
    NotApplicable,
}

impl Verdict {
    /// The name for programs.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotApplicable => "not_applicable",
        }
    }
}

impl Check {
    pub(super) fn ok(self, evidence: impl Into<String>) -> Finding {
        self.finding(Verdict::Ok, evidence)
    }

    pub(super) fn not_applicable(self, evidence: impl Into<String>) -> Finding {
        self.finding(Verdict::NotApplicable, evidence)
    }

    pub(super) fn warning(self, evidence: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { mend: Some(mend.into()), ..self.finding(Verdict::Warning, evidence) }
    }

    pub(super) fn failed(self, mender: Mender, evidence: impl Into<String>, mend: impl Into<String>) -> Finding {
        let finding = self.finding(Verdict::Failed, evidence);
        Finding { mend: Some(mend.into()), mender: Some(mender), ..finding }
    }

    fn finding(self, verdict: Verdict, evidence: impl Into<String>) -> Finding {
        Finding { check: self, verdict, evidence: evidence.into(), mend: None, mender: None, claims: None }
    }
}
