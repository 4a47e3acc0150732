//! What a key costs in a client that keeps ten thousand: the memory that stays, and the time to add it.

use std::alloc::System;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use managed_identity_benchmarks::measure::{Clock, Runtime};
use managed_identity_benchmarks::{NO_ENDPOINT, TOKEN_LENGTH, answer_for_anything, ours, run};
use managed_identity_reqwest::AsyncEffects;
use managed_identity_reqwest::core::RefreshPolicy;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KEYS: usize = 10_000;
/// How many keys are timed together.
const SLICE: usize = 1_000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    run(|report| {
        let runtime = Runtime::new();
        let effects: Arc<dyn AsyncEffects> = Arc::new(ours::InstantEffects::answering(answer_for_anything()));
        let mut policy = RefreshPolicy::default();
        policy.max_entries = KEYS;
        let client = || ours::with_refresh(NO_ENDPOINT, Arc::clone(&effects), policy.clone());
        let fill = |client: &_, from: usize, to: usize| {
            let names: Vec<String> = (from..to).map(|number| format!("https://vault-{number}.example")).collect();
            Clock::Processor.time(SLICE as u32, || ask(&runtime, client, &names))
        };
        // What a process or a thread does once is done by the first ones.
        fill(&client(), 0, SLICE);

        let client = client();
        let region = Region::new(ALLOCATOR);
        let slices: Vec<f64> =
            (0..KEYS / SLICE).map(|slice| fill(&client, slice * SLICE, (slice + 1) * SLICE)).collect();
        let stats = region.change();
        let kept = stats.bytes_allocated as f64 - stats.bytes_deallocated as f64;
        let beside_the_token = kept / KEYS as f64 - TOKEN_LENGTH as f64;
        println!("bytes-per-key {beside_the_token:.0} beside a token of {TOKEN_LENGTH}");
        report.budget("bytes-per-key-beside-the-token", beside_the_token, 1536.0);
        let (first, last) = (slices[0], slices[slices.len() - 1]);
        report.ratio_within("ten-thousandth-key-to-first", last, first, 2.0);

        // A key beyond the bound makes room for itself.
        let beyond = fill(&client, KEYS, KEYS + SLICE);
        report.ratio("key-beyond-the-bound-to-first", beyond, first);
        Ok(())
    })
}

fn ask(runtime: &Runtime, client: &managed_identity_reqwest::ManagedIdentityClient, names: &[String]) {
    runtime.run(async {
        for name in names {
            client.get_token(name).await.expect("every request is answered");
        }
    });
}
