//! Fault scripts, drawn from seeds, against the native client over real sockets, and against chains of
//! credentials, under callers who want tokens of several identities for several resources at once.
//!
//! For each script: nobody hangs, every caller gets an outcome, every token is one of the identity and for the resource
//! that were asked for, no more requests are sent than the retry policy allows, no text of an outcome holds a secret, and
//! once the faults are over everybody gets a token. After all scripts: nothing was asked elsewhere, no descriptor and no
//! task is left, and memory stayed bounded however large the answers were.
//!
//! | variable | is | default |
//! | --- | --- | --- |
//! | `CHAOS_SCRIPTS` | how many scripts are played | 400 |
//! | `CHAOS_SEED` | the seed of the first one; each other one has the next number | 1 |
//!
//! A failure names the seed of its script, and `CHAOS_SEED=that CHAOS_SCRIPTS=1` plays exactly this one. The whole:
//!
//! ```sh
//! CHAOS_SCRIPTS=10000 cargo test -p managed-identity-tests --test chaos -- --nocapture
//! ```
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod client;
mod faults;
mod plan;
mod script;
mod tally;
// The native client's own tests have the same need.
#[path = "../../../transport-reqwest/tests/support/mod.rs"]
mod support;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use managed_identity_tests::held_by_process::{descriptors, peak_memory_kib};
use managed_identity_tests::listener::Listener;
use tally::Tally;
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;

/// How many scripts are played at once.
const LANES: usize = 16;
/// Scripts of these seeds are played before anything is measured, so that what is made once has been made.
const WARM_UP: std::ops::Range<u64> = u64::MAX - 100..u64::MAX - 70;
/// How much the peak of resident memory may grow, in KiB. One answer that is read to its end would take more.
const MOST_GROWTH_KIB: u64 = 128 * 1024;

/// What all scripts have in common.
struct Run {
    next: AtomicU64,
    end: u64,
    /// Where redirects lead, and where nobody must ask.
    trap: String,
    tally: Mutex<Tally>,
    failures: Mutex<Vec<String>>,
}

#[test]
fn whatever_an_endpoint_does_every_caller_gets_the_right_token_or_an_error_in_time() {
    let (first, count) = (variable("CHAOS_SEED", 1), variable("CHAOS_SCRIPTS", 400));
    let elsewhere = Listener::start((Ipv4Addr::LOCALHOST, 0), drop).unwrap();
    let trap = elsewhere.base_url();
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(play(WARM_UP.start, WARM_UP.end, &trap));
    runtime.block_on(no_task_is_left());
    let (descriptors_before, memory_before) = (descriptors(), peak_memory_kib());

    let started = Instant::now();
    let tally = runtime.block_on(play(first, first.saturating_add(count), &trap));
    let elapsed = started.elapsed();

    runtime.block_on(no_task_is_left());
    assert_eq!(descriptors(), descriptors_before, "descriptors are left");
    assert_eq!(elsewhere.connections(), 0, "somebody else was asked");
    let growth = peak_memory_kib().unwrap_or(0).saturating_sub(memory_before.unwrap_or(0));
    println!("{tally}\n{:.1} s, peak memory grew by {growth} KiB", elapsed.as_secs_f64());
    assert!(growth < MOST_GROWTH_KIB, "peak memory grew by {growth} KiB");
}

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// Plays the scripts of these seeds, several at a time, and panics with the first failure.
async fn play(first: u64, end: u64, trap: &str) -> Tally {
    let run = Arc::new(Run {
        next: AtomicU64::new(first),
        end,
        trap: trap.to_owned(),
        tally: Mutex::default(),
        failures: Mutex::default(),
    });
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        lanes.spawn(lane(Arc::clone(&run)));
    }
    while let Some(ended) = lanes.join_next().await {
        ended.unwrap();
    }
    let failures = run.failures.lock().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    std::mem::take(&mut *run.tally.lock().unwrap())
}

async fn lane(run: Arc<Run>) {
    loop {
        let seed = run.next.fetch_add(1, Ordering::Relaxed);
        if seed >= run.end || !run.failures.lock().unwrap().is_empty() {
            return;
        }
        let trap = run.trap.clone();
        // In a task of its own, so that a panic has a seed too.
        let played = tokio::spawn(async move { script::play(seed, &trap).await }).await;
        match played.map_err(|error| error.to_string()).and_then(|played| played) {
            Ok(tally) => run.tally.lock().unwrap().add(tally),
            Err(why) => run.failures.lock().unwrap().push(format!(
                "the script of seed {seed}: {why}\nplay it again with\n  CHAOS_SEED={seed} CHAOS_SCRIPTS=1 cargo test \
                 -p managed-identity-tests --test chaos"
            )),
        }
    }
}

/// Tasks end some moments after what they served is gone.
async fn no_task_is_left() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let patience = Instant::now() + Duration::from_secs(20);
    while alive() > 0 && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(alive(), 0, "tasks are left");
}
