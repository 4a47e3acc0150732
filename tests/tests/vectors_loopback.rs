//! Every vector, played through the native client over real sockets, TLS and files.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_tests::files;
use managed_identity_tests::loopback::{self, Played};

#[tokio::test]
async fn every_vector_is_met() {
    let (mut met, mut skipped, mut failures) = (0, Vec::new(), Vec::new());
    for (file, document) in files::documents().unwrap() {
        for vector in document["vectors"].as_array().unwrap() {
            let name = format!("{file}, {}", vector["name"].as_str().unwrap());
            match loopback::run(vector).await {
                Ok(Played::Met) => met += 1,
                Ok(Played::Skipped(reason)) => skipped.push(format!("{name}: {reason}")),
                Err(difference) => failures.push(format!("{name}: {difference}")),
            }
        }
    }
    println!("{met} vectors met over loopback, {} skipped:\n{}", skipped.len(), skipped.join("\n"));
    assert!(failures.is_empty(), "{} vectors are not met:\n{}", failures.len(), failures.join("\n"));
    assert!(met >= 500, "only {met} vectors were played");
}

/// Falsified expectations of each kind of effect must be noticed over sockets and files too.
#[tokio::test]
async fn a_false_expectation_is_noticed() {
    let false_ones = [
        ("arc-client-id", "/transcript/0/expect/http/query/client_id"),
        ("arc-client-id", "/transcript/1/expect/read_file/path"),
        ("arc-client-id", "/transcript/1/expect/read_file/directory"),
        ("arc-client-id", "/transcript/1/answer/file"),
        ("arc-client-id", "/transcript/2/expect/http/headers/authorization"),
        ("arc-client-id", "/transcript/2/expect/http/url"),
        ("arc-client-id", "/outcome/token/secret"),
        ("cloud-shell-system-assigned", "/transcript/0/expect/http/form/resource"),
        ("cloud-shell-system-assigned", "/transcript/0/expect/http/method"),
        ("service-fabric-system-assigned", "/transcript/0/expect/http/headers/secret"),
        ("service-fabric-wrong-certificate", "/outcome/error/variant"),
    ];
    let documents = files::documents().unwrap();
    let vectors = documents.iter().flat_map(|(_, document)| document["vectors"].as_array().unwrap());
    let vectors: Vec<_> = vectors.collect();
    for (name, pointer) in false_ones {
        let mut vector = (*vectors.iter().find(|vector| vector["name"] == name).unwrap()).clone();
        let place = vector.pointer_mut(pointer).unwrap();
        *place = format!("{}0", place.as_str().unwrap()).into();
        assert!(loopback::run(&vector).await.is_err(), "{name}: {pointer} is not checked");
    }
}

#[tokio::test]
async fn a_wait_or_a_step_that_does_not_come_is_noticed() {
    let documents = files::documents().unwrap();
    let mut vectors = documents.iter().flat_map(|(_, document)| document["vectors"].as_array().unwrap());
    let vector = vectors.find(|vector| vector["name"] == "retry-app-service-500").unwrap();
    assert!(matches!(loopback::run(vector).await, Ok(Played::Met)));

    let mut longer = vector.clone();
    longer["transcript"][1]["expect"]["sleep"]["min_ms"] = 5000.into();
    assert!(loopback::run(&longer).await.unwrap_err().contains("delay"));

    let mut shorter = vector.clone();
    shorter["transcript"].as_array_mut().unwrap().pop();
    assert!(loopback::run(&shorter).await.unwrap_err().contains("not in the transcript"));

    let mut more = vector.clone();
    let last = more["transcript"][2].clone();
    more["transcript"].as_array_mut().unwrap().push(last);
    assert!(loopback::run(&more).await.unwrap_err().contains("left"));
}
