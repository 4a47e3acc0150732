//! The snapshot of the host: environment variables, platform, and whether the Azure Arc agent is installed.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;

use managed_identity_core::{ConfigError, Detection, DetectionOptions, Environment, HostFacts, Platform};

/// Where the Azure Connected Machine agent keeps its program on Linux.
const LINUX_AGENT: &str = "/opt/azcmagent/bin/himds";

/// Where it is on Windows, below the folder of installed programs.
const WINDOWS_AGENT: &str = r"AzureConnectedMachineAgent\himds.exe";

/// Finds the source of tokens of this host. Reads the environment and looks for one file; sends nothing.
///
/// # Errors
/// A [`ConfigError`] when the source that applies is not usable as configured.
pub fn detect(options: DetectionOptions) -> Result<Detection, ConfigError> {
    managed_identity_core::detect(&environment(), crate::host_facts(), options)
}

/// The variables of this process that matter. A value that is not UTF-8 counts as unset: no endpoint, secret or id can
/// be read from it.
#[must_use]
pub fn environment() -> Environment {
    Environment::from_lookup(variables())
}

#[cfg(not(target_arch = "wasm32"))]
fn variables() -> impl Fn(&str) -> Option<String> {
    |name| std::env::var(name).ok()
}

#[cfg(target_arch = "wasm32")]
use crate::wasi::variables;

/// The facts about this host.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn host_facts() -> HostFacts {
    host_facts_of(platform(), variables(), |path| Path::new(path).exists())
}

/// The facts about a host of this platform, where `lookup` gives environment variables and `exists` tells whether there
/// is a file.
///
/// <https://learn.microsoft.com/azure/azure-arc/servers/agent-overview>
#[must_use]
pub fn host_facts_of(
    platform: Platform,
    lookup: impl Fn(&str) -> Option<String>,
    exists: impl Fn(&str) -> bool,
) -> HostFacts {
    let agent = match platform {
        Platform::Linux => Some(LINUX_AGENT.to_owned()),
        Platform::Windows => lookup("ProgramFiles")
            .filter(|folder| !folder.is_empty())
            .map(|folder| [folder.trim_end_matches('\\'), r"\", WINDOWS_AGENT].concat()),
        _ => None,
    };
    HostFacts::of(platform).with_arc_agent(agent.is_some_and(|path| exists(&path)))
}

/// The platform this program was built for.
#[cfg(not(target_arch = "wasm32"))]
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

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;

    use managed_identity_core::{HostFacts, Platform};

    use super::host_facts_of;

    #[test]
    fn the_agent_is_looked_for_where_each_platform_has_it() {
        let linux = "/opt/azcmagent/bin/himds";
        let windows = r"C:\Program Files\AzureConnectedMachineAgent\himds.exe";
        for (platform, program_files, file, arc_agent) in [
            (Platform::Linux, "", linux, true),
            (Platform::Linux, "", windows, false),
            (Platform::Windows, r"C:\Program Files", windows, true),
            (Platform::Windows, r"C:\Program Files\", windows, true),
            (Platform::Windows, r"D:\Programs", windows, false),
            (Platform::Windows, "", windows, false),
            (Platform::Windows, "", r"\AzureConnectedMachineAgent\himds.exe", false),
            (Platform::Other, r"C:\Program Files", linux, false),
            (Platform::Other, r"C:\Program Files", windows, false),
        ] {
            let lookup = |name: &str| (name == "ProgramFiles").then(|| program_files.to_owned());
            let facts = host_facts_of(platform, lookup, |path| path == file);
            assert_eq!(facts, HostFacts::of(platform).with_arc_agent(arc_agent), "{program_files} {file}");
        }
    }

    #[test]
    fn windows_without_program_files_has_no_agent() {
        assert!(!host_facts_of(Platform::Windows, |_| None, |_| true).arc_agent);
    }
}
