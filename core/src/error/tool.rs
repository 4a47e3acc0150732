//! Errors of developer tools.

use alloc::string::{String, ToString as _};

use super::command::{CommandError, CommandErrorKind};
use super::fault::Fault;
use super::optional::Optional;
use crate::kind::DeveloperTool;

/// Why a developer tool gave no token. Texts are the tool's: length-capped, without control characters and without what looks
/// like a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The command could not be run to its end.
    #[error("{0}")]
    Command(#[from] CommandError),
    /// The tool takes no claims: whoever is signed in has to meet them by signing in anew.
    #[error("it cannot ask for a token that meets claims; sign in by: {sign_in}")]
    ClaimsUnsupported {
        /// The command to sign in by.
        sign_in: String,
    },
    /// The resource or the tenant has characters that are not handed to another program.
    #[error("{what} has characters that are not handed to another program")]
    IllegalCharacters {
        /// What has them: `the resource` or `the tenant`.
        what: &'static str,
    },
    /// The tool is not there, as a program in its place says.
    #[error("it is not installed")]
    NotInstalled,
    /// Nobody is signed in to the tool.
    #[error("nobody is signed in{}", Optional(": ", .said.as_ref(), ""))]
    NotSignedIn {
        /// What the tool says.
        said: Option<String>,
    },
    /// The tool asked, and the authority refused.
    #[error("its account gets no token{}", Optional(": ", .said.as_ref(), ""))]
    Refused {
        /// What the tool says.
        said: Option<String>,
    },
    /// The tool is too old.
    #[error("it is too old: {needed} is needed")]
    TooOld {
        /// The version that is needed.
        needed: &'static str,
    },
    /// PowerShell is there, its module Az.Accounts is not.
    #[error("the module Az.Accounts, 2.2.0 or newer, is not installed")]
    NoModule,
    /// PowerShell may not run scripts here.
    #[error("the execution policy does not allow its module")]
    ExecutionPolicy,
    /// The tool failed in some other way.
    #[error("it failed{}{}", code(.exit_code), Optional(": ", .said.as_ref(), ""))]
    Failed {
        /// Its exit code; `None` when a signal ended it.
        exit_code: Option<i32>,
        /// What the tool says.
        said: Option<String>,
    },
    /// The tool succeeded, and what it wrote is no token.
    #[error("what it wrote cannot be read as a token")]
    UnexpectedOutput,
}

fn code(code: &Option<i32>) -> String {
    match code {
        Some(code) => alloc::format!(" with exit code {code}"),
        None => " by a signal".to_string(),
    }
}

impl ToolError {
    /// Whether the host forbids the tool, which ends a chain.
    pub(crate) fn is_denial(&self) -> bool {
        matches!(self, Self::Command(error) if error.kind() == CommandErrorKind::Denied)
    }

    pub(super) const fn fault(&self) -> Fault {
        match self {
            Self::IllegalCharacters { .. } => Fault::Caller,
            Self::Refused { .. } => Fault::Service,
            _ => Fault::Host,
        }
    }

    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Command(error) if error.kind() == CommandErrorKind::Timeout)
    }

    pub(super) fn next_step(&self, tool: DeveloperTool) -> &'static str {
        match (self, tool) {
            (Self::ClaimsUnsupported { .. }, _) => "sign in by the command that is named",
            (Self::Command(error), tool) => match error.kind() {
                CommandErrorKind::Denied => {
                    "have the host allow this program to run the tool, or leave it out of the chain"
                }
                CommandErrorKind::Unsupported => "use another credential: programs cannot be run from here",
                CommandErrorKind::NotFound => Self::NotInstalled.next_step(tool),
                CommandErrorKind::Timeout => "run the tool by hand to see what it waits for, or allow it more time",
                CommandErrorKind::Failed | CommandErrorKind::OutputTooLarge => {
                    "run the tool by hand to see whether it works"
                }
            },
            (Self::IllegalCharacters { .. }, _) => "correct the resource or the tenant; look for quotes and blanks",
            (Self::NotInstalled, DeveloperTool::AzureCli) => {
                "install the Azure CLI, and see that az is in an absolute folder of PATH"
            }
            (Self::NotInstalled, DeveloperTool::AzureDeveloperCli) => {
                "install the Azure Developer CLI, and see that azd is in an absolute folder of PATH"
            }
            (Self::NotInstalled, DeveloperTool::AzurePowerShell) => {
                "install PowerShell, and see that pwsh is in an absolute folder of PATH"
            }
            (Self::NotSignedIn { .. } | Self::Refused { .. }, DeveloperTool::AzureCli) => "run az login",
            (Self::NotSignedIn { .. } | Self::Refused { .. }, DeveloperTool::AzureDeveloperCli) => "run azd auth login",
            (Self::NotSignedIn { .. } | Self::Refused { .. }, DeveloperTool::AzurePowerShell) => {
                "run Connect-AzAccount in PowerShell"
            }
            (Self::TooOld { .. }, _) => "update the tool",
            (Self::NoModule, _) => "run Install-Module Az.Accounts in PowerShell",
            (Self::ExecutionPolicy, _) => {
                "let PowerShell run signed scripts: Set-ExecutionPolicy RemoteSigned -Scope CurrentUser"
            }
            (Self::Failed { .. } | Self::UnexpectedOutput, _) => "run the tool by hand to see whether it works",
        }
    }
}
