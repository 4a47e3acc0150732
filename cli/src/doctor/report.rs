//! Findings as a table for people, and as JSON for programs.

use serde::Serialize;
use serde_json::{Map, Value};

use super::finding::{Check, Finding, Verdict};
use crate::json::json_line;
use crate::mender::Mender;

/// Where the evidence begins.
const INDENT: &str = "                            ";
/// As wide as nearly every terminal, also one beside another.
const WIDTH: usize = 110;

/// The table, a line or more for each finding, and a summary.
pub(super) fn text(findings: &[Finding], colour: bool) -> String {
    let mut text = String::new();
    for finding in findings {
        let name = finding.check.as_str().replace('_', " ");
        let word = word(finding.verdict);
        let head = format!("{name:<16} {word:<10} ");
        let painted = if colour { head.replacen(word, &paint(finding.verdict, word), 1) } else { head };
        let lines = textwrap::wrap(&finding.evidence, options());
        push(&mut text, &painted, &lines);
        if let Some(mend) = &finding.mend {
            let lines = textwrap::wrap(mend, options());
            push(&mut text, &format!("{:<16} {:<10} ", "", "  mend:"), &lines);
        }
    }
    text.push_str(&summary(findings));
    text
}

fn push(text: &mut String, head: &str, lines: &[std::borrow::Cow<'_, str>]) {
    for (number, line) in lines.iter().enumerate() {
        text.push_str(if number == 0 { head } else { INDENT });
        text.push_str(line);
        text.push('\n');
    }
}

fn options() -> textwrap::Options<'static> {
    textwrap::Options::new(WIDTH - INDENT.len()).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation)
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failed => "FAILED",
        Verdict::NotApplicable => "-",
    }
}

fn paint(verdict: Verdict, word: &str) -> String {
    let colour = match verdict {
        Verdict::Ok => "32",
        Verdict::Warning => "33",
        Verdict::Failed => "1;31",
        Verdict::NotApplicable => return word.to_owned(),
    };
    format!("\x1b[{colour}m{word}\x1b[0m")
}

fn summary(findings: &[Finding]) -> String {
    let count = |verdict| findings.iter().filter(|it| it.verdict == verdict).count();
    let warnings = match count(Verdict::Warning) {
        0 => String::new(),
        1 => " 1 warning.".to_owned(),
        many => format!(" {many} warnings."),
    };
    match (first_failed(findings), count(Verdict::Failed)) {
        (None, _) => format!("Nothing failed.{warnings}\n"),
        (Some(_), 1) => format!("1 check failed.{warnings}\n"),
        (Some(first), many) => format!(
            "{many} checks failed.{warnings} Begin with {}, the first of them: the others may follow from it.\n",
            first.0.as_str().replace('_', " ")
        ),
    }
}

fn first_failed(findings: &[Finding]) -> Option<(Check, Mender)> {
    findings.iter().find_map(|it| Some((it.check, it.mender?)))
}

/// That of who can mend the first check that failed; 0 when none did.
pub(super) fn exit_code(findings: &[Finding]) -> u8 {
    first_failed(findings).map_or(0, |(_, mender)| mender.exit_code())
}

#[derive(Serialize)]
struct Document<'a> {
    verdict: &'static str,
    exit_code: u8,
    findings: Vec<Row<'a>>,
}

/// A finding: always the same members, null where they do not apply.
#[derive(Serialize)]
struct Row<'a> {
    check: &'static str,
    verdict: &'static str,
    evidence: &'a str,
    mend: Option<&'a str>,
    /// Who can mend it, as a word.
    fault: Option<&'static str>,
    /// What the token claims.
    claims: Option<&'a Map<String, Value>>,
}

/// All findings as one JSON object.
pub(super) fn json(findings: &[Finding]) -> String {
    let worst = [Verdict::Failed, Verdict::Warning].into_iter();
    let worst = worst.into_iter().find(|verdict| findings.iter().any(|it| it.verdict == *verdict));
    json_line(&Document {
        verdict: worst.unwrap_or(Verdict::Ok).as_str(),
        exit_code: exit_code(findings),
        findings: findings.iter().map(Row::from).collect(),
    })
}

impl<'a> From<&'a Finding> for Row<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            check: finding.check.as_str(),
            verdict: finding.verdict.as_str(),
            evidence: &finding.evidence,
            mend: finding.mend.as_deref(),
            fault: finding.mender.map(Mender::as_str),
            claims: finding.claims.as_ref().map(crate::claims::Claims::members),
        }
    }
}
