//! How often a cold and a cached token allocate. A reallocation counts as well.

use std::alloc::System;
use std::error::Error;
use std::process::ExitCode;

use azure_core::credentials::TokenCredential as _;
use managed_identity_benchmarks::measure::Runtime;
use managed_identity_benchmarks::{RESOURCE, SCOPE, ours, peer, run};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    run(|report| {
        let runtime = Runtime::new();
        let effects = ours::InstantEffects::shared();
        let transport = peer::InstantTransport::shared();
        // What a process or a thread allocates once is allocated by the first ones.
        for _ in 0..2 {
            runtime.run(ours::instant(&effects).get_token(RESOURCE))?;
            runtime.run(peer::instant(&transport).get_token(&[SCOPE], None))?;
        }
        let client = ours::instant(&effects);
        let credential = peer::instant(&transport);

        // From the call to the token. Two of ours are the fake transport's: the boxed future and the body.
        let ours_cold = allocations(|| runtime.run(client.get_token(RESOURCE)))?;
        let peer_cold = allocations(|| runtime.run(credential.get_token(&[SCOPE], None)))?;
        report.ratio("cold-token-allocations", ours_cold, peer_cold);
        report.budget("cold-token-allocations", ours_cold, 40.0);

        // The first look of a thread after a change gives it a reference count of its own.
        let handle = client.resource(RESOURCE)?;
        runtime.run(handle.get_token())?;
        let ours_cached = allocations(|| runtime.run(handle.get_token()))?;
        let ours_by_name = allocations(|| runtime.run(client.get_token(RESOURCE)))?;
        let peer_cached = allocations(|| runtime.run(credential.get_token(&[SCOPE], None)))?;
        report.ratio("cached-token-allocations", ours_cached, peer_cached);
        report.budget("cached-token-allocations", ours_cached, 0.0);
        report.ratio("cached-token-by-name-allocations", ours_by_name, peer_cached);
        report.budget("cached-token-by-name-allocations", ours_by_name, 0.0);
        Ok(())
    })
}

fn allocations<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<f64, E> {
    let region = Region::new(ALLOCATOR);
    let result = work();
    let stats = region.change();
    result.map(|_| (stats.allocations + stats.reallocations) as f64)
}
