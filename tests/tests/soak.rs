//! Clients that live long, with an endpoint that fails now and again: memory, descriptors and tasks stay bounded, and there is
//! a token whenever the endpoint lets there be one. The one test of its process, which it measures.
//!
//! `SOAK_SECONDS` says how long it takes, four seconds unless set. Their time passes a hundred times as fast, and tokens live
//! for ten minutes of it, so that each second has many renewals:
//!
//! ```sh
//! SOAK_SECONDS=3600 cargo test -p managed-identity-tests --test soak -- --nocapture
//! ```
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use managed_identity_reqwest::core::{Environment, HostFacts, Platform};
use managed_identity_reqwest::{DefaultCredential, NativeEffects, ResourceClient};
use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
use managed_identity_tests::held_by_process::{descriptors, peak_memory_kib};
use managed_identity_tests::hurried::Hurried;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

const PACE: u32 = 100;
const LIFETIME: Duration = Duration::from_secs(600);
const RESOURCES: [&str; 2] = ["https://vault.azure.net", "https://management.azure.com"];
/// What a simulator remembers, in the same process: so little that the first quarter fills it.
const REMEMBERED: usize = 100;
/// How many callers each client has, for each resource.
const CALLERS: usize = 4;
/// What the first part of it may be exceeded by: buffers of one large answer that nobody has seen before.
const MOST_GROWTH_KIB: u64 = 32 * 1024;
/// A renewal and a connection for each client and resource, beside what the callers are.
const MOST_TASKS: usize = SimulatedSource::ALL.len() * RESOURCES.len() * (CALLERS + 8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_live_long_hold_no_more_in_the_end_than_in_the_beginning() {
    let seconds = std::env::var("SOAK_SECONDS").map_or(4, |value| value.parse().unwrap());
    let time = Duration::from_secs(seconds);
    let hosts: Vec<Simulator> = SimulatedSource::ALL
        .into_iter()
        .map(|source| Simulator::builder(source).token_lifetime(LIFETIME).most_kept(REMEMBERED).start().unwrap())
        .collect();
    let is_over = Arc::new(AtomicBool::new(false));
    let tokens = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    let mut kept = Vec::new();
    for (seed, host) in (1_u64..).zip(&hosts) {
        let credential = credential(host, seed);
        for resource in RESOURCES {
            let client = credential.resource(resource).unwrap();
            kept.push(client.keep_fresh().await.unwrap());
            for _ in 0..CALLERS {
                tasks.spawn(call(client.clone(), Arc::clone(&is_over), Arc::clone(&tokens)));
            }
        }
    }

    let begun = Instant::now();
    let mut rng = Rng::with_seed(seconds);
    let mut measured = None;
    while begun.elapsed() < time {
        let host = &hosts[rng.usize(..hosts.len())];
        host.set_faults(faults(&mut rng)).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let alive = Handle::current().metrics().num_alive_tasks();
        assert!(alive < MOST_TASKS, "{alive} tasks");
        if measured.is_none() && begun.elapsed() > time / 4 {
            measured = Some((peak_memory_kib().unwrap_or(0), descriptors().unwrap_or(0)));
        }
    }
    let (memory, held) = measured.unwrap();
    let growth = peak_memory_kib().unwrap_or(0).saturating_sub(memory);
    let now_held = descriptors().unwrap_or(0);
    println!(
        "{} tokens, memory grew by {growth} KiB, {held} and then {now_held} descriptors",
        tokens.load(Ordering::Relaxed)
    );
    assert!(growth < MOST_GROWTH_KIB, "memory grew by {growth} KiB");
    assert!(now_held <= held + MOST_TASKS, "{held} and then {now_held} descriptors");

    hosts.iter().for_each(|host| host.set_faults(FaultScript::new()).unwrap());
    is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    drop(kept);
    let patience = Instant::now() + Duration::from_secs(20);
    while Handle::current().metrics().num_alive_tasks() > 0 && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0, "tasks are left");
}

fn credential(host: &Simulator, seed: u64) -> DefaultCredential {
    let mut native = NativeEffects::builder();
    if let Some(authority) = host.ca_certificate() {
        native = native.root_certificate(authority.der());
    }
    let variables = host.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    DefaultCredential::builder()
        .environment(environment, HostFacts::of(Platform::Linux))
        .effects(Hurried::new(native.build(), PACE, seed))
        .build()
        .unwrap()
}

/// Asks until it is over, and then until there is a token.
async fn call(client: ResourceClient, is_over: Arc<AtomicBool>, tokens: Arc<AtomicU64>) {
    let patience = Duration::from_secs(60);
    let mut last = false;
    let mut over_since = None;
    while !(is_over.load(Ordering::Relaxed) && last) {
        last = match client.get_token().await {
            Ok(token) => {
                tokens.fetch_add(1, Ordering::Relaxed);
                drop(token);
                true
            }
            Err(error) => {
                if is_over.load(Ordering::Relaxed) {
                    let since = over_since.get_or_insert_with(Instant::now);
                    assert!(since.elapsed() < patience, "no token although the faults are over: {error}");
                }
                false
            }
        };
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn faults(rng: &mut Rng) -> FaultScript {
    let mut script = FaultScript::new();
    script.extend((0..rng.usize(..6)).map(|_| match rng.u8(..8) {
        0 => Fault::cut(),
        1 => Fault::status(rng.u16(500..600)),
        2 => Fault::throttled("1"),
        3 => Fault::huge(1 << 22),
        4 => Fault::endless(),
        5 => Fault::status(400),
        6 => Fault::pass().delay(Duration::from_millis(rng.u64(..100))),
        _ => Fault::not_json(),
    }));
    script
}
