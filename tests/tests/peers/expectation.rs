//! What each peer is expected to get, from `tests/peers/expected.json`.

use std::fs;

use managed_identity_simulator::SimulatedSource;
use serde::Deserialize;

use crate::cell::{Cell, Outcome};
use crate::identity::Identity;
use crate::peer::{self, Peer};

/// Where something else than a token of the identity that was asked for is right, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    pub(crate) peers: Vec<String>,
    pub(crate) sources: Vec<String>,
    identities: Vec<String>,
    outcome: Outcome,
    pub(crate) because: String,
}

impl Exception {
    fn covers(&self, peer: &Peer, source: SimulatedSource, identity: Identity) -> bool {
        let has = |names: &[String], name: &str| names.iter().any(|each| each == name);
        has(&self.peers, peer.name) && has(&self.sources, source.name()) && has(&self.identities, identity.kind)
    }
}

pub(crate) struct Expectations(Vec<Exception>);

impl Expectations {
    pub(crate) fn load() -> Self {
        let path = peer::folder().join("expected.json");
        let text = fs::read_to_string(path).expect("expected.json can be read");
        Self(serde_json::from_str(&text).expect("expected.json has the form that README.md describes"))
    }

    pub(crate) fn exceptions(&self) -> &[Exception] {
        &self.0
    }

    pub(crate) fn of(&self, peer: &Peer, source: SimulatedSource, identity: Identity) -> &Outcome {
        let exception = self.0.iter().find(|exception| exception.covers(peer, source, identity));
        exception.map_or(&Outcome::Token, |exception| &exception.outcome)
    }

    /// Fails when a cell is not as expected, or when an exception speaks of no cell at all.
    pub(crate) fn assert_met(&self, cells: &[Cell]) {
        let surprises = cells.iter().filter_map(|Cell { peer, source, identity, outcome, .. }| {
            let expected = self.of(peer, *source, *identity);
            let surprise =
                || format!("{} on {source}, {}: expected {expected:?}, got {outcome:?}", peer.name, identity.kind);
            (!outcome.meets(expected)).then(surprise)
        });
        let covered =
            |exception: &Exception| cells.iter().any(|cell| exception.covers(cell.peer, cell.source, cell.identity));
        let idle = self.0.iter().filter(|exception| !covered(exception));
        let idle = idle.map(|exception| format!("expected.json: this is about no peer: {}", exception.because));
        let failures: Vec<String> = surprises.chain(idle).collect();
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    }
}
