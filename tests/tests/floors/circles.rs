//! Files that import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A file uses what another one defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: PathBuf,
    pub(crate) line: usize,
    pub(crate) to: PathBuf,
    /// As it is written.
    pub(crate) name: String,
}

/// The files that each file imports.
type Graph<'a> = BTreeMap<&'a Path, BTreeSet<&'a Path>>;

/// Tells each circle among these imports, with one line for each pair of files that it is tied by; empty when there is none.
/// Paths are shown from `folder` on.
pub(crate) fn report(folder: &Path, imports: &BTreeSet<Import>) -> String {
    let mut text = String::new();
    for circle in circles(imports) {
        let _ = writeln!(text, "\n{} files import each other:", circle.len());
        let mut told = BTreeSet::new();
        for Import { from, line, to, name } in imports {
            if circle.contains(from.as_path()) && circle.contains(to.as_path()) && told.insert((from, to)) {
                let [from, to] = [from, to].map(|file| shown(folder, file));
                let _ = writeln!(text, "  {from}:{line} takes {name} from {to}");
            }
        }
    }
    text
}

/// A path from `folder` on, the same on all systems.
pub(crate) fn shown(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn circles(imports: &BTreeSet<Import>) -> BTreeSet<BTreeSet<&Path>> {
    let mut graph = Graph::new();
    for Import { from, to, .. } in imports {
        graph.entry(from).or_default().insert(to);
    }
    let reached: Graph<'_> = graph.keys().map(|file| (*file, reachable(&graph, file))).collect();
    let reaches = |from: &Path, to: &Path| reached.get(from).is_some_and(|files| files.contains(to));
    let in_circles = graph.keys().filter(|file| reaches(file, file));
    in_circles
        .map(|file| graph.keys().copied().filter(|other| reaches(file, other) && reaches(other, file)).collect())
        .collect()
}

/// The files that one leads to. Itself is among them only if it is part of a circle.
fn reachable<'a>(graph: &Graph<'a>, file: &'a Path) -> BTreeSet<&'a Path> {
    let mut found = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        open.extend(graph.get(file).into_iter().flatten().filter(|to| found.insert(**to)));
    }
    found
}
