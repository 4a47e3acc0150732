//! Errors, split by who can mend them.

mod acquisition;
mod answer;
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
mod transport;
mod unusable;

pub use acquisition::{Error, Explanation};
pub use answer::{ChallengeError, EndpointError, InvalidResponse};
pub use config::ConfigError;
pub use content::OtherContent;
pub use evidence::{Evidence, Stopped};
pub use fault::Fault;
pub use file::{FileError, FileErrorKind};
pub use note::Note;
pub(crate) use presentable::presentable;
pub use transport::{TransportError, TransportErrorKind};
pub use unusable::UnusableToken;
