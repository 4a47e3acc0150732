//! Developer tools, and where they are.

use crate::doctor::facts::Facts;
use crate::doctor::finding::{Check, Finding};

pub(super) fn check(facts: &Facts) -> Finding {
    let found =
        facts.tools.iter().filter_map(|tool| Some(format!("{} is {}", tool.name, tool.path.as_ref()?.display())));
    let found: Vec<String> = found.collect();
    if found.is_empty() {
        let names: Vec<_> = facts.tools.iter().map(|tool| tool.name).collect();
        return Check::Tools.not_applicable(format!("none of {} is in an absolute folder of PATH", names.join(", ")));
    }
    Check::Tools.ok(found.join(", "))
}
