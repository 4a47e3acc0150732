//! The packages of a repository, and what the files of each import.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use managed_identity_tests::tree::{entries, files_of};

use crate::circles::Import;
use crate::modules::Modules;
use crate::typescript;

/// The folders with a package of Rust, which is found by its manifest.
pub(crate) fn packages(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = entries(folder).iter().filter(|it| it.is_dir()).flat_map(|it| packages(it)).collect();
    let is_package = |manifest: String| manifest.lines().any(|line| line == "[package]");
    if fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(is_package) {
        found.push(folder.to_owned());
    }
    found
}

/// What the files of a package import of each other, crate by crate: those of Rust, and those of TypeScript beside them.
pub(crate) fn imports(package: &Path) -> BTreeSet<Import> {
    let mut found: BTreeSet<_> = roots(package).iter().flat_map(|root| Modules::of_crate(root).imports()).collect();
    found.extend(files_of(package, "ts").iter().flat_map(|file| typescript::imports(file)));
    found
}

/// Where crates begin, as cargo finds them.
fn roots(package: &Path) -> Vec<PathBuf> {
    let mut found = vec![package.join("build.rs"), package.join("src/lib.rs"), package.join("src/main.rs")];
    for folder in ["benches", "examples", "src/bin", "tests"] {
        for entry in entries(&package.join(folder)) {
            found.push(if entry.is_dir() { entry.join("main.rs") } else { entry });
        }
    }
    found.retain(|file| file.is_file() && file.extension().is_some_and(|it| it == "rs"));
    found
}
