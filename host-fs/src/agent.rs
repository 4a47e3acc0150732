//! Whether the Azure Arc agent is installed, on whichever host.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use managed_identity_core::{AgentFile, HostFacts, Platform};

/// Where the Azure Connected Machine agent keeps its program on Linux.
const LINUX_AGENT: &str = "/opt/azcmagent/bin/himds";

/// Where it is on Windows, below the folder of installed programs.
const WINDOWS_AGENT: &str = r"AzureConnectedMachineAgent\himds.exe";

/// The facts about a host of this platform, where `lookup` gives environment variables and `look_for` tells whether there is
/// a file: by an [`AgentFile`], or by true and false.
///
/// <https://learn.microsoft.com/azure/azure-arc/servers/agent-overview>
#[must_use]
pub fn host_facts_of<F: Into<AgentFile>>(
    platform: Platform,
    lookup: impl Fn(&str) -> Option<String>,
    look_for: impl Fn(&str) -> F,
) -> HostFacts {
    let agent = match platform {
        Platform::Linux => Some(LINUX_AGENT.to_owned()),
        // A program of 32 bits is told another folder, and by another variable the one of the agent.
        Platform::Windows => ["ProgramW6432", "ProgramFiles"]
            .into_iter()
            .find_map(|name| lookup(name).filter(|folder| !folder.is_empty()))
            .map(|folder| [folder.trim_end_matches('\\'), r"\", WINDOWS_AGENT].concat()),
        _ => None,
    };
    HostFacts::of(platform).with_arc_agent(agent.map_or(AgentFile::Absent, |path| look_for(&path).into()))
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;

    use managed_identity_core::{AgentFile, HostFacts, Platform};

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
        assert_eq!(host_facts_of(Platform::Windows, |_| None, |_| true).arc_agent, AgentFile::Absent);
    }

    #[test]
    fn a_program_of_32_bits_finds_the_agent_of_64() {
        let lookup = |name: &str| match name {
            "ProgramFiles" => Some(r"C:\Program Files (x86)".to_owned()),
            "ProgramW6432" => Some(r"C:\Program Files".to_owned()),
            _ => None,
        };
        let agent = r"C:\Program Files\AzureConnectedMachineAgent\himds.exe";
        assert_eq!(host_facts_of(Platform::Windows, lookup, |path| path == agent).arc_agent, AgentFile::Present);
    }

    #[test]
    fn who_may_not_look_does_not_know() {
        let facts = host_facts_of(Platform::Linux, |_| None, |_| AgentFile::NotPermitted);
        assert_eq!(facts.arc_agent, AgentFile::NotPermitted);
    }
}
