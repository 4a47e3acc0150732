//! The committed corpora, replayed on any compiler.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use managed_identity_fuzz_oracle::TARGETS;

#[test]
fn every_corpus_holds() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for (name, target) in TARGETS {
        let files: Vec<_> = fs::read_dir(corpora.join(name)).unwrap().map(|it| it.unwrap().path()).collect();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            target(&fs::read(&file).unwrap());
        }
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
