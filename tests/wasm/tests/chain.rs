//! The component `machine-chain` in Python: the vectors of chains, in memory, and what no vector says.
//!
//! `scripts/test-wasm.sh` installs what it needs. Without it `MANAGED_IDENTITY_ELSEWHERE` is unset and nothing is played.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use managed_identity_tests::files;
use managed_identity_wasm_tests::artifacts::Artifacts;
use serde_json::Value;

fn python() -> Option<Command> {
    if std::env::var_os("MANAGED_IDENTITY_ELSEWHERE").is_none() {
        println!("Python, machine-chain: not asked for");
        return None;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let mut python = Command::new(folder.join(".venv/bin/python"));
    python.current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
    Some(python)
}

fn vector_files() -> Vec<PathBuf> {
    let files = std::fs::read_dir(files::folder().join("chain")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|it| it == "json")).collect()
}

#[test]
fn the_vectors_of_chains_are_met_by_machine_chain_in_python() {
    let Some(mut python) = python() else { return };
    let component = Artifacts::of_project().path("machine-chain");
    let output = python.arg("chain_vectors.py").arg(component).args(vector_files()).output().unwrap();
    let (mut met, mut failures) = (0, Vec::new());
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let played: Value = serde_json::from_str(line).unwrap();
        match played["difference"].as_str() {
            None => met += 1,
            Some(difference) => failures.push(format!("{}: {difference}", played["name"])),
        }
    }
    println!("{met} vectors of chains met by machine-chain in Python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(failures.is_empty(), "{} vectors are not met:\n{}", failures.len(), failures.join("\n"));
    assert!(met >= 400, "only {met} vectors were played");
}

#[test]
fn what_no_vector_says_is_so_in_python() {
    let Some(mut python) = python() else { return };
    let component = Artifacts::of_project().path("machine-chain");
    let status = python.args(["-m", "unittest", "test_chain"]).env("MACHINE_CHAIN", component).status().unwrap();
    assert!(status.success());
}
