//! What the peers decide.

use std::process::Command;

use serde::Deserialize;

use super::place::Place;
use crate::RESOURCE;
use crate::peer::{self, NODE, PYTHON};

pub(crate) const NOBODY: &str = "nobody";
pub(crate) const NOT_MADE: &str = "not made";
/// How long a tool may take, for everybody who sets a limit: longer than on the busiest machine.
pub(crate) const TOOL_SECONDS: u64 = 60;

/// The decision to end the chain with this member.
pub(crate) fn refused(member: &str) -> String {
    format!("{member} refused")
}

/// What somebody decided, and in which words.
pub(crate) struct Report {
    pub(crate) version: String,
    pub(crate) decision: String,
    pub(crate) said: String,
}

/// What a peer's program prints.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    version: String,
    not_made: Option<String>,
    /// Those that were asked.
    #[serde(default)]
    members: Vec<Member>,
    /// How many there are.
    #[serde(default)]
    length: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    name: String,
    became: String,
    said: String,
}

/// Has the default credential of this peer ask for a token.
pub(crate) fn ask(name: &str, place: &Place) -> Report {
    let (interpreter, program) = match name {
        "azure.identity" => (PYTHON, "python/chain_client.py"),
        _ => (NODE, "node/chain.mjs"),
    };
    let interpreter = peer::interpreter(interpreter);
    let output = Command::new(&interpreter)
        .current_dir(peer::folder())
        .args([program, RESOURCE, &TOOL_SECONDS.to_string()])
        .env_clear()
        .envs(&place.variables)
        .output()
        .unwrap_or_else(|error| panic!("cannot start {}: {error}", interpreter.display()));
    let line = output.stdout.split(|&byte| byte == b'\n').find(|line| line.starts_with(b"{"));
    let answer: Answer = line.and_then(|line| serde_json::from_slice(line).ok()).unwrap_or_else(|| {
        panic!("{program} ended ({}) without an answer:\n{}", output.status, String::from_utf8_lossy(&output.stderr))
    });
    Report { decision: decision(&answer), said: said(&answer), version: answer.version }
}

fn decision(answer: &Answer) -> String {
    if answer.not_made.is_some() {
        return NOT_MADE.to_owned();
    }
    match answer.members.last() {
        Some(last) if last.became == "token" => kebab(&last.name),
        // One member alone ends with its own error, whatever that is.
        Some(last) if last.became == "failed" && answer.length > 1 => refused(&kebab(&last.name)),
        _ => NOBODY.to_owned(),
    }
}

/// Our name of a member.
fn kebab(class: &str) -> String {
    let name = class.trim_start_matches("createDefault").trim_end_matches("Credential");
    let mut kebab = String::new();
    for letter in name.replace("PowerShell", "Powershell").chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

fn said(answer: &Answer) -> String {
    let members = answer.members.iter().map(|it| format!("  {}: {}: {}\n", it.name, it.became, it.said));
    members.chain(answer.not_made.clone()).collect()
}
