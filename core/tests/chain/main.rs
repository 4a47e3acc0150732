//! The vectors of `tests/vectors/chain`, played in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod anything;
mod members;
mod play;
mod vector;

use std::collections::BTreeSet;

#[test]
fn every_vector_is_met() {
    let vectors = vector::all();
    assert!(vectors.len() >= 100, "only {} vectors", vectors.len());
    let failures: Vec<String> = vectors
        .iter()
        .filter_map(|(file, vector)| {
            let difference = play::run(vector).err()?;
            Some(format!("{file}, {}: {difference}", vector.name))
        })
        .collect();
    assert!(failures.is_empty(), "{} vectors are not met:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_name_is_there_once() {
    let vectors = vector::all();
    let names: BTreeSet<&str> = vectors.iter().map(|(_, vector)| vector.name.as_str()).collect();
    assert_eq!(names.len(), vectors.len());
}

#[test]
fn a_wrong_expectation_is_not_met() {
    let mut wrong = 0;
    for (_, mut vector) in vector::all() {
        match &mut vector.outcome.token {
            Some(token) => token.push('x'),
            None => vector.outcome.error = Some("none".to_owned()),
        }
        assert!(play::run(&vector).is_err(), "{}", vector.name);
        wrong += 1;
    }
    assert!(wrong > 0);
}
