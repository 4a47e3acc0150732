//! Ten broken machines, and what is said of each: the transcript in `docs/operator.md`.

mod broken;
mod parts;

use super::checks;
use super::finding::Verdict;
use super::report;
use broken::{Machine, machines};
use parts::{arc, vm};

const HEADING: &str = "## Ten broken machines\n";
const DOCUMENT: &str = include_str!("../../../../docs/operator.md");

#[test]
fn the_transcript_is_what_the_program_says_of_each_machine() {
    let mut text = String::from(HEADING);
    for Machine { title, facts, failed, warned, exit_code } in machines() {
        let findings = checks::all(&facts);
        let of =
            |verdict| findings.iter().filter(move |it| it.verdict == verdict).map(|it| it.check).collect::<Vec<_>>();
        assert_eq!((of(Verdict::Failed), of(Verdict::Warning)), (failed.to_vec(), warned.to_vec()), "{title}");
        assert_eq!(report::exit_code(&findings), exit_code, "{title}");
        for finding in &findings {
            let needs_mend = matches!(finding.verdict, Verdict::Failed | Verdict::Warning);
            assert_eq!(finding.mend.is_some(), needs_mend, "{title}: {finding:?}");
        }
        text.push_str(&format!(
            "\n### {title}\n\n```text\n{}```\n\nExit code {exit_code}.\n",
            report::text(&findings, false)
        ));
    }
    let committed = DOCUMENT.split_once(HEADING).map(|(_, rest)| format!("{HEADING}{rest}"));
    assert_eq!(committed.as_deref(), Some(text.as_str()), "docs/operator.md has to end so:\n{text}");
}

#[test]
fn nothing_is_said_of_a_healthy_machine_but_that_it_is_one() {
    for facts in [arc(), vm()] {
        let findings = checks::all(&facts);
        assert!(findings.iter().all(|it| matches!(it.verdict, Verdict::Ok | Verdict::NotApplicable)), "{findings:?}");
        assert_eq!(report::exit_code(&findings), 0);
        assert!(report::text(&findings, false).ends_with("Nothing failed.\n"));
        assert!(report::text(&findings, true).contains("\x1b[32mok\x1b[0m"));
    }
}
