//! Answers for programs.

use serde::Serialize;

/// The value as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    // Structs of texts and numbers can always be written as JSON.
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}
