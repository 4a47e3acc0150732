//! The interface `credential-chain`.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use managed_identity_core::{
    AcquireFromChain, Chain, ChainOptions, ConfigError, CredentialKind, Error, Member, MemberError, Step, Verdict,
};

mod certificate;
mod command;

use super::bindings::exports::managed_identity::client::credential_chain as interface;
use super::bindings::exports::managed_identity::client::state_machine;
use super::{Acquisition, Machine, State, effect, environment_of, outcome, request, time, types};

impl interface::Guest for Machine {
    type Chain = ChainOrMistake;

    fn credential_of(acquisition: state_machine::AcquisitionBorrow<'_>) -> Option<interface::Credential> {
        acquisition.get::<Acquisition>().looked_at(|state| match state {
            State::Step(Step::Done(Ok(token))) => Some(credential(CredentialKind::of(token.source()))),
            _ => None,
        })
    }

    fn lines_of(acquisition: state_machine::AcquisitionBorrow<'_>) -> Vec<interface::Line> {
        acquisition.get::<Acquisition>().looked_at(|state| match state {
            State::Step(Step::Done(Err(Error::Chain(error)))) => error.members.iter().map(line).collect(),
            _ => Vec::new(),
        })
    }

    fn command_of(acquisition: state_machine::AcquisitionBorrow<'_>) -> Option<interface::Command> {
        acquisition.get::<Acquisition>().looked_at(|state| match state {
            State::Step(Step::Run { command, .. }) => Some(command::command(command)),
            _ => None,
        })
    }

    fn give_output(
        acquisition: state_machine::AcquisitionBorrow<'_>,
        output: Result<interface::CommandOutput, interface::CommandFailure>,
        now: u64,
    ) {
        acquisition.get::<Acquisition>().goes_on(|step| match step {
            Step::Run { then, .. } => State::Step(then.resume(command::output(output), time(now))),
            done @ Step::Done(_) => State::Step(done),
            _ => State::Misused("the step was no command, and the output of one was given"),
        });
    }

    fn certificate_of(acquisition: state_machine::AcquisitionBorrow<'_>) -> Option<interface::Certificate> {
        acquisition.get::<Acquisition>().looked_at(|state| match state {
            State::Step(Step::Sign { what, .. }) => Some(certificate::certificate(what)),
            _ => None,
        })
    }

    fn give_signed(
        acquisition: state_machine::AcquisitionBorrow<'_>,
        signed: Result<interface::Signed, interface::SignFailure>,
    ) {
        acquisition.get::<Acquisition>().goes_on(|step| match step {
            Step::Sign { then, .. } => State::Step(then.resume(certificate::signed(signed))),
            done @ Step::Done(_) => State::Step(done),
            _ => State::Misused("the step was no certificate, and a signature was given"),
        });
    }

    fn signing_input(acquisition: state_machine::AcquisitionBorrow<'_>, certificates: Vec<Vec<u8>>) -> Option<String> {
        acquisition.get::<Acquisition>().looked_at(|state| match state {
            State::Step(Step::Sign { what, .. }) => what.signing_input(&certificates),
            _ => None,
        })
    }
}

/// A chain, or why there is none.
pub(crate) struct ChainOrMistake(Result<Chain, ConfigError>);

impl interface::GuestChain for ChainOrMistake {
    fn new(environment: Vec<types::Variable>, facts: types::HostFacts, options: interface::ChainOptions) -> Self {
        Self(Chain::of(&environment_of(&environment), effect::facts(facts), &parsed(&options)))
    }

    fn members(&self) -> Result<Vec<interface::Member>, types::Error> {
        match &self.0 {
            Ok(chain) => Ok(chain.members().iter().map(member).collect()),
            Err(mistake) => Err(outcome::error(&mistake.clone().into())),
        }
    }

    fn acquire(&self, request: interface::ChainRequest, seed: u64, now: u64) -> state_machine::Acquisition {
        let step = match self.acquisition(request) {
            Ok(acquire) => acquire.start(seed, time(now)),
            Err(error) => Step::Done(Err(error)),
        };
        state_machine::Acquisition::new(Acquisition::at(step))
    }
}

impl ChainOrMistake {
    fn acquisition(&self, asked: interface::ChainRequest) -> Result<AcquireFromChain, Error> {
        let chain = self.0.clone()?;
        let parsed = request::parse(asked.request)?;
        let mut request = parsed.request;
        if let Some(tenant) = &asked.tenant {
            request = request.with_tenant(tenant);
        }
        if let Some(claims) = &asked.claims {
            request = request.with_claims(claims);
        }
        let mut acquire = AcquireFromChain::new(chain, request);
        if let Some(first) = asked.starting_with.and_then(kind) {
            acquire = acquire.starting_with(first);
        }
        if let Some(policy) = parsed.options.retry {
            acquire = acquire.with_retry(policy);
        }
        if let Some(budget) = parsed.options.time_budget {
            acquire = acquire.with_time_budget(budget);
        }
        Ok(if parsed.options.without_client_headers { acquire.without_client_headers() } else { acquire })
    }
}

fn parsed(given: &interface::ChainOptions) -> ChainOptions {
    let mut options = ChainOptions::default();
    if let Some(only) = &given.only {
        options = options.only(only.iter().copied().filter_map(kind));
    }
    for excluded in given.exclude.iter().copied().filter_map(kind) {
        options = options.exclude(excluded);
    }
    if given.require_variable {
        options = options.require_variable();
    }
    if let Some(tenant) = &given.tenant {
        options = options.tenant(tenant);
    }
    match given.tool_time_limit {
        Some(limit) => options.tool_time_limit(Duration::from_millis(limit)),
        None => options,
    }
}

fn member(member: &Member) -> interface::Member {
    interface::Member {
        credential: credential(member.kind()),
        source: member.source().map(|source| source.kind().as_str().to_owned()),
        programs: member.programs().iter().map(ToString::to_string).collect(),
        line: member.error().map(line),
    }
}

fn line(error: &MemberError) -> interface::Line {
    interface::Line {
        credential: credential(error.credential),
        verdict: match error.verdict {
            Some(Verdict::NotConfigured) => interface::Verdict::NotConfigured,
            Some(Verdict::NotHere) => interface::Verdict::NotHere,
            Some(Verdict::Refused) => interface::Verdict::Refused,
            None => interface::Verdict::NotReached,
        },
        reason: error.reason.clone(),
        next_step: error.next_step.to_owned(),
    }
}

fn credential(kind: CredentialKind) -> interface::Credential {
    match kind {
        CredentialKind::Environment => interface::Credential::Environment,
        CredentialKind::WorkloadIdentity => interface::Credential::WorkloadIdentity,
        CredentialKind::ManagedIdentity => interface::Credential::ManagedIdentity,
        CredentialKind::AzureCli => interface::Credential::AzureCli,
        CredentialKind::AzurePowerShell => interface::Credential::AzurePowershell,
        CredentialKind::AzureDeveloperCli => interface::Credential::AzureDeveloperCli,
        CredentialKind::AzurePipelines => interface::Credential::AzurePipelines,
        CredentialKind::GitHubActions => interface::Credential::GithubActions,
        CredentialKind::FederatedIdentity => interface::Credential::Federated,
        _ => interface::Credential::Other,
    }
}

/// The core's kind; `None` for one that is in no chain.
fn kind(credential: interface::Credential) -> Option<CredentialKind> {
    CredentialKind::ALL.iter().copied().find(|kind| self::credential(*kind) == credential)
}
