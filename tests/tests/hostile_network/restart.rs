//! An endpoint that goes away and comes back under load.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use managed_identity_reqwest::{AccessToken, ManagedIdentityClient, NativeEffects};
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_tests::hurried::Hurried;
use tokio::task::JoinSet;

use crate::RESOURCE;
use crate::support::client;

/// How long anything here may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many times as fast as the real time the time of the callers passes.
const PACE: u32 = 50;
const CALLERS: usize = 6;

/// What the callers have seen so far.
#[derive(Default)]
struct Seen {
    tokens: AtomicUsize,
    failures: AtomicUsize,
    enough: AtomicBool,
}

fn start(source: SimulatedSource, port: u16, keys: &Path) -> Simulator {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let builder = Simulator::builder(source).port(port);
        // Only Azure Arc has key files; the others do not touch the folder.
        match builder.key_folder(keys).start() {
            Ok(simulator) => return simulator,
            // Somebody else has the port for a moment: a test beside this one, as the near end of a connection.
            Err(_) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Asks for new tokens until it is enough, and hands out those it got.
async fn ask(client: ManagedIdentityClient, seen: Arc<Seen>) -> Vec<AccessToken> {
    let resource = client.resource(RESOURCE).unwrap();
    let mut tokens = Vec::new();
    while !seen.enough.load(Ordering::SeqCst) {
        let outcome = tokio::time::timeout(PATIENCE, resource.force_refresh()).await;
        assert!(outcome.is_ok(), "a call hangs");
        let counter = if matches!(outcome, Ok(Ok(_))) { &seen.tokens } else { &seen.failures };
        counter.fetch_add(1, Ordering::SeqCst);
        tokens.extend(outcome.into_iter().flatten());
        // A verdict that stands is had without a request; asking for it in a loop would only heat the room.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    tokens
}

/// Waits until each caller has had the time to see two more of these.
async fn grows(what: &AtomicUsize, name: &str) {
    let (before, deadline) = (what.load(Ordering::SeqCst), Instant::now() + PATIENCE);
    while what.load(Ordering::SeqCst) < before + 2 * CALLERS {
        assert!(Instant::now() < deadline, "no more {name}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_have_tokens_again_after_the_endpoint_was_restarted_under_load() {
    for source in [SimulatedSource::Imds, SimulatedSource::CloudShell, SimulatedSource::AzureArc] {
        let folder = tempfile::tempdir().unwrap();
        let mut simulator = start(source, 0, folder.path());
        let port = simulator.base_url().rsplit(':').next().unwrap().parse().unwrap();
        let effects = Hurried::new(NativeEffects::builder().build(), PACE, 1);
        let client = client(&simulator).effects(effects).build().unwrap();
        let seen = Arc::new(Seen::default());
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            callers.spawn(ask(client.clone(), Arc::clone(&seen)));
        }
        for _ in 0..3 {
            grows(&seen.tokens, "tokens").await;
            drop(simulator);
            grows(&seen.failures, "failures").await;
            simulator = start(source, port, folder.path());
        }
        grows(&seen.tokens, "tokens").await;
        seen.enough.store(true, Ordering::SeqCst);
        for token in callers.join_all().await.iter().flatten() {
            simulator.verify_token(token.secret(), RESOURCE).unwrap();
        }
    }
}
