//! `detect --credential`: the members of the chain, each with its verdict as far as it can be told without asking.

use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use managed_identity_core::{Chain, ChainOptions, Error, Member, Verdict};
use serde::Serialize;

use crate::arguments::{DetectArguments, DetectFormat};
use crate::failure::Failure;
use crate::json::json_line;
use crate::options::CredentialChoice;
use crate::output::print;

pub(crate) fn execute(choice: CredentialChoice, arguments: &DetectArguments) -> Result<(), Failure> {
    let mut options = ChainOptions::default().detection(arguments.remote_arc.options());
    if let CredentialChoice::Only(kind) = choice {
        options = options.only([kind]);
    }
    let (environment, facts) = (managed_identity_fs::environment(), managed_identity_fs::host_facts());
    let chain = Chain::of(&environment, facts, &options).map_err(Error::from)?;
    let path = env::var_os("PATH").unwrap_or_default();
    let rows: Vec<Row> = chain.members().iter().map(|member| Row::of(member, &path)).collect();
    let text = match arguments.output {
        DetectFormat::Text => text(&rows),
        DetectFormat::Json => json_line(&Document { members: rows }),
    };
    print(text.as_bytes())
}

#[derive(Serialize)]
struct Document {
    members: Vec<Row>,
}

/// What is told of a member: always the same members, null where they do not apply.
#[derive(Serialize)]
struct Row {
    #[serde(skip)]
    name: String,
    credential: &'static str,
    /// Null for one that has to be asked.
    verdict: Option<&'static str>,
    reason: String,
    next_step: Option<&'static str>,
    source: Option<&'static str>,
    endpoint: Option<String>,
    program: Option<PathBuf>,
}

impl Row {
    fn of(member: &Member, path: &OsString) -> Self {
        let program = managed_identity_fs::find_program(member.programs(), path);
        let source = member.source();
        let (verdict, reason, next_step) = match (member.error(), source) {
            (Some(error), _) => (error.verdict, error.reason.clone(), Some(error.next_step)),
            (None, Some(source)) => (None, source.reason().to_owned(), None),
            (None, None) if program.is_some() => (None, "the tool is installed".to_owned(), None),
            (None, None) => {
                let names = member.programs().join(" and ");
                let reason = format!("{names} is in no absolute folder of PATH");
                (Some(Verdict::NotHere), reason, Some("install the tool, or see that its folder is in PATH"))
            }
        };
        Self {
            name: member.kind().to_string(),
            credential: member.kind().as_str(),
            verdict: verdict.map(Verdict::as_str),
            reason,
            next_step,
            source: source.map(|it| it.kind().as_str()),
            endpoint: source.map(|it| it.endpoint().without_query().to_owned()),
            program,
        }
    }
}

fn text(rows: &[Row]) -> String {
    let mut text = String::from("The chain of credentials, in the order in which they are tried\n");
    for row in rows {
        let verdict = row.verdict.map_or("to be asked".to_owned(), |it| it.replace('-', " "));
        let at = row.endpoint.clone().or(row.program.as_deref().map(Path::display).map(|it| it.to_string()));
        let at = at.map(|it| format!(" ({it})")).unwrap_or_default();
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "  {:<20} {verdict}: {}{at}", row.name, row.reason);
    }
    text.push_str("No request was sent, and no program was run.\n");
    text
}
