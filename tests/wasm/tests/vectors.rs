//! Every vector that applies, through the real component in wasmtime.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::BTreeMap;

use managed_identity_core::{DetectionOptions, Environment, SourceKind, detect};
use managed_identity_tests::vector::Vector;
use managed_identity_tests::{files, loopback, memory, setup};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::effects::EffectsComponent;
use managed_identity_wasm_tests::machine::MachineComponent;
use managed_identity_wasm_tests::self_contained::{Played, SelfContained};
use managed_identity_wasm_tests::transcript;
use managed_identity_wasmtime::{Grants, PolicyError};

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
    play_in_memory("machine", |vector| component.play(vector));
}

#[test]
fn every_vector_is_met_by_the_effects_component() {
    let component = EffectsComponent::new(&Artifacts::of_project().client("effects").unwrap()).unwrap();
    play_in_memory("effects", |vector| component.play(vector));
}

fn play_in_memory(world: &str, play: impl Fn(Vector) -> Result<transcript::Played, String>) {
    let (mut met, mut skipped, mut failures) = (0, BTreeMap::<_, Vec<_>>::new(), Vec::new());
    for (file, vector) in files::all().unwrap() {
        let name = format!("{file}, {}", vector.name);
        match play(vector) {
            Ok(transcript::Played::Met) => met += 1,
            Ok(transcript::Played::Skipped(reason)) => skipped.entry(reason).or_default().push(name),
            Err(difference) => failures.push(format!("{name}: {difference}")),
        }
    }
    println!("{met} vectors met by the {world} component in wasmtime, in memory");
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

/// The other two of the three counts to be compared, from the runners of the native core and client.
#[tokio::test]
async fn every_vector_is_met_natively() {
    let mut met = [0, 0];
    for (_, file) in files::documents().unwrap() {
        for document in file["vectors"].as_array().unwrap() {
            memory::run(&serde_json::from_value(document.clone()).unwrap()).unwrap();
            met[0] += 1;
            met[1] += u32::from(matches!(loopback::run(document).await.unwrap(), loopback::Played::Met));
        }
    }
    println!("{} vectors met by the native core in memory, {} by the native client over loopback", met[0], met[1]);
}

/// A guest that is granted the variables of a source, and no others, finds the source that its host found.
#[test]
fn grants_leave_the_source_as_it_is() {
    for (file, vector) in files::all().unwrap() {
        let Ok(detection) = setup::detection(&vector) else { continue };
        let environment = setup::environment(&vector);
        let grants = match Grants::for_source(&detection.source, &environment) {
            Err(PolicyError::OutOfReach { .. }) => continue,
            grants => grants.unwrap(),
        };
        let names: Vec<&str> = grants.variable_names().collect();
        let passed_on =
            Environment::from_lookup(|name| environment.var(name).filter(|_| names.contains(&name)).map(str::to_owned));
        let mut options = DetectionOptions::default();
        if vector.request.allow_remote_arc_endpoint {
            options = options.allow_remote_arc_endpoint();
        }
        // The agent's folder is granted where the agent is the source, and that is how a guest knows of the agent.
        let arc_agent = detection.source.kind() == SourceKind::AzureArc;
        let facts = setup::facts(&vector).with_arc_agent(arc_agent);
        let found = detect(&passed_on, facts, options).unwrap().source;
        assert_eq!(found.kind(), detection.source.kind(), "{file}, {}", vector.name);
        assert_eq!(found.endpoint(), detection.source.endpoint(), "{file}, {}", vector.name);
    }
}
