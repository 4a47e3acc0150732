//! Floors: no two files of a crate import each other, neither directly nor through others.
//!
//! A file then stands on a floor above all that it imports, and whoever reads from the ground up meets nothing unknown.
//! What counts is where a name is defined: a re-export is followed to its origin. A re-export is itself an import of the
//! file that hands the name on, `mod x;` is none, and what is for tests only does not count.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "clippy spares test functions, but not their helpers")]

mod bites;
mod circles;
mod crates;
mod modules;
mod path;
mod source;
mod typescript;

use std::collections::BTreeMap;
use std::path::Path;

/// The packages whose circles are not opened yet.
const NOT_YET: [&str; 0] = [];

/// The circles of each package of this repository.
fn circles_of_packages() -> BTreeMap<String, String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let packages = crates::packages(repository).into_iter();
    packages
        .map(|package| (circles::shown(repository, &package), circles::report(repository, &crates::imports(&package))))
        .collect()
}

#[test]
fn no_two_files_of_a_crate_import_each_other() {
    let mut circles = circles_of_packages();
    assert!(circles.len() > 10, "only these packages were found: {:?}", circles.keys());
    for name in NOT_YET {
        let known = circles.remove(name);
        assert!(known.is_some_and(|known| !known.is_empty()), "{name} has no circle any more: take it off the list");
    }
    let found: String = circles.into_values().collect();
    assert!(found.is_empty(), "{found}\nMove what both need into a file below them.");
}
