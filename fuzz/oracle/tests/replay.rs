//! The committed corpora, replayed on any compiler.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use managed_identity_fuzz_oracle::TARGETS;

#[test]
fn every_corpus_holds() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for (name, target) in TARGETS {
        let mut archive = tar::Archive::new(File::open(corpora.join(format!("{name}.tar"))).unwrap());
        let mut inputs = 0;
        for entry in archive.entries().unwrap() {
            let mut input = Vec::new();
            entry.unwrap().read_to_end(&mut input).unwrap();
            target(&input);
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has no corpus");
    }
}

#[test]
fn every_target_has_its_fuzzer() {
    let fuzzers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz_targets");
    for (name, _) in TARGETS {
        let source = fs::read_to_string(fuzzers.join(format!("{name}.rs"))).unwrap();
        assert!(source.contains(&format!("oracle::{name}(")), "{name}");
    }
}
