//! The ground: names of kinds that everything above speaks of. Nothing here knows anything else of this crate.

mod agent;
#[cfg(feature = "chain")]
mod credential;
mod file;
mod foreign;
mod identity;
mod platform;
mod policy;
mod signature;
mod source;
mod status;
#[cfg(feature = "chain")]
mod tool;
#[cfg(feature = "chain")]
mod verdict;

pub use agent::AgentFile;
#[cfg(feature = "chain")]
pub use credential::{CredentialKind, UnknownCredential};
pub use file::FilePurpose;
pub use foreign::ForeignService;
pub use identity::IdentityKind;
pub use platform::Platform;
pub use policy::PolicyField;
pub use signature::SignatureAlgorithm;
pub use source::{SourceKind, UnknownSource};
pub(crate) use status::{FORBIDDEN, GONE, NOT_FOUND, StatusClass, TOO_MANY_REQUESTS, standard_phrase};
#[cfg(feature = "chain")]
pub use tool::DeveloperTool;
#[cfg(feature = "chain")]
pub use verdict::Verdict;
