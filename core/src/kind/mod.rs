//! The ground: names of kinds that everything above speaks of. Nothing here knows anything else of this crate.

mod agent;
mod file;
mod foreign;
mod identity;
mod platform;
mod policy;
mod source;
mod status;

pub use agent::AgentFile;
pub use file::FilePurpose;
pub use foreign::ForeignService;
pub use identity::IdentityKind;
pub use platform::Platform;
pub use policy::PolicyField;
pub use source::{SourceKind, UnknownSource};
pub(crate) use status::{FORBIDDEN, GONE, NOT_FOUND, StatusClass, TOO_MANY_REQUESTS, standard_phrase};
