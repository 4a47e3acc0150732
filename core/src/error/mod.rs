//! Errors, split by who can mend them.

mod acquisition;
mod answer;
#[cfg(feature = "chain")]
mod chain;
mod command;
mod config;
mod content;
mod evidence;
mod fault;
mod file;
#[cfg(feature = "std")]
mod io;
mod note;
mod optional;
mod presentable;
mod sign;
#[cfg(feature = "chain")]
mod tool;
mod transport;
mod unusable;

pub use acquisition::{Error, Explanation};
pub use answer::{ChallengeError, EndpointError, InvalidResponse};
#[cfg(feature = "chain")]
pub use chain::{ChainError, MemberError};
pub use command::{CommandError, CommandErrorKind};
pub use config::ConfigError;
pub use content::OtherContent;
pub use evidence::{Evidence, Stopped};
pub use fault::Fault;
pub use file::{FileError, FileErrorKind};
pub use note::Note;
pub(crate) use presentable::presentable;
pub use sign::{SignError, SignErrorKind};
#[cfg(feature = "chain")]
pub use tool::ToolError;
pub use transport::{TransportError, TransportErrorKind};
pub use unusable::UnusableToken;
