//! The commands that the pages show are understood by the program. Those that need nothing but a simulated source are run.

use std::path::Path;
use std::process::Command;

use crate::support::{Outcome, program};

const PAGES: [(&str, &str); 6] = [
    ("README.md", include_str!("../../../README.md")),
    ("docs/azure-arc.md", include_str!("../../../docs/azure-arc.md")),
    ("docs/compare.md", include_str!("../../../docs/compare.md")),
    ("docs/errors.md", include_str!("../../../docs/errors.md")),
    ("docs/first-token.md", include_str!("../../../docs/first-token.md")),
    ("docs/testing.md", include_str!("../../../docs/testing.md")),
];

/// What counts of a page: the lines of shell blocks that begin with the program, the lines `> ...`, and where a part begins.
enum Line<'a> {
    Command(&'a str),
    Heading,
    Quote(&'a str),
}

fn lines(page: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut in_shell = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_shell = line == "```sh";
        } else if in_shell && line.starts_with("managed-identity ") {
            found.push(Line::Command(line));
        } else if !in_shell && line.starts_with('#') {
            found.push(Line::Heading);
        } else if let Some(quote) = line.strip_prefix("> ") {
            found.push(Line::Quote(quote));
        }
    }
    found
}

fn is_simulated(command: &str) -> bool {
    command.contains(" --simulate ") || command.contains(" simulate run ")
}

/// The exit code that a page tells in a comment; success where it tells none.
fn expected_code(command: &str) -> i32 {
    command.split_once("# exit code ").map_or(0, |(_, code)| code.parse().unwrap())
}

/// What a shell makes of a line, with the program in its path.
fn in_shell(line: &str) -> Outcome {
    let ours = program(&[]);
    let folder = Path::new(ours.get_program()).parent().unwrap();
    let mut command = Command::new("bash");
    for (name, value) in ours.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    Outcome::of({
        command.args(["-c", line]).env("PATH", path.unwrap()).stdin(std::process::Stdio::null());
        command
    })
}

/// The same command, asked for its help: arguments that it does not know are an error all the same.
fn asking_for_help(line: &str) -> String {
    let (ours, theirs) = line.split_once(" -- ").map_or((line, ""), |(ours, theirs)| (ours, theirs));
    let ours = ours.split_once(" #").map_or(ours, |(ours, _)| ours);
    if theirs.is_empty() { format!("{ours} --help") } else { format!("{ours} --help -- {theirs}") }
}

#[test]
fn every_command_is_understood() {
    for (name, page) in PAGES {
        for line in lines(page) {
            if let Line::Command(line) = line
                && !is_simulated(line)
            {
                let outcome = in_shell(&asking_for_help(line));
                assert_eq!(outcome.code, 0, "{name}: {line}\n{}", outcome.stderr);
            }
        }
    }
}

/// With the exit code that the page tells. What a part of a page quotes is what its failures tell, one after the other.
#[cfg(feature = "azure")]
#[test]
fn every_simulated_command_does_what_the_page_says() {
    for (name, page) in PAGES {
        let mut failures = std::collections::VecDeque::new();
        for line in lines(page) {
            match line {
                Line::Command(line) if is_simulated(line) => {
                    let outcome = in_shell(line);
                    assert_eq!(outcome.code, expected_code(line), "{name}: {line}\n{outcome:?}");
                    if outcome.code != 0 {
                        failures.push_back(outcome.stderr);
                    }
                }
                Line::Command(_) => {}
                Line::Heading => failures.clear(),
                Line::Quote(quote) => {
                    if let Some(told) = failures.pop_front() {
                        assert!(quote.split("...").all(|part| told.contains(part.trim())), "{name}: {quote}\n{told}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_argument_that_is_not_known_is_found() {
    for line in ["managed-identity token --sauce imds", "managed-identity exec --secrets A=b/c -- psql"] {
        assert_eq!(in_shell(&asking_for_help(line)).code, 2, "{line}");
    }
}
