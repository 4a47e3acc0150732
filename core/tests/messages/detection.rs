//! What is said of the source that applies, and of those that do not.

use managed_identity_core::{AgentFile, DetectionOptions, Environment, HostFacts, Platform, detect};

/// A line for the source, and one for each that was ruled out.
pub(crate) fn reasons() -> Vec<String> {
    let nothing: &[(&str, &str)] = &[];
    let base: &[_] = &[("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:2579")];
    let rows = [
        ("nothing is set", nothing, AgentFile::Absent),
        ("nothing may be looked for", nothing, AgentFile::NotPermitted),
        ("an agent", nothing, AgentFile::Present),
        ("an address that is set, and an agent", base, AgentFile::Present),
    ];
    let mut lines = Vec::new();
    for (title, variables, agent) in rows {
        let value = |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, it)| (*it).to_owned());
        let facts = HostFacts::of(Platform::Linux).with_arc_agent(agent);
        let found = detect(&Environment::from_lookup(value), facts, DetectionOptions::default()).unwrap();
        lines.push(format!("{title}: {} ({})", found.source.kind(), found.source.reason()));
        lines.extend(found.ruled_out.iter().map(|it| format!("not {}: {}", it.kind, it.reason)));
    }
    lines
}
