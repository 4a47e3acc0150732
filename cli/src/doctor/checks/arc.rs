//! What Azure Arc needs on this machine: the agent, the group, the folder of its keys, and nothing that keeps them away.

use managed_identity_core::{AgentFile, SourceKind};

use crate::doctor::facts::{Facts, FolderState, Group, Reach, Service};
use crate::doctor::finding::{Check, Finding};
use crate::mender::Mender;

fn is_arc(facts: &Facts) -> bool {
    facts.endpoint.as_ref().is_some_and(|endpoint| endpoint.kind == SourceKind::AzureArc)
}

fn elsewhere(check: Check) -> Finding {
    check.not_applicable("the source is not Azure Arc")
}

/// Whether the agent is installed and its service runs.
pub(super) fn agent(facts: &Facts) -> Finding {
    if !is_arc(facts) {
        return elsewhere(Check::Agent);
    }
    let answers = facts.endpoint.as_ref().is_some_and(|it| matches!(it.reach, Reach::Answered { .. }));
    match (facts.arc.agent, facts.arc.service) {
        (AgentFile::Absent, _) if facts.is_container => {
            Check::Agent.not_applicable("this is a container, which does not see the agent of its host")
        }
        (AgentFile::Absent, _) if answers => {
            Check::Agent.ok("the agent's program is not here, and its endpoint answers all the same")
        }
        (AgentFile::Absent, _) => Check::Agent.failed(
            Mender::Host,
            "the environment points at Azure Arc, but its agent is not installed here",
            "connect the machine with azcmagent connect, or unset IDENTITY_ENDPOINT and IMDS_ENDPOINT",
        ),
        (_, Service::Running) => Check::Agent.ok("the service himdsd runs"),
        (_, Service::Unknown) => {
            Check::Agent.ok("the agent is installed; whether its service runs cannot be seen here")
        }
        (_, Service::Stopped) if answers => Check::Agent
            .ok("the service himdsd is not seen among those of systemd, and its endpoint answers all the same"),
        (_, Service::Stopped) => Check::Agent.failed(
            Mender::Host,
            "the agent is installed, but its service himdsd does not run",
            "systemctl start himdsd; if it does not stay up, see journalctl -u himdsd",
        ),
    }
}

/// Whether this very process is in the group of those who may read the keys.
pub(super) fn group(facts: &Facts) -> Finding {
    if !is_arc(facts) {
        return elsewhere(Check::Group);
    }
    let user = &facts.arc.user;
    let failed = |evidence: String, mend: String| {
        if facts.token.is_there() {
            Check::Group.warning(evidence, mend)
        } else {
            Check::Group.failed(Mender::Host, evidence, mend)
        }
    };
    match facts.arc.group {
        Some(Group::Root) => Check::Group.ok("this process is root's, which may read the keys"),
        Some(Group::Member) => Check::Group.ok(format!("this process of {user} is in the group himds")),
        Some(Group::OnlyListed) => failed(
            format!(
                "{user} is in the group himds, but this process is not: it began before that, or without its groups"
            ),
            "sign in again, or restart the service that runs it; in systemd, SupplementaryGroups=himds".to_owned(),
        ),
        Some(Group::NotMember) => failed(
            format!("this process of {user} is not in the group himds, which may read the agent's keys"),
            format!("usermod -aG himds {user}, then sign in again or restart the service"),
        ),
        Some(Group::Nonexistent) => Check::Group.not_applicable("there is no group himds here"),
        None => Check::Group.not_applicable("groups are not looked at on this system"),
    }
}

/// Whether the folder of the keys can be entered.
pub(super) fn key_folder(facts: &Facts) -> Finding {
    let Some(folder) = facts.arc.folder.as_ref().filter(|_| is_arc(facts)) else { return elsewhere(Check::KeyFolder) };
    let path = &folder.path;
    let failed = |evidence: String, mend: &str| Check::KeyFolder.failed(Mender::Host, evidence, mend);
    match folder.state {
        FolderState::Open => Check::KeyFolder.ok(format!("{path} can be entered")),
        FolderState::Missing if facts.is_container => failed(
            format!("{path} is not in this container"),
            "mount it for reading: -v /var/opt/azcmagent/tokens:/var/opt/azcmagent/tokens:ro, with the group himds of the host",
        ),
        FolderState::Missing => failed(
            format!("{path} does not exist"),
            "see with azcmagent show that the machine is connected; if the folder was moved, name it with --key-directory",
        ),
        FolderState::Closed => failed(
            format!("this process may not enter {path}"),
            "join the group himds (see group); if that is so already, see who the folder belongs to",
        ),
        FolderState::Link => failed(
            format!("{path} is a link, which is never followed"),
            "name the folder that it leads to with --key-directory or MANAGED_IDENTITY_KEY_DIRECTORY",
        ),
        FolderState::NotAFolder => failed(format!("{path} is no folder"), "see who made it, and reinstall the agent"),
    }
}

/// Whether SELinux or AppArmor may keep the keys away.
pub(super) fn confinement(facts: &Facts) -> Finding {
    if !is_arc(facts) {
        return elsewhere(Check::Confinement);
    }
    match &facts.arc.confined_by {
        None => Check::Confinement.ok("neither SELinux nor AppArmor confines this process"),
        Some(name) if facts.token.is_there() => {
            Check::Confinement.ok(format!("{name} confines this process, and lets it"))
        }
        Some(name) => Check::Confinement.warning(
            format!("{name} confines this process, and may keep the agent's keys from it"),
            "look for refusals: ausearch -m avc -ts recent, or journalctl -k | grep -i apparmor",
        ),
    }
}
