//! The conformance vectors of `tests/vectors`, played in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_tests::{files, memory};

#[test]
fn every_vector_is_met() {
    let vectors = files::all().unwrap();
    let failures: Vec<String> = vectors
        .iter()
        .filter_map(|(file, vector)| {
            let difference = memory::run(vector).err()?;
            Some(format!("{file}, {}: {difference}", vector.name))
        })
        .collect();
    assert!(failures.is_empty(), "{} vectors are not met:\n{}", failures.len(), failures.join("\n"));
}
