//! What the simulation knows of a client, and which clients there are.

use crate::answer::Answer;
use crate::time::Millis;

/// Whose rules the programs of a fleet follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// This project: its own cache and flows, not a model of them.
    ThisProject,
    /// `Microsoft.Identity.Client`, which `Azure.Identity` for .NET asks too.
    MsalNet,
    /// `msal` for Python.
    MsalPython,
    /// `azure-identity` for Python.
    AzureIdentityPython,
    /// `azure_identity` for Rust.
    AzureIdentityRust,
}

impl Library {
    /// All of them, in the order of the tables.
    pub const ALL: &[Self] =
        &[Self::ThisProject, Self::MsalNet, Self::MsalPython, Self::AzureIdentityPython, Self::AzureIdentityRust];

    /// What the tables and the plots call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThisProject => "this project",
            Self::MsalNet => "MSAL.NET",
            Self::MsalPython => "MSAL Python",
            Self::AzureIdentityPython => "azure-identity, Python",
            Self::AzureIdentityRust => "azure_identity, Rust",
        }
    }
}

/// How a call is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    /// At once, by a token that the resources take until `expires`. Until `until` every call is served the same way.
    Token { expires: Millis, until: Millis },
    /// At once, by an error. Until `until` every call is.
    Failed { until: Millis },
    /// When the flow on its way has ended.
    Later,
}

/// What a flow does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sends a request, and waits no longer for its answer.
    Send { limit: Millis },
    /// Waits.
    Sleep(Millis),
    /// Has ended, with a token that the resources take until then, or with an error.
    End(Option<Millis>),
}

/// What resumes a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Answer(Answer),
    Awake,
}

/// The client of one program. It has one flow at a time, with or without a call that waits for it.
pub(crate) trait Client {
    /// A call comes. Where that begins a flow, the second value is the first thing that it does.
    fn call(&mut self, now: Millis) -> (Served, Option<Act>);

    /// The flow goes on.
    fn resume(&mut self, input: Input, now: Millis) -> Act;
}
