//! The environment variables that stand for options: the list in `docs/operator.md`.

use std::collections::BTreeMap;

use clap::{Command, CommandFactory as _};

use crate::arguments::Program;

const DOCUMENT: &str = include_str!("../../docs/operator.md");
const PREFIX: &str = "MANAGED_IDENTITY_";
/// Names that the clients of Azure's services and the simulator have for the same.
const OF_AZURE: [(&str, &str); 2] = [("AZURE_KEYVAULT_URL", "vault"), ("AZURE_STORAGE_URL", "account")];

/// Every variable and its option.
fn variables(command: &Command, found: &mut BTreeMap<String, String>) {
    for argument in command.get_arguments() {
        if let Some(variable) = argument.get_env() {
            let option = argument.get_long().unwrap_or_else(|| panic!("{variable:?} stands for no option"));
            let other = found.insert(variable.to_string_lossy().into_owned(), option.to_owned());
            assert!(other.is_none_or(|it| it == option), "{variable:?} has two meanings");
        }
    }
    command.get_subcommands().for_each(|it| variables(it, found));
}

#[test]
fn the_list_in_the_documentation_is_that_of_the_program() {
    let mut found = BTreeMap::new();
    variables(&Program::command(), &mut found);
    let rows: String = found.iter().map(|(variable, option)| format!("| `{variable}` | `--{option}` |\n")).collect();
    assert!(DOCUMENT.contains(&rows), "docs/operator.md has to have exactly these rows:\n{rows}");
    assert!(!DOCUMENT.contains(&format!("{rows}| ")), "docs/operator.md has more rows than these:\n{rows}");
}

#[test]
fn each_variable_is_named_after_its_option_and_is_for_no_secret_and_no_danger() {
    let mut found = BTreeMap::new();
    variables(&Program::command(), &mut found);
    for (variable, option) in &found {
        let expected = format!("{PREFIX}{}", option.to_ascii_uppercase().replace('-', "_"));
        assert!(*variable == expected || OF_AZURE.contains(&(variable, option)), "{variable} for --{option}");
        for word in ["secret", "token", "header", "body", "password", "dangerous", "simulate"] {
            assert!(!option.contains(word), "{variable} for --{option}");
        }
    }
}
