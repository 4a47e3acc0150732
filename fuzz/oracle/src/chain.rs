//! A chain of credentials: any environment, any choice of members, any request, any script of answers.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use managed_identity_core::{
    AccessToken, AcquireFromChain, Chain, ChainOptions, CredentialKind, Error, TokenRequest, UnixTime,
};

use crate::detection::Surroundings;
use crate::play::{Answer, assert_same, identity, play};
use crate::secrets::Secrets;

const KINDS: [CredentialKind; 9] = [
    CredentialKind::Environment,
    CredentialKind::WorkloadIdentity,
    CredentialKind::ManagedIdentity,
    CredentialKind::AzureCli,
    CredentialKind::AzurePowerShell,
    CredentialKind::AzureDeveloperCli,
    CredentialKind::AzurePipelines,
    CredentialKind::GitHubActions,
    CredentialKind::FederatedIdentity,
];

#[derive(Arbitrary, Debug)]
struct Script {
    surroundings: Surroundings,
    /// Positions in [`KINDS`]; none for what the environment says.
    only: Option<Vec<u8>>,
    excluded: Option<u8>,
    starting_with: Option<u8>,
    requires_variable: bool,
    configured_tenant: Option<String>,
    resource: String,
    tenant: Option<String>,
    claims: Option<String>,
    identity: u8,
    id: String,
    fails_fast: bool,
    budget: u16,
    seed: u64,
    now: u32,
    answers: Vec<Answer>,
}

/// Every chain ends, keeps each secret in its place, gives tokens of its members only, has a line for each member in its error,
/// and ends the same way when it is replayed.
pub fn chain(data: &[u8]) {
    let Ok(script) = Script::arbitrary(&mut Unstructured::new(data)) else { return };
    let secrets = Secrets::new(data, &script.surroundings.environment());
    let Some(chain) = script.chain() else { return };
    secrets.assert_hidden(&chain);
    let Some(request) = script.request() else { return };
    let outcome = script.play(&chain, &request, &secrets);
    let has = |kind| chain.members().iter().any(|member| member.kind() == kind);
    match &outcome {
        Ok(token) => assert!(has(CredentialKind::of(token.source())), "a token of {:?}", token.source()),
        Err(Error::Chain(error)) => {
            assert!(error.members.len() <= chain.members().len(), "more lines than members");
            assert!(error.members.iter().all(|line| has(line.credential)), "a line of somebody else");
        }
        Err(_) => {}
    }
    assert_same(outcome, script.play(&chain, &request, &secrets));
}

fn kind(position: u8) -> CredentialKind {
    KINDS[usize::from(position) % KINDS.len()]
}

impl Script {
    fn chain(&self) -> Option<Chain> {
        let mut options = ChainOptions::default().detection(self.surroundings.options());
        if let Some(only) = &self.only {
            options = options.only(only.iter().take(KINDS.len()).copied().map(kind));
        }
        if let Some(excluded) = self.excluded {
            options = options.exclude(kind(excluded));
        }
        if self.requires_variable {
            options = options.require_variable();
        }
        if let Some(tenant) = &self.configured_tenant {
            options = options.tenant(tenant);
        }
        Chain::of(&self.surroundings.environment(), self.surroundings.facts(), &options).ok()
    }

    fn request(&self) -> Option<TokenRequest> {
        let mut request = TokenRequest::for_resource(&self.resource).ok()?;
        // The identity that the environment names is asked for unless one is named here.
        if self.identity != 0 {
            request = request.with_identity(identity(self.identity, &self.id));
        }
        if let Some(tenant) = &self.tenant {
            request = request.with_tenant(tenant);
        }
        if let Some(claims) = &self.claims {
            request = request.with_claims(claims);
        }
        Some(request)
    }

    fn play(&self, chain: &Chain, request: &TokenRequest, secrets: &Secrets) -> Result<AccessToken, Error> {
        let budget = Duration::from_secs(self.budget.into());
        let mut acquire = AcquireFromChain::new(chain.clone(), request.clone()).with_time_budget(budget);
        if let Some(first) = self.starting_with {
            acquire = acquire.starting_with(kind(first));
        }
        if self.fails_fast {
            acquire = acquire.with_fail_fast();
        }
        let now = self.now.into();
        play(acquire.start(self.seed, UnixTime::from_secs(now)), now, &self.answers, budget, secrets)
    }
}
