//! What callers ask: the client of one source, or a chain of credentials.

use std::sync::Arc;

use managed_identity_reqwest::core::{Environment, HostFacts, Platform};
use managed_identity_reqwest::{
    AccessToken, DefaultCredential, Error, ManagedIdentityClient, RefreshPolicy, ResourceClient,
};
use managed_identity_simulator::Simulator;
use managed_identity_tests::hurried::Hurried;

use crate::plan::{Plan, Wanted};
use crate::support;

#[derive(Clone)]
pub(crate) enum Client {
    OfSource(ManagedIdentityClient),
    /// As the simulator's environment describes it: whatever comes before its source is not configured.
    OfChain(DefaultCredential),
}

impl Client {
    pub(crate) fn new(
        plan: &Plan,
        wanted: &Wanted,
        simulator: &Simulator,
        effects: &Arc<Hurried>,
        refresh: &RefreshPolicy,
    ) -> Result<Self, Error> {
        if plan.asks_chain {
            let variables = simulator.environment();
            let environment = Environment::from_lookup(|name| variables.get(name).cloned());
            let builder = DefaultCredential::builder()
                .environment(environment, HostFacts::of(Platform::Linux))
                .identity(wanted.identity.clone())
                .retry(plan.retry_policy())
                .time_budget(plan.time_budget)
                .refresh(refresh.clone())
                .effects(effects.clone());
            return builder.build().map(Self::OfChain);
        }
        let builder = support::client(simulator)
            .identity(wanted.identity.clone())
            .retry(plan.retry_policy())
            .time_budget(plan.time_budget)
            .refresh(refresh.clone())
            .effects(effects.clone());
        builder.build().map(Self::OfSource)
    }

    pub(crate) async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        match self {
            Self::OfSource(client) => client.get_token(resource).await,
            Self::OfChain(credential) => credential.get_token(resource).await,
        }
    }

    pub(crate) fn resource(&self, resource: &str) -> Result<ResourceClient, Error> {
        match self {
            Self::OfSource(client) => client.resource(resource),
            Self::OfChain(credential) => credential.resource(resource),
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        match self {
            Self::OfSource(client) => client.metrics().requests,
            Self::OfChain(credential) => credential.metrics().requests,
        }
    }
}
