//! A client that is dropped leaves no descriptor and no task, whatever it was doing, while its endpoint goes on. The one
//! test of its process, whose descriptors it counts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

// The native client's own tests have the same need.
#[path = "../../transport-reqwest/tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
use managed_identity_tests::held_by_process::descriptors;
use tokio::runtime::Handle;

const RESOURCE: &str = "https://vault.azure.net";
/// How long the ends of what was dropped may take to come about, on a busy machine. A connection that nobody uses ends by
/// itself after 15 seconds, which is not what this is about.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many clients do the same at once.
const CLIENTS: usize = 4;
const FOR_EVER: Duration = Duration::from_secs(60 * 60);

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

async fn assert_nothing_is_left(what: &str, descriptors_before: Option<usize>) {
    let deadline = Instant::now() + PATIENCE;
    while (tasks() > 0 || descriptors() != descriptors_before) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((tasks(), descriptors()), (0, descriptors_before), "{what}");
}

/// Several clients ask at once under these faults, and give up after so long.
async fn ask(simulator: &Simulator, faults: FaultScript, patience: Duration) -> Vec<ManagedIdentityClient> {
    simulator.set_faults(faults).unwrap();
    let clients: Vec<_> = (0..CLIENTS).map(|_| support::client(simulator).build().unwrap()).collect();
    join_all(clients.iter().map(|client| tokio::time::timeout(patience, client.get_token(RESOURCE)))).await;
    clients
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_dropped_leaves_no_descriptor_and_no_task() {
    for source in SimulatedSource::ALL {
        let simulator = Simulator::builder(source).start().unwrap();
        let before = descriptors();
        let clients = ask(&simulator, FaultScript::new(), PATIENCE).await;
        assert!(tasks() > 0 && descriptors() >= before, "{source}: connections are kept for the next request");
        drop(clients);
        assert_nothing_is_left(&format!("{source}, after a token"), before).await;

        let endless = FaultScript::new().then(Fault::endless().times(100));
        drop(ask(&simulator, endless, PATIENCE).await);
        assert_nothing_is_left(&format!("{source}, after an endless answer"), before).await;

        let silent = FaultScript::new().then(Fault::pass().delay(FOR_EVER).times(100));
        drop(ask(&simulator, silent, Duration::from_millis(50)).await);
        assert_nothing_is_left(&format!("{source}, while an answer is awaited"), before).await;

        let busy = FaultScript::new().then(Fault::status(503).times(100));
        drop(ask(&simulator, busy, Duration::from_millis(50)).await);
        assert_nothing_is_left(&format!("{source}, between two attempts"), before).await;
    }
}
