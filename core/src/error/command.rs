//! Errors of commands: what a driver answers when a program could not be run to its end.

use alloc::string::String;

use super::optional::Optional;
use super::presentable::presentable;

/// Why a command brought no output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}", Optional(": ", Some(.detail), ""))]
pub struct CommandError {
    kind: CommandErrorKind,
    detail: String,
}

/// The kinds of [`CommandError`]. None is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CommandErrorKind {
    /// The host's policy forbids it. A chain ends: a denial is never taken for "not here".
    #[error("the host denies running it")]
    Denied,
    /// The program is there and could not be started.
    #[error("it could not be started")]
    Failed,
    /// None of the programs is in any absolute folder of the search path.
    #[error("it is not installed, or not in PATH")]
    NotFound,
    /// It wrote more than the request accepts, and was ended.
    #[error("it wrote more than is accepted")]
    OutputTooLarge,
    /// It did not end within its time limit, and was ended.
    #[error("it did not answer in time")]
    Timeout,
    /// This host runs no programs.
    #[error("this host runs no programs")]
    Unsupported,
}

impl CommandError {
    /// Makes an error; `detail` says more, such as the operating system's own words, and may be empty. It must not hold what
    /// the program wrote.
    #[must_use]
    pub fn new(kind: CommandErrorKind, detail: &str) -> Self {
        Self { kind, detail: presentable(detail, 256) }
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> CommandErrorKind {
        self.kind
    }

    /// The failure in the host's own words; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}
