//! The host of a native program.

use std::path::Path;

use managed_identity_core::{AgentFile, HostFacts, Platform};

use crate::agent::host_facts_of;
use crate::environment::variables;

/// The facts about this host.
#[must_use]
pub fn host_facts() -> HostFacts {
    host_facts_of(platform(), variables(), look_for)
}

/// Whether there is a file, as far as this user may know.
fn look_for(path: &str) -> AgentFile {
    match Path::new(path).try_exists() {
        Ok(exists) => exists.into(),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => AgentFile::NotPermitted,
        Err(_) => AgentFile::Absent,
    }
}

/// The platform this program was built for.
#[must_use]
pub const fn platform() -> Platform {
    if cfg!(target_os = "linux") {
        Platform::Linux
    } else if cfg!(windows) {
        Platform::Windows
    } else {
        Platform::Other
    }
}
