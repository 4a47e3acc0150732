//! What one script does, drawn from its seed.

use std::borrow::Cow;
use std::time::Duration;

use fastrand::Rng;
use managed_identity_reqwest::{Identity, RetryPolicy, SourceKind};
use managed_identity_simulator::{AssignedIdentity, SimulatedSource};

/// Characters that have a meaning in a query, in a form and in JSON, but no blank: a scope has none.
const RESOURCES: [&str; 3] =
    ["https://vault.azure.net", "https://management.azure.com/", "api://a&b=c%20d+e#f?g\u{e9}"];
/// Encrypted ones cost many times the processor time of the others, so they are rarer.
const SOURCES: [SimulatedSource; 22] = {
    use SimulatedSource::{AppService, AzureArc, CloudShell, Imds, MachineLearning, ServiceFabric, WorkloadIdentity};
    [
        AppService,
        AppService,
        AppService,
        AppService,
        AzureArc,
        AzureArc,
        AzureArc,
        AzureArc,
        AzureArc,
        AzureArc,
        CloudShell,
        CloudShell,
        CloudShell,
        Imds,
        Imds,
        Imds,
        Imds,
        MachineLearning,
        MachineLearning,
        MachineLearning,
        ServiceFabric,
        WorkloadIdentity,
    ]
};

/// More than an endpoint is tried that does not open, or does not answer in time, in the longest time budget: after 15 attempts
/// at least 6.4 seconds apart, each wait takes four tenths of what is left, down to a tenth of a second.
const MOST_PATIENT_ATTEMPTS: usize = 40;

/// One script.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) source: SimulatedSource,
    /// Whether the source is asked as a member of a chain.
    pub(crate) asks_chain: bool,
    pub(crate) token_lifetime: Duration,
    pub(crate) time_budget: Duration,
    pub(crate) retries: bool,
    /// Whether an endpoint that is proven is waited for until the time budget ends.
    pub(crate) is_patient: bool,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) resources: Vec<&'static str>,
    /// How many callers ask at once for each identity and resource.
    pub(crate) callers: usize,
    /// What callers do after that, each by itself.
    pub(crate) late: Vec<LateCall>,
}

/// An identity that is asked for, and whose token that must bring.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) identity: Identity,
    /// `None`: nobody's, since there is no such identity.
    pub(crate) client_id: Option<String>,
}

/// A call by index of the identity and of the resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LateCall {
    pub(crate) wanted: usize,
    pub(crate) resource: usize,
    pub(crate) after: Duration,
    pub(crate) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    Get,
    ForceRefresh,
    Replace,
    /// The caller loses patience.
    GiveUpAfter(Duration),
}

impl Plan {
    pub(crate) fn draw(seed: u64, rng: &mut Rng) -> Self {
        let source = SOURCES[rng.usize(..SOURCES.len())];
        let mut wanted = wanted(source);
        rng.shuffle(&mut wanted);
        wanted.truncate(rng.usize(1..=3));
        let mut resources = RESOURCES.to_vec();
        rng.shuffle(&mut resources);
        resources.truncate(rng.usize(1..=2));
        let late = (0..rng.usize(..8)).map(|_| late_call(rng, wanted.len(), resources.len())).collect();
        Self {
            seed,
            source,
            asks_chain: rng.u8(..3) == 0,
            token_lifetime: Duration::from_secs(if rng.u8(..4) == 0 { 600 } else { 86_400 }),
            time_budget: Duration::from_secs([120, 120, 120, 30, 10][rng.usize(..5)]),
            retries: rng.u8(..10) > 0,
            is_patient: rng.u8(..4) == 0,
            wanted,
            resources,
            callers: rng.usize(1..=4),
            late,
        }
    }

    pub(crate) fn retry_policy(&self) -> RetryPolicy {
        let mut policy = if self.retries { RetryPolicy::of(self.kind()) } else { RetryPolicy::none() };
        policy.time_budget = self.time_budget;
        if !self.is_patient {
            policy.start_up_delays = Cow::Borrowed(&[]);
        }
        policy
    }

    /// How many pairs of an identity and a resource there are.
    pub(crate) fn keys(&self) -> usize {
        self.wanted.len() * self.resources.len()
    }

    /// The most requests that one acquisition may send.
    pub(crate) fn most_requests(&self) -> usize {
        let policy = self.retry_policy();
        let shortest = |step: Duration| step * u32::from(100 - policy.jitter_percent) / 100;
        let gone = policy.gone.map_or(0, |gone| gone.total.as_millis().div_ceil(shortest(gone.step).as_millis()));
        let retries = policy.delays.len().max(policy.throttled_delays.len()) + usize::try_from(gone).unwrap_or(0);
        let exchanges = if self.source == SimulatedSource::AzureArc { 2 } else { 1 };
        // A chain may look for the endpoint first.
        let exchanges = exchanges + usize::from(self.asks_chain);
        let patience = if self.is_patient { MOST_PATIENT_ATTEMPTS } else { 0 };
        exchanges * (1 + patience) + retries
    }

    fn kind(&self) -> SourceKind {
        match self.source {
            SimulatedSource::ServiceFabric => SourceKind::ServiceFabric,
            SimulatedSource::AppService => SourceKind::AppService,
            SimulatedSource::MachineLearning => SourceKind::MachineLearning,
            SimulatedSource::AzureArc => SourceKind::AzureArc,
            SimulatedSource::CloudShell => SourceKind::CloudShell,
            SimulatedSource::Imds => SourceKind::Imds,
            SimulatedSource::WorkloadIdentity => SourceKind::WorkloadIdentity,
            other => panic!("{other} is no managed identity"),
        }
    }
}

/// The identities of the simulated machine.
pub(crate) fn assigned() -> Vec<AssignedIdentity> {
    vec![
        AssignedIdentity::default_system_assigned(),
        AssignedIdentity::default_user_assigned(),
        AssignedIdentity::user_assigned("second-client", "second-object", "/subscriptions/s/second & last?"),
    ]
}

fn wanted(source: SimulatedSource) -> Vec<Wanted> {
    let all = assigned();
    let (system, user, second) = (&all[0], &all[1], &all[2]);
    let by = |identity: Identity, whose: &AssignedIdentity| Wanted {
        identity,
        client_id: Some(whose.client_id().to_owned()),
    };
    let by_client_id = |whose: &AssignedIdentity| by(Identity::ClientId(whose.client_id().to_owned()), whose);
    let nobody = Wanted { identity: Identity::ClientId("no-such-client".to_owned()), client_id: None };
    let of_machine = by(Identity::SystemAssigned, system);
    match source {
        SimulatedSource::ServiceFabric | SimulatedSource::CloudShell => vec![of_machine],
        SimulatedSource::MachineLearning => vec![of_machine, by_client_id(user), by_client_id(second), nobody],
        // The environment of the pod names the identity that stands for its own.
        SimulatedSource::WorkloadIdentity => vec![by(Identity::SystemAssigned, user), by_client_id(second), nobody],
        SimulatedSource::AppService | SimulatedSource::AzureArc | SimulatedSource::Imds => vec![
            of_machine,
            by_client_id(user),
            by_client_id(second),
            by(Identity::ObjectId(user.object_id().to_owned()), user),
            by(Identity::ResourceId(second.resource_id().unwrap_or_default().to_owned()), second),
            nobody,
        ],
        other => panic!("{other} is no managed identity"),
    }
}

fn late_call(rng: &mut Rng, wanted: usize, resources: usize) -> LateCall {
    let what = match rng.u8(..6) {
        0 | 1 => What::Get,
        2 => What::ForceRefresh,
        3 | 4 => What::Replace,
        _ => What::GiveUpAfter(Duration::from_millis(rng.u64(..60))),
    };
    let after = Duration::from_millis(rng.u64(..40));
    LateCall { wanted: rng.usize(..wanted), resource: rng.usize(..resources), after, what }
}
