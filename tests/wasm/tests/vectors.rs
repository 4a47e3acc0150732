//! Every vector that applies, through the real component in wasmtime.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::BTreeMap;

use managed_identity_plugin_host::Artifacts;
use managed_identity_tests::files;
use managed_identity_wasm_tests::machine::{self, MachineComponent};
use managed_identity_wasm_tests::self_contained::{Played, SelfContained};

#[tokio::test]
async fn every_vector_is_met_by_the_self_contained_component() {
    let component = SelfContained::new(&Artifacts::of_project().client("self-contained").unwrap()).unwrap();
    let (mut met, mut unsupported, mut skipped) = (0, Vec::new(), BTreeMap::<_, Vec<_>>::new());
    let mut failures = Vec::new();
    for (file, vector) in files::all().unwrap() {
        let name = format!("{file}, {}", vector.name);
        match component.play(vector).await {
            Ok(Played::Met) => met += 1,
            Ok(Played::Unsupported) => unsupported.push(name),
            Ok(Played::Skipped(reason)) => skipped.entry(reason).or_default().push(name),
            Err(difference) => failures.push(format!("{name}: {difference}")),
        }
    }
    println!("{met} vectors met by the self-contained component in wasmtime");
    println!("{} end in `unsupported`, since they need a pinned certificate:", unsupported.len());
    unsupported.iter().for_each(|name| println!("  {name}"));
    list("do not apply", &skipped);
    assert!(failures.is_empty(), "{} vectors are not met:\n{}", failures.len(), failures.join("\n"));
    assert!(met >= 450, "only {met} vectors were played");
}

#[test]
fn every_vector_is_met_by_the_machine_component() {
    let component = MachineComponent::new(&Artifacts::of_project().client("machine").unwrap()).unwrap();
    let (mut met, mut skipped, mut failures) = (0, BTreeMap::<_, Vec<_>>::new(), Vec::new());
    for (file, vector) in files::all().unwrap() {
        let name = format!("{file}, {}", vector.name);
        match component.play(&vector) {
            Ok(machine::Played::Met) => met += 1,
            Ok(machine::Played::Skipped(reason)) => skipped.entry(reason).or_default().push(name),
            Err(difference) => failures.push(format!("{name}: {difference}")),
        }
    }
    println!("{met} vectors met by the machine component in wasmtime, in memory");
    list("do not apply", &skipped);
    assert!(failures.is_empty(), "{} vectors are not met:\n{}", failures.len(), failures.join("\n"));
    assert!(met >= 500, "only {met} vectors were played");
}

fn list(what: &str, vectors: &BTreeMap<&str, Vec<String>>) {
    println!("{} {what}:", vectors.values().map(Vec::len).sum::<usize>());
    for (reason, names) in vectors {
        println!("  {reason}:");
        names.iter().for_each(|name| println!("    {name}"));
    }
}
