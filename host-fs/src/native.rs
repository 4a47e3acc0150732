//! The host of a native program.

use std::path::Path;

use managed_identity_core::{HostFacts, Platform};

use crate::agent::host_facts_of;
use crate::environment::variables;

/// The facts about this host.
#[must_use]
pub fn host_facts() -> HostFacts {
    host_facts_of(platform(), variables(), |path| Path::new(path).exists())
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
