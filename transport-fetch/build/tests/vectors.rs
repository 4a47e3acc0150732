//! Every vector, played in Node through the packed package over real sockets, TLS and files.
//!
//! `scripts/test-fetch.sh` packs and installs the package first.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[path = "vectors/judge.rs"]
mod judge;
#[path = "vectors/node.rs"]
mod node;
#[path = "vectors/script.rs"]
mod script;

use std::collections::BTreeMap;

use managed_identity_tests::files;
use node::Node;
use script::{Played, play};

fn documents() -> Vec<(String, serde_json::Value)> {
    let mut vectors = Vec::new();
    for (file, document) in files::documents().unwrap() {
        vectors.extend(document["vectors"].as_array().unwrap().iter().map(|it| (file.clone(), it.clone())));
    }
    vectors
}

#[tokio::test]
async fn every_vector_is_met() {
    let mut node = Node::start().unwrap();
    let (mut met, mut skipped, mut failures) = (BTreeMap::<String, u32>::new(), Vec::new(), Vec::new());
    for (file, vector) in documents() {
        let name = format!("{file}, {}", vector["name"].as_str().unwrap());
        match play(&mut node, &vector).await {
            Ok(Played::Met) => *met.entry(vector["detected"].as_str().unwrap_or("none").to_owned()).or_default() += 1,
            Ok(Played::Skipped(reason)) => skipped.push(format!("{name}: {reason}")),
            Err(difference) => failures.push(format!("{name}: {difference}")),
        }
    }
    let count: u32 = met.values().sum();
    println!("{count} vectors met in Node: {met:?}; {} do not apply:\n{}", skipped.len(), skipped.join("\n"));
    assert!(failures.is_empty(), "{} vectors are not met:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 500, "only {count} vectors were played");
    assert_eq!(met.len(), 8, "a source was not played");
}

/// Falsified expectations of each kind of effect must be noticed.
#[tokio::test]
async fn a_false_expectation_is_noticed() {
    let false_ones = [
        ("arc-client-id", "/transcript/0/expect/http/query/client_id"),
        ("arc-client-id", "/transcript/1/expect/read_file/path"),
        ("arc-client-id", "/transcript/1/answer/file"),
        ("arc-client-id", "/outcome/token/secret"),
        ("cloud-shell-system-assigned", "/transcript/0/expect/http/form/resource"),
        ("service-fabric-system-assigned", "/transcript/0/expect/http/headers/secret"),
        ("service-fabric-wrong-certificate", "/outcome/error/variant"),
    ];
    let vectors = documents();
    let mut node = Node::start().unwrap();
    for (name, pointer) in false_ones {
        let mut vector = vectors.iter().find(|(_, vector)| vector["name"] == name).unwrap().1.clone();
        let place = vector.pointer_mut(pointer).unwrap();
        *place = format!("{}0", place.as_str().unwrap()).into();
        assert!(play(&mut node, &vector).await.is_err(), "{name}: {pointer} is not checked");
    }
}
