//! The environments, from `tests/peers/chain.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use managed_identity_simulator::{Fault, SimulatedSource};
use serde::Deserialize;
use serde_json::Value;

use crate::peer;

/// Those that have a default chain.
pub(crate) const PEERS: [&str; 2] = ["azure.identity", "@azure/identity"];

/// An environment, and what is decided in it: the member that gives the token, `nobody` where none does, a member that is
/// `refused` and ends the chain, or `not made` where there is no chain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// Unique.
    pub(crate) name: String,
    /// The environment in words, for the table.
    pub(crate) words: String,
    /// The endpoints that are there, by the names of the simulator; of variables that several of them set, the last one's count.
    #[serde(default)]
    from: Vec<String>,
    /// Variables beside those of the endpoints, or in their place.
    #[serde(default)]
    pub(crate) set: BTreeMap<String, String>,
    /// Variables of the endpoints that are not set.
    #[serde(default)]
    pub(crate) unset: Vec<String>,
    /// How the first endpoint answers, in the words of the simulator's `--fault`.
    #[serde(default)]
    faults: Vec<Value>,
    /// The tools that are installed, and how they are.
    #[serde(default)]
    pub(crate) tools: BTreeMap<String, String>,
    pub(crate) outcome: String,
    /// Those who decide otherwise, and what.
    #[serde(default)]
    pub(crate) peers: BTreeMap<String, String>,
    /// Why they do.
    #[serde(default)]
    pub(crate) because: String,
}

impl Row {
    pub(crate) fn outcome_of(&self, peer: &str) -> &str {
        self.peers.get(peer).unwrap_or(&self.outcome)
    }

    pub(crate) fn sources(&self) -> impl Iterator<Item = SimulatedSource> {
        self.from.iter().map(|name| name.parse().expect("`from` has names of the simulator"))
    }

    pub(crate) fn faults(&self) -> impl Iterator<Item = Fault> {
        self.faults.iter().map(|entry| entry.to_string().parse().expect("`faults` has entries of the simulator"))
    }
}

pub(crate) fn load() -> Vec<Row> {
    let text = fs::read_to_string(peer::folder().join("chain.json")).expect("chain.json can be read");
    let rows: Vec<Row> = serde_json::from_str(&text).expect("chain.json has the form that README.md describes");
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "every name is there once");
    for row in &rows {
        let differs = |(name, outcome): (&String, &String)| PEERS.contains(&name.as_str()) && *outcome != row.outcome;
        assert!(row.peers.iter().all(differs), "{}: `peers` has those that decide otherwise", row.name);
        assert_eq!(row.peers.is_empty(), row.because.is_empty(), "{}: `because` says why they do", row.name);
    }
    rows
}
