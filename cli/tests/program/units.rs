//! The units for systemd that a release has.

use crate::support::{Outcome, program};

const OPERATOR: &str = include_str!("../../../docs/operator.md");
const SERVE: &str = include_str!("../../systemd/managed-identity-serve.service");
const WATCH: &str = include_str!("../../systemd/managed-identity-watch.service");

#[test]
fn the_page_for_operators_shows_the_unit_of_serve() {
    assert!(OPERATOR.contains(&format!("```ini\n{SERVE}```\n")));
}

#[test]
fn what_the_units_run_is_understood() {
    for unit in [SERVE, WATCH] {
        let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/managed-identity ")).unwrap();
        // What comes before help is read, and refused where it is not understood.
        let ours = command.split(" -- ").next().unwrap();
        let mut arguments: Vec<&str> = ours.split(' ').collect();
        arguments.push("--help");
        assert!(Outcome::of(program(&arguments)).success().contains("Usage:"), "{command}");
        arguments.insert(1, "--no-such-option");
        assert_eq!(Outcome::of(program(&arguments)).code, 2);
    }
}

#[cfg(unix)]
#[test]
fn the_hook_of_watch_hands_the_message_to_the_journal() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let logger = folder.path().join("logger");
    std::fs::write(&logger, "#!/bin/sh\nprintf '%s|' \"$@\"\n").unwrap();
    std::fs::set_permissions(&logger, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (_, hook) = WATCH.lines().find_map(|line| line.strip_prefix("ExecStart=")?.split_once(" -- ")).unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", &hook.replace("$$", "$")])
        .env("PATH", format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap()))
        .env("MANAGED_IDENTITY_STATE", "failed")
        .env("MANAGED_IDENTITY_MESSAGE", "no answer; \"x\"")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "-t|identity|failed: no answer; \"x\"|");
}
