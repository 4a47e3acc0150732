//! `detect`: tells which source applies here, the evidence for it, and what was ruled out.

use std::fmt::Write as _;

use managed_identity_core::{Detection, Error, SourceKind};
use serde::Serialize;

use crate::arguments::{DetectArguments, DetectFormat};
use crate::failure::Failure;
use crate::json::json_line;
use crate::output::print;

pub(crate) fn execute(arguments: &DetectArguments) -> Result<(), Failure> {
    let detection = managed_identity_fs::detect(arguments.remote_arc.options()).map_err(Error::from)?;
    let text = match arguments.output {
        DetectFormat::Text => text(&detection),
        DetectFormat::Json => json_line(&DetectionDocument::from(&detection)),
    };
    print(text.as_bytes())?;
    match arguments.expect {
        Some(expected) if expected != detection.source.kind() => Err(unexpected(expected, &detection)),
        _ => Ok(()),
    }
}

fn unexpected(expected: SourceKind, detection: &Detection) -> Failure {
    let found = &detection.source;
    let ruled_out = detection.ruled_out.iter().find(|it| it.kind == expected);
    let why_not = ruled_out.map(|it| format!(", and {}", it.reason)).unwrap_or_default();
    Failure::Usage {
        message: format!(
            "{expected} was expected, and {} was found, because {}{why_not}",
            found.kind(),
            found.reason()
        ),
        next_step: "set what that source needs, or unset what leads to the other one",
    }
}

fn text(detection: &Detection) -> String {
    let source = &detection.source;
    let mut text = format!("{} ({})\n", source.kind(), source.kind().as_str());
    let mut row = |name: &str, value: &str| {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "  {name:<11} {value}");
    };
    row("because", source.reason());
    for note in source.notes() {
        row("note", &note.to_string());
    }
    row("endpoint", &source.endpoint().to_string());
    if let Some(folder) = source.key_directory() {
        row("key folder", folder);
    }
    if let Some(file) = source.federated_token_file() {
        row("token file", file);
    }
    if !detection.ruled_out.is_empty() {
        text.push_str("Ruled out\n");
    }
    for ruled_out in &detection.ruled_out {
        let _ = writeln!(text, "  {}: {}", ruled_out.kind, ruled_out.reason);
    }
    text.push_str("No request was sent.\n");
    text
}

#[derive(Serialize)]
struct DetectionDocument<'a> {
    source: &'static str,
    reason: &'static str,
    endpoint: String,
    key_directory: Option<&'a str>,
    federated_token_file: Option<&'a str>,
    /// What was noticed and is not acted upon.
    notes: Vec<String>,
    ruled_out: Vec<RuledOutDocument<'a>>,
}

#[derive(Serialize)]
struct RuledOutDocument<'a> {
    source: &'static str,
    reason: &'a str,
}

impl<'a> From<&'a Detection> for DetectionDocument<'a> {
    fn from(detection: &'a Detection) -> Self {
        let source = &detection.source;
        let ruled_out = detection.ruled_out.iter();
        Self {
            source: source.kind().as_str(),
            reason: source.reason(),
            endpoint: source.endpoint().to_string(),
            key_directory: source.key_directory(),
            federated_token_file: source.federated_token_file(),
            notes: source.notes().iter().map(ToString::to_string).collect(),
            ruled_out: ruled_out.map(|it| RuledOutDocument { source: it.kind.as_str(), reason: &it.reason }).collect(),
        }
    }
}
