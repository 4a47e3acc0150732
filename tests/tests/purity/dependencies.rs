//! What the core is made of, on every platform: `tests/core-dependencies.txt`, and nothing else.

use std::collections::BTreeSet;

use crate::command::{cargo, output_of, workspace};

/// What a list and the crates really there disagree about, one line each.
fn differences(allowed: &str, tree: &str) -> Vec<String> {
    let names = |text: &str| -> BTreeSet<String> {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_whitespace().next())
            .map(str::to_owned)
            .collect()
    };
    let (allowed, present) = (names(allowed), names(tree));
    let extra = present.difference(&allowed).map(|name| format!("{name} is not in the list"));
    let gone = allowed.difference(&present).map(|name| format!("{name} is in the list but not in the tree"));
    extra.chain(gone).collect()
}

fn allowed() -> String {
    std::fs::read_to_string(workspace().join("tests/core-dependencies.txt")).expect("the list exists")
}

/// What the feature `http` adds.
const WITH_HTTP: &str = "bytes\nhttp\n";

fn tree(features: &[&str]) -> String {
    let options = ["-p", "managed-identity-core", "-e", "normal", "--target", "all", "--prefix", "none"];
    output_of(cargo(&workspace(), "tree").args(options).args(features))
}

fn bare_tree() -> String {
    tree(&["--no-default-features"])
}

#[test]
fn the_core_depends_on_the_listed_crates_only() {
    assert_eq!(differences(&allowed(), &bare_tree()), Vec::<String>::new());
    assert_eq!(differences(&(allowed() + WITH_HTTP), &tree(&[])), Vec::<String>::new());
}

#[test]
fn a_new_dependency_is_found() {
    let tree = bare_tree() + "tokio v1.0.0\n";
    assert_eq!(differences(&allowed(), &tree), ["tokio is not in the list"]);
}

#[test]
fn a_dependency_that_went_away_is_found() {
    let allowed = allowed() + "tokio\n";
    assert_eq!(differences(&allowed, &bare_tree()), ["tokio is in the list but not in the tree"]);
}
