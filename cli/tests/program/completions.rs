//! Completion scripts, by asking the shells themselves, and man pages.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::{Outcome, program};

/// What is typed, and what has to be among the answers.
const QUESTIONS: [(&str, &str); 7] = [
    ("", "token"),
    ("token --outp", "--output"),
    ("token --output ", "header"),
    ("secret sho", "show"),
    ("helper kube", "kubectl"),
    ("helper git --cred", "--credential"),
    ("simulate run --key-vault-s", "--key-vault-secret"),
];

fn script(shell: &str, folder: &Path) -> String {
    let path = folder.join("script");
    std::fs::write(&path, Outcome::of(program(&["completions", shell])).success()).unwrap();
    path.to_string_lossy().into_owned()
}

/// Whether the shell is on this machine.
fn is_here(shell: &str) -> bool {
    let is_here = Command::new(shell).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !is_here {
        println!("left out: there is no {shell} here");
    }
    is_here
}

fn asked(shell: &str, arguments: &[&str]) -> String {
    // A shell that waits for more is ended.
    let mut command = Command::new("timeout");
    command.args(["20", shell]).args(arguments).stdin(Stdio::null());
    Outcome::of(command).success()
}

#[test]
fn bash_completes_after_every_command() {
    let folder = TempDir::new().unwrap();
    let script = script("bash", folder.path());
    for (typed, expected) in QUESTIONS {
        let ask = format!(
            r#"source {script}
            COMP_WORDS=(managed-identity {typed}); [[ "{typed}" =~ (^|\ )$ ]] && COMP_WORDS+=("")
            COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
            complete=$(complete -p managed-identity); function=${{complete#*-F }}; function=${{function%% *}}
            $function managed-identity "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
            printf '%s\n' "${{COMPREPLY[@]}}""#
        );
        let answers = asked("bash", &["--norc", "-c", &ask]);
        assert!(answers.lines().any(|it| it == expected), "{typed:?}: {answers}");
    }
}

#[test]
fn fish_completes_after_every_command() {
    if !is_here("fish") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let script = script("fish", folder.path());
    for (typed, expected) in QUESTIONS {
        let ask = format!("source {script}; complete -C 'managed-identity {typed}'");
        let answers = asked("fish", &["--no-config", "-c", &ask]);
        assert!(answers.lines().any(|it| it.split('\t').next() == Some(expected)), "{typed:?}: {answers}");
    }
}

#[test]
fn zsh_completes_after_every_command() {
    if !is_here("zsh") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let script = script("zsh", folder.path());
    // A list is shown where there is a choice; what is one is put into the line.
    for (typed, expected) in QUESTIONS.into_iter().filter(|(typed, _)| !typed.is_empty() && !typed.ends_with(' ')) {
        let ask = format!(
            r#"zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "autoload -U compinit; compinit -u -D; source {script}; echo LOA''DED"
            zpty -r shell seen '*LOADED*'
            zpty -w -n shell 'managed-identity {typed}'$'\t'
            zpty -r shell seen '*{expected}*' && echo completed"#
        );
        assert_eq!(asked("zsh", &["-f", "-c", &ask]), "completed\n", "{typed:?}");
    }
}

#[test]
fn each_command_has_a_man_page() {
    let folder = TempDir::new().unwrap();
    let mut command = program(&["manual"]);
    command.arg(folder.path());
    assert_eq!(Outcome::of(command).success(), "");
    for (page, words) in [
        ("managed-identity", "Exit codes"),
        ("managed-identity-token", "access_token"),
        ("managed-identity-doctor", "nothing failed"),
        ("managed-identity-helper-git", "git config"),
        ("managed-identity-simulate-run", "Faults"),
    ] {
        let text = std::fs::read_to_string(folder.path().join(format!("{page}.1"))).unwrap();
        let heading = format!(".TH {page} 1  \"managed-identity {}\"", env!("CARGO_PKG_VERSION"));
        assert!(text.contains(&heading) && text.contains(words), "{heading} or {words} is not in {page}:\n{text}");
    }
    assert_eq!(Outcome::of(program(&["manual", "/no/such/folder"])).code, 2);
}
