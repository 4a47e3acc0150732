//! What a request costs while the token is the same.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::alloc::System;

use bridges_testing::client;
use managed_identity_core::TokenRequest;
use managed_identity_object_store::{ProviderCredential, STORAGE};
use managed_identity_simulator::{SimulatedSource, Simulator};
use object_store::CredentialProvider as _;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[tokio::test]
async fn the_future_that_the_trait_demands_is_all_that_is_allocated() {
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let request = TokenRequest::for_resource(STORAGE).unwrap();
    let credential = ProviderCredential::new(client(&simulator).unwrap(), request);
    credential.get_credential().await.unwrap();
    // The simulator shares this process, and may be slow to tidy up behind the one request that it gets.
    drop(simulator);
    // The first look of a thread after a change gives it a reference count of its own.
    credential.get_credential().await.unwrap();

    let region = Region::new(ALLOCATOR);
    for _ in 0..1000 {
        credential.get_credential().await.unwrap();
    }
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (1000, 0), "{change:?}");
}
