//! The same components, unchanged, in hosts of other languages: Node through jco, Python through the package `wasmtime`.
//!
//! `scripts/test-wasm.sh` installs what they need. Without it, `MANAGED_IDENTITY_ELSEWHERE` is unset and nothing is played.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use managed_identity_tests::files;
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::elsewhere::{self, Host};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn component(world: &str) -> PathBuf {
    Artifacts::of_project().path(world)
}

/// Vectors that Node's HTTP client, in the shim, does not let the component meet: it joins several `WWW-Authenticate`
/// headers into one, and does not hang up on an answer that nobody reads on.
const NOT_IN_NODE: [&str; 2] = ["arc-challenge-two-headers-of-which-one-is-ours", "answer-of-ten-mebibytes"];

async fn play(name: &str, exceptions: &[&str], command: &mut Command) {
    if std::env::var_os("MANAGED_IDENTITY_ELSEWHERE").is_none() {
        println!("{name}: not asked for");
        return;
    }
    let mut host = Host::start(command).unwrap();
    let (mut met, mut failures) = (BTreeMap::<String, u32>::new(), Vec::new());
    for (file, vector) in files::all().unwrap() {
        if !elsewhere::applies(&vector) || exceptions.contains(&vector.name.as_str()) {
            continue;
        }
        let source = vector.detected.map_or("none", |kind| kind.as_str()).to_owned();
        let vector_name = vector.name.clone();
        match host.play(vector).await {
            Ok(()) => *met.entry(source).or_default() += 1,
            Err(difference) => failures.push(format!("{file}, {vector_name}: {difference}")),
        }
        assert!(failures.len() < 10, "vectors are not met in {name}:\n{}", failures.join("\n"));
    }
    println!("{} vectors met in {name}: {met:?}, all but {exceptions:?}", met.values().sum::<u32>());
    assert!(failures.is_empty(), "{} vectors are not met in {name}:\n{}", failures.len(), failures.join("\n"));
    for source in ["app-service", "azure-arc", "cloud-shell", "imds", "machine-learning"] {
        assert!(met.contains_key(source), "no vector of {source} was played in {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_are_met_by_self_contained_in_node() {
    let mut node = Command::new("node");
    play(
        "Node, self-contained",
        &NOT_IN_NODE,
        node.arg(folder("node/self-contained.mjs")).arg(component("self-contained")),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_are_met_by_self_contained_in_python() {
    let mut python = Command::new(folder("python/.venv/bin/python"));
    let command = python.arg(folder("python/host.py")).arg("self-contained").arg(component("self-contained"));
    play("Python, self-contained", &[], command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_are_met_by_effects_in_python() {
    let mut python = Command::new(folder("python/.venv/bin/python"));
    let command = python.arg(folder("python/host.py")).arg("effects").arg(component("effects"));
    play("Python, effects", &[], command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_are_met_by_machine_in_node() {
    let mut node = Command::new("node");
    play("Node, machine", &[], node.arg(folder("node/machine.mjs")).arg(component("machine"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_are_met_by_machine_in_python() {
    let mut python = Command::new(folder("python/.venv/bin/python"));
    let command = python.arg(folder("python/host.py")).arg("machine").arg(component("machine"));
    play("Python, machine", &[], command).await;
}
