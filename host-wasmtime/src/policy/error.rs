//! Why a policy cannot be made or applied.

use std::path::PathBuf;

use managed_identity_core::{ConfigError, PolicyField, SourceKind};

/// Why a policy cannot be made or applied. Holds no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The address is not one that a rule can be made of.
    #[error("{address} cannot be allowed: {reason}")]
    Address {
        /// The address, without its query.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The file is not one that can be granted.
    #[error("the file {path} cannot be granted: it must have an absolute path that ends in its name")]
    File {
        /// Its path as the policy names it.
        path: String,
    },
    /// The folder of a granted file cannot be opened.
    #[error("the folder {} cannot be opened: {cause}. Check that it exists and that this user may read it", path.display())]
    Folder {
        /// The folder on the host.
        path: PathBuf,
        /// What went wrong.
        #[source]
        cause: std::io::Error,
    },
    /// The source cannot be found, or cannot be asked as it is configured.
    #[error(transparent)]
    Source(#[from] ConfigError),
    /// No plug-in can ask this source, whatever it is granted.
    #[error(
        "a plug-in cannot ask {source_kind}: wasi:http cannot promise {}. Let the host hold the identity, and lend the plug-in tokens",
        field.as_str()
    )]
    OutOfReach {
        /// The source.
        source_kind: SourceKind,
        /// What its endpoint needs and no component can promise.
        field: PolicyField,
    },
}
