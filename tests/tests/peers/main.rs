//! Other libraries get tokens from the simulator: what they agree on is the dialect.
//!
//! `bash tests/peers/run.sh` installs them and runs this. It is not among the tests that `cargo test` runs by itself.

#![allow(clippy::expect_used, reason = "clippy spares test functions, but not their helpers")]

mod cell;
mod chain;
mod expectation;
mod identity;
mod peer;
mod report;
mod simulators;

use std::thread;

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};

use crate::cell::{Cell, Outcome};
use crate::expectation::Expectations;
use crate::identity::{IDENTITIES, Identity, identities};
use crate::peer::{Answer, PEERS, Peer};
use crate::report::Report;
use crate::simulators::Simulators;

pub(crate) const RESOURCE: &str = "https://vault.azure.net";

/// Whose token the answer holds, or why it holds none.
fn judge(simulator: &Simulator, identity: Identity, answer: &Answer) -> Outcome {
    let Some(token) = &answer.access_token else {
        return Outcome::Refusal(answer.error.clone().unwrap_or_default());
    };
    let claims = match simulator.verify_token(token, RESOURCE) {
        Ok(claims) => claims,
        Err(error) => return Outcome::Refusal(format!("a token that does not stand: {error}")),
    };
    let user = (AssignedIdentity::USER_CLIENT_ID, AssignedIdentity::USER_OBJECT_ID);
    let system = (AssignedIdentity::SYSTEM_CLIENT_ID, AssignedIdentity::SYSTEM_OBJECT_ID);
    let wanted = if identity.id.is_some() { user } else { system };
    match (claims.appid.as_str(), claims.oid.as_str()) {
        named if named == wanted => Outcome::Token,
        named if named == system => Outcome::SystemAssignedToken,
        _ => Outcome::Refusal("a token of an identity that nobody asked for".to_owned()),
    }
}

/// Lets `peer` ask for a token of every identity on `source`, but for those that it is not expected to be asked for.
fn ask(
    peer: &'static Peer,
    source: SimulatedSource,
    simulators: &Simulators,
    expectations: &Expectations,
) -> Vec<Cell> {
    let not_run = |identity: &Identity| expectations.of(peer, source, *identity) == &Outcome::NotRun;
    let wanted: Vec<Identity> = identities(source).filter(|identity| !not_run(identity)).collect();
    let mut answers = peer.ask(&simulators.environment(source, peer), RESOURCE, &wanted).into_iter();
    let cell = |identity: Identity| {
        let answer = if not_run(&identity) { None } else { answers.next() };
        let outcome = answer.as_ref().map(|answer| judge(simulators.of(source), identity, answer));
        Cell {
            peer,
            source,
            identity,
            version: answer.map(|answer| answer.version),
            outcome: outcome.unwrap_or(Outcome::NotRun),
        }
    };
    identities(source).map(cell).collect()
}

#[test]
fn every_peer_gets_the_token_of_the_identity_it_asks_for() {
    peer::assert_installed();
    let expectations = Expectations::load();
    let simulators = Simulators::start();
    let cells: Vec<Cell> = thread::scope(|scope| {
        let asking = PEERS.map(|peer| {
            let sources = SimulatedSource::ALL.into_iter();
            let (simulators, expectations) = (&simulators, &expectations);
            scope.spawn(move || -> Vec<Cell> {
                sources.flat_map(|source| ask(peer, source, simulators, expectations)).collect()
            })
        });
        asking.into_iter().flat_map(|thread| thread.join().expect("a peer's answers can be read")).collect()
    });
    let report = Report::new(&cells, &expectations);
    println!("\n{report}");
    expectations.assert_met(&cells);
    report.assert_in_readme();
}

#[test]
fn no_peer_can_leave_this_machine() {
    peer::assert_installed();
    // Connecting to 0.0.0.0 reaches this machine without any packet that leaves it, but it is no loopback address.
    let simulator = Simulator::builder(SimulatedSource::Imds).start().expect("the simulator starts");
    let url = simulator.base_url().replace("127.0.0.1", "0.0.0.0");
    let environment = [("AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned(), url)].into();
    thread::scope(|scope| {
        for peer in PEERS {
            scope.spawn(|| {
                let answers = peer.ask(&environment, RESOURCE, &IDENTITIES[3..]);
                assert!(answers[0].access_token.is_none(), "{} got a token", peer.name);
            });
        }
    });
    assert_eq!(simulator.request_count(), 0);
}
