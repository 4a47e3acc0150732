//! The snapshot of the host as a component sees it: what was passed on to it, and what was granted.

use alloc::string::String;

use managed_identity_core::{AgentFile, DetectionOptions, HostFacts, Platform};

use crate::agent::host_facts_of;
use crate::environment::{environment, variables};
use crate::open;

/// The facts about the host, as far as they show in here: the agent is taken for installed when its program file or its
/// token folder is granted.
#[must_use]
pub fn host_facts() -> HostFacts {
    let platform = platform();
    let facts = host_facts_of(platform, variables(), open::exists);
    let seen = facts.arc_agent == AgentFile::Present;
    facts.with_arc_agent(seen || is_token_folder_granted(platform))
}

/// Whether the folder that Azure Arc's keys would come from, were the agent installed, is itself a grant.
fn is_token_folder_granted(platform: Platform) -> bool {
    let facts = HostFacts::of(platform).with_arc_agent(true);
    let Ok(detection) = managed_identity_core::detect(&environment(), facts, DetectionOptions::default()) else {
        return false;
    };
    detection.source.key_directory().is_some_and(open::is_grant)
}

/// The platform of the host, whose paths the grants have: Windows when `ProgramData` is set or a granted folder is on a
/// drive, Linux otherwise.
#[must_use]
pub fn platform() -> Platform {
    let on_drive = |path: String| path.as_bytes().get(1) == Some(&b':');
    if environment().var("ProgramData").is_some() || open::grants().any(on_drive) {
        Platform::Windows
    } else {
        Platform::Linux
    }
}
