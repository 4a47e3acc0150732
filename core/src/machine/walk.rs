//! The walk along a chain: whose turn it is, what became of those before, and whether to go on.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::chain::AcquireFromChain;
use super::flow::{Flow, Next};
use super::options::AcquireOptions;
use super::recipe::Acquire;
use super::retry_policy::TIME_BUDGET;
use super::tool;
use crate::credential::{Credential, Federated, Source, Tool, verdict_on};
use crate::effect::{CommandOutput, CommandRequest};
use crate::error::{ChainError, CommandError, Error, Fault, MemberError};
use crate::kind::{CredentialKind, IdentityKind, SourceKind, Verdict};
use crate::values::{AccessToken, Identity, Secret, SplitMix64, TokenRequest, UnixTime};

/// What the chain has to do next.
pub(super) enum Turn {
    /// A member's flow is on its way.
    Flow(Next, Box<Walk>),
    /// A developer tool is to be run.
    Run(Box<CommandRequest>, Box<Walk>),
    /// The chain has ended.
    Done(Result<AccessToken, Error>),
}

/// One walk.
#[derive(Debug)]
pub(super) struct Walk {
    recipe: AcquireFromChain,
    random: SplitMix64,
    /// The members still to be tried, as positions in the chain, the next one at the end.
    ahead: Vec<usize>,
    /// Whose turn it is.
    current: usize,
    /// It is asked for the assertion of an application, with which the member goes on.
    awaits_assertion: bool,
    lines: Vec<MemberError>,
    /// Something that is not here may be in a moment: it was there before, or is said to be.
    is_transient: bool,
    started: UnixTime,
    /// Grows only.
    now: UnixTime,
}

impl Walk {
    pub(super) fn begin(recipe: AcquireFromChain, seed: u64, now: UnixTime) -> Turn {
        let members = recipe.chain.members();
        let first = |position: &usize| Some(members[*position].kind()) == recipe.first;
        let mut ahead: Vec<usize> = (0..members.len()).rev().collect();
        // Stable, so that the others keep their order.
        ahead.sort_by_key(first);
        let random = SplitMix64::new(seed);
        Box::new(Self {
            recipe,
            random,
            ahead,
            current: 0,
            awaits_assertion: false,
            lines: Vec::new(),
            is_transient: false,
            started: now,
            now,
        })
        .next()
    }

    /// Something came at this time.
    pub(super) fn at(&mut self, now: UnixTime) {
        self.now = self.now.max(now);
    }

    /// So much will be waited.
    pub(super) fn waits(&mut self, delay: Duration) {
        self.now = self.now + delay;
    }

    /// The flow of the member whose turn it was has ended.
    pub(super) fn on_outcome(mut self: Box<Self>, outcome: Result<AccessToken, Error>) -> Turn {
        match outcome {
            Ok(assertion) if self.awaits_assertion => {
                self.awaits_assertion = false;
                self.exchange(Secret::from(assertion.secret()))
            }
            Ok(token) => Turn::Done(Ok(token)),
            Err(error) => self.on_error(error),
        }
    }

    /// The tool whose turn it was has answered.
    pub(super) fn on_output(self: Box<Self>, output: Result<CommandOutput, CommandError>) -> Turn {
        match self.tool() {
            Some(it) => {
                let outcome = tool::token(it, &self.recipe.request, output);
                self.on_outcome(outcome)
            }
            // Only a tool is run.
            None => self.next(),
        }
    }

    fn next(mut self: Box<Self>) -> Turn {
        let Some(position) = self.ahead.pop() else {
            return Turn::Done(Err(Error::Chain(Box::new(ChainError::exhausted(self.lines, self.is_transient)))));
        };
        self.current = position;
        let chain = self.recipe.chain.clone();
        match chain.members()[position].credential() {
            Err(line) => {
                let line = line.clone();
                if line.verdict == Some(Verdict::Refused) {
                    let (fault, next_step) = (Fault::Caller, line.next_step);
                    return self.stop(line, |lines| ChainError::stopped(lines, fault, (false, None), next_step));
                }
                self.lines.push(line);
                self.next()
            }
            Ok(Credential::Source(source)) => match self.acquire(source, self.request()) {
                Ok(acquire) => self.fly(acquire),
                Err(error) => self.on_error(error),
            },
            Ok(Credential::Federated(it)) => {
                self.awaits_assertion = true;
                match self.assertion(it) {
                    Ok(acquire) => self.fly(acquire),
                    Err(error) => self.on_error(error),
                }
            }
            Ok(Credential::Tool(it)) => match tool::command(it, &self.recipe.request, chain.tenants(), self.left()) {
                Ok(command) => Turn::Run(Box::new(command), self),
                Err(error) => self.on_error(error),
            },
        }
    }

    fn fly(mut self: Box<Self>, acquire: Acquire) -> Turn {
        let seed = self.random.next();
        Turn::Flow(Flow::begin(acquire, seed, self.now), self)
    }

    /// How the application's assertion is asked for.
    fn assertion(&self, federated: &Federated) -> Result<Acquire, Error> {
        let request = TokenRequest::for_resource(&federated.audience)?;
        let identity = match federated.proof.assertion_member() {
            // The token of the managed identity that the request names.
            None => self.recipe.request.identity().clone(),
            Some(_) => Identity::SystemAssigned,
        };
        self.acquire(&federated.proof, request.with_identity(identity))
    }

    /// Takes the assertion to the authority.
    fn exchange(mut self: Box<Self>, assertion: Secret) -> Turn {
        let chain = self.recipe.chain.clone();
        let Ok(Credential::Federated(it)) = chain.members()[self.current].credential() else { return self.next() };
        match self.acquire(&it.application, self.request()) {
            Ok(acquire) => {
                let seed = self.random.next();
                Turn::Flow(Flow::begin_with(assertion, acquire, seed, self.now), self)
            }
            Err(error) => self.on_error(error),
        }
    }

    fn on_error(mut self: Box<Self>, error: Error) -> Turn {
        let is_of_assertion = core::mem::take(&mut self.awaits_assertion);
        if self.recipe.chain.members().len() == 1 {
            return Turn::Done(Err(error));
        }
        let member = self.kind();
        let asked = if is_of_assertion { self.assertion_source() } else { self.source() };
        let proof = asked.is_none_or(Source::is_proven);
        // A managed identity that is not here is not here, whatever it would be used for.
        let judged = asked.map_or(member, |source| CredentialKind::of(source.kind()));
        let verdict = verdict_on(judged, &error, proof);
        let reason = match &error {
            // The line begins with the name of the tool.
            Error::DeveloperTool { error, .. } => error.to_string(),
            other => other.to_string(),
        };
        let line = MemberError::new(member, verdict, reason, error.next_step());
        if verdict == Verdict::Refused {
            return self.stop(line, |lines| {
                let later = (error.is_transient(), error.retry_after());
                ChainError::stopped(lines, error.fault(), later, error.next_step())
            });
        }
        self.is_transient |= proof && error.is_transient();
        self.lines.push(line);
        self.next()
    }

    /// Ends with this member; those behind it are not reached.
    fn stop(mut self: Box<Self>, line: MemberError, error: impl FnOnce(Vec<MemberError>) -> ChainError) -> Turn {
        self.lines.push(line);
        let members = self.recipe.chain.members();
        let not_reached = self.ahead.iter().rev().map(|position| MemberError::not_reached(members[*position].kind()));
        self.lines.extend(not_reached);
        Turn::Done(Err(Error::Chain(Box::new(error(self.lines)))))
    }

    /// The recipe of a request to the member whose turn it is.
    fn acquire(&self, source: &Arc<Source>, request: TokenRequest) -> Result<Acquire, Error> {
        let recipe = &self.recipe;
        let tenant = match source.tenant() {
            Some(configured) => {
                recipe.chain.tenants().choose(Some(configured), recipe.request.tenant(), source.kind())?
            }
            None => None,
        };
        let source = match tenant {
            Some(tenant) => Arc::new(source.in_tenant(tenant)?),
            None => Arc::clone(source),
        };
        let is_imds = source.kind() == SourceKind::Imds && !source.is_proven();
        let options = AcquireOptions { time_budget: Some(self.share()), ..recipe.options.clone() };
        let mut acquire = Acquire::new(source, request)?.with_options(&options);
        let is_known = recipe.first == Some(self.kind()) || recipe.chain.members().len() == 1;
        acquire.probes = is_imds && !is_known;
        Ok(acquire)
    }

    /// The request as the member whose turn it is can serve it.
    fn request(&self) -> TokenRequest {
        let request = &self.recipe.request;
        let identity = match (self.kind(), request.identity()) {
            (CredentialKind::ManagedIdentity, Identity::SystemAssigned) => self.recipe.chain.identity().clone(),
            (CredentialKind::ManagedIdentity, named) => named.clone(),
            (CredentialKind::WorkloadIdentity, named) if named.kind() == IdentityKind::ClientId => named.clone(),
            _ => Identity::SystemAssigned,
        };
        request.clone().with_identity(identity)
    }

    fn kind(&self) -> CredentialKind {
        self.recipe.chain.members()[self.current].kind()
    }

    fn source(&self) -> Option<&Source> {
        self.recipe.chain.members()[self.current].source()
    }

    fn assertion_source(&self) -> Option<&Source> {
        self.recipe.chain.members()[self.current].assertion_source()
    }

    fn tool(&self) -> Option<&Tool> {
        match self.recipe.chain.members()[self.current].credential() {
            Ok(Credential::Tool(it)) => Some(it),
            _ => None,
        }
    }

    /// How much of the time the source whose turn it is may take. One that is said to be there is waited for, and must leave
    /// the developer tools behind it theirs: a laptop may be joined to Azure Arc, and its agent not run.
    fn share(&self) -> Duration {
        let left = self.left();
        if self.kind() != CredentialKind::ManagedIdentity {
            return left;
        }
        let members = self.recipe.chain.members();
        let tools = self.ahead.iter().filter_map(|position| match members[*position].credential() {
            Ok(Credential::Tool(it)) => Some(it.time_limit),
            _ => None,
        });
        left.saturating_sub(tools.sum::<Duration>().min(left / 2))
    }

    fn left(&self) -> Duration {
        self.recipe.options.time_budget.unwrap_or(TIME_BUDGET).saturating_sub(self.now.saturating_since(self.started))
    }
}
