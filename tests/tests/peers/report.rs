//! The table of what every peer got, as Markdown.

use std::fmt;
use std::fs;

use managed_identity_simulator::SimulatedSource;

use crate::cell::{Cell, Outcome};
use crate::expectation::Expectations;
use crate::identity::{Identity, identities};
use crate::peer::{self, PEERS, Peer};

pub(crate) struct Report(String);

impl Report {
    /// A row for each source and identity, a column for each peer; below it, why a cell is not a token of that identity.
    pub(crate) fn new(cells: &[Cell], expectations: &Expectations) -> Self {
        let mut lines = vec![row("source | identity", &PEERS.map(|peer| heading(cells, peer)))];
        lines.push(row("--- | ---", &PEERS.map(|_| "---".to_owned())));
        for source in SimulatedSource::ALL {
            for identity in identities(source) {
                let columns = PEERS.map(|peer| outcome(cells, peer, source, identity).to_owned());
                lines.push(row(&format!("{source} | {}", identity.kind), &columns));
            }
        }
        lines.push(String::new());
        lines.extend(expectations.exceptions().iter().map(|exception| {
            let (peers, sources) = (exception.peers.join(", "), exception.sources.join(", "));
            format!("- {peers} on {sources}: {}", exception.because)
        }));
        // Exceptions that differ only in the identity and the error's text say the same here.
        lines.dedup();
        Self(lines.join("\n"))
    }

    /// Fails unless `README.md` shows this very report.
    pub(crate) fn assert_in_readme(&self) {
        let readme = fs::read_to_string(peer::folder().join("README.md")).expect("README.md can be read");
        assert!(readme.contains(&self.0), "tests/peers/README.md shows another table; put the one above there");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.0)
    }
}

fn row(first: &str, columns: &[String]) -> String {
    format!("| {first} | {} |", columns.join(" | "))
}

fn heading(cells: &[Cell], peer: &Peer) -> String {
    let version = cells.iter().filter(|cell| cell.peer == peer).find_map(|cell| cell.version.as_deref());
    format!("{} {}", peer.name, version.unwrap_or_default())
}

fn outcome(cells: &[Cell], peer: &Peer, source: SimulatedSource, identity: Identity) -> &'static str {
    let found = cells.iter().find(|cell| cell.peer == peer && cell.source == source && cell.identity == identity);
    match found.map(|cell| &cell.outcome) {
        Some(Outcome::Token) => "token",
        Some(Outcome::SystemAssignedToken) => "system-assigned token",
        Some(Outcome::Refusal(_)) => "refused",
        Some(Outcome::NotRun) | None => "-",
    }
}
