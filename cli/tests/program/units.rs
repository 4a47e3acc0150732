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
