//! The snapshot of the host: environment variables, platform, and whether the Azure Arc agent is installed.

use std::ffi::OsString;
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
    environment_of(variables())
}

/// The variables that `lookup` gives, by the same rule.
#[must_use]
pub fn environment_of(lookup: impl Fn(&str) -> Option<OsString>) -> Environment {
    Environment::from_lookup(|name| lookup(name)?.into_string().ok())
}

#[cfg(not(target_arch = "wasm32"))]
fn variables() -> impl Fn(&str) -> Option<OsString> {
    |name| std::env::var_os(name)
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
    lookup: impl Fn(&str) -> Option<OsString>,
    exists: impl Fn(&str) -> bool,
) -> HostFacts {
    let agent = match platform {
        Platform::Linux => Some(LINUX_AGENT.to_owned()),
        Platform::Windows => lookup("ProgramFiles")
            .and_then(|folder| folder.into_string().ok())
            .filter(|folder| !folder.is_empty())
            .map(|folder| format!(r"{}\{WINDOWS_AGENT}", folder.trim_end_matches('\\'))),
        _ => None,
    };
    HostFacts { platform, arc_agent: agent.is_some_and(|path| exists(&path)) }
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
    use std::ffi::OsString;

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
            let lookup = |name: &str| (name == "ProgramFiles").then(|| OsString::from(program_files));
            let facts = host_facts_of(platform, lookup, |path| path == file);
            assert_eq!(facts, HostFacts { platform, arc_agent }, "{program_files} {file}");
        }
    }

    #[test]
    fn windows_without_program_files_has_no_agent() {
        assert!(!host_facts_of(Platform::Windows, |_| None, |_| true).arc_agent);
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf8_counts_as_unset() {
        use std::os::unix::ffi::OsStringExt as _;

        use super::environment_of;

        let environment = environment_of(|name| match name {
            "IDENTITY_ENDPOINT" => Some(OsString::from("http://127.0.0.1/")),
            "IDENTITY_HEADER" => Some(OsString::from_vec(vec![b'a', 0xff])),
            _ => None,
        });
        assert_eq!(environment.var("IDENTITY_ENDPOINT"), Some("http://127.0.0.1/"));
        assert_eq!(environment.var("IDENTITY_HEADER"), None);
    }
}
