//! Which source of tokens applies here, and what points at another one.

use managed_identity_core::Note;

use crate::doctor::facts::{Facts, SourceFacts};
use crate::doctor::finding::{Check, Finding};

pub(super) fn check(facts: &Facts) -> Finding {
    match &facts.source {
        SourceFacts::Unusable(problem) => {
            let mend = problem.next_step.clone().unwrap_or_else(|| "see managed-identity detect".to_owned());
            Check::Source.failed(problem.mender, &problem.message, mend)
        }
        SourceFacts::Found { kind, reason, notes } => {
            let found = format!("{kind}, because {reason}");
            // The check of the environment has a word about the client id.
            let mut notes = notes.iter().filter(|note| !matches!(note, Note::UnusedClientId)).map(ToString::to_string);
            match notes.next() {
                None => Check::Source.ok(found),
                Some(note) => Check::Source.warning(
                    notes.fold(format!("{found}. {note}"), |text, note| format!("{text}. {note}")),
                    "if another source is meant, give it what is missing; else unset what is left of it",
                ),
            }
        }
        SourceFacts::Chain { members } => {
            let lines = members.iter().map(|member| match &member.ruled_out {
                Some(reason) => format!("{}: {reason}", member.name),
                None => format!("{}: to be asked", member.name),
            });
            let text = format!("a chain. {}", lines.collect::<Vec<_>>().join(". "));
            if members.iter().any(|member| member.ruled_out.is_none()) {
                Check::Source.ok(text)
            } else {
                Check::Source.failed(
                    crate::mender::Mender::Caller,
                    text,
                    "configure one of these credentials, or choose another chain with AZURE_TOKEN_CREDENTIALS",
                )
            }
        }
    }
}
