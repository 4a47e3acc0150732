//! Plays one script and judges what the callers got.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use managed_identity_reqwest::{AccessToken, Error, NativeEffects, RefreshPolicy};
use managed_identity_simulator::{FaultScript, Simulator};
use managed_identity_tests::hurried::Hurried;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::faults;
use crate::plan::{LateCall, Plan, Wanted, What, assigned};
use crate::tally::Tally;

/// How many times as fast as the real time a script's time passes.
const PACE: u32 = 100;
/// What a busy machine may add to each call.
const GRACE: Duration = Duration::from_secs(20);
/// Longer than any verdict of a cache stands, and any lease.
const LONG: Duration = Duration::from_secs(2 * 60 * 60);

type Outcome = Result<AccessToken, Error>;

/// A running script.
struct Script {
    plan: Plan,
    simulator: Simulator,
    effects: Arc<Hurried>,
    /// One for each identity.
    clients: Vec<Client>,
    /// Acquisitions that there was a reason for.
    acquisitions: usize,
    tally: Tally,
}

/// Plays the script of a seed. The error says what does not hold.
pub(crate) async fn play(seed: u64, trap: &str) -> Result<Tally, String> {
    let mut rng = Rng::with_seed(seed);
    let plan = Plan::draw(seed, &mut rng);
    let shown = format!("{plan:?}");
    let mut script = Script::start(plan)?;
    let faults = faults::draw(&mut rng, &script.simulator.secrets(), trap);
    let shown = format!("{shown}\n{faults:?}");
    script.set_faults(faults)?;
    script.play().await.map_err(|why| format!("{why}\n{shown}"))?;
    Ok(script.tally)
}

impl Script {
    fn start(plan: Plan) -> Result<Self, String> {
        let simulator = Simulator::builder(plan.source)
            .identities(assigned())
            .token_lifetime(plan.token_lifetime)
            .start()
            .map_err(|error| error.to_string())?;
        let mut native = NativeEffects::builder();
        if let Some(authority) = simulator.ca_certificate() {
            native = native.root_certificate(authority.der());
        }
        let effects = Hurried::new(native.build(), PACE, plan.seed);
        // What a busy machine loses counts a hundredfold here, and must not end a lease: then two would ask at once.
        let mut refresh = RefreshPolicy::default();
        refresh.lease = LONG / 2;
        let client = |wanted: &Wanted| {
            Client::new(&plan, wanted, &simulator, &effects, &refresh).map_err(|error| error.to_string())
        };
        let clients = plan.wanted.iter().map(client).collect::<Result<_, _>>()?;
        Ok(Self { plan, simulator, effects, clients, acquisitions: 0, tally: Tally { scripts: 1, ..Tally::default() } })
    }

    async fn play(&mut self) -> Result<(), String> {
        self.all_at_once().await?;
        self.acquisitions += self.plan.keys();
        self.check_requests()?;

        self.each_by_itself().await?;
        self.acquisitions += self.plan.late.len();
        self.check_requests()?;

        self.recover().await?;
        // A token that lives for less than the time that has passed since is gone as soon as it comes.
        self.acquisitions += self.plan.keys() * self.plan.callers;
        self.check_requests()
    }

    fn set_faults(&self, faults: FaultScript) -> Result<(), String> {
        self.simulator.set_faults(faults).map_err(|error| error.to_string())
    }

    /// All callers of all keys begin before the first answer can be there: each key may be fetched once.
    async fn all_at_once(&mut self) -> Result<(), String> {
        for (outcome, wanted, resource) in self.ask_for_everything().await? {
            self.judge(wanted, resource, &outcome)?;
        }
        Ok(())
    }

    async fn ask_for_everything(&self) -> Result<Vec<(Outcome, usize, usize)>, String> {
        let mut calls = Vec::new();
        for (wanted, client) in self.clients.iter().enumerate() {
            for (index, resource) in self.plan.resources.iter().enumerate() {
                for caller in 0..self.plan.callers {
                    // A scope and its resource share one token.
                    let asked = if caller % 2 == 0 { (*resource).to_owned() } else { format!("{resource}/.default") };
                    calls.push(async move {
                        let outcome = self.in_time(client.get_token(&asked)).await?;
                        Ok::<_, String>((outcome, wanted, index))
                    });
                }
            }
        }
        join_all(calls).await.into_iter().collect()
    }

    /// Callers on threads of their own, with everything that a caller can do.
    async fn each_by_itself(&mut self) -> Result<(), String> {
        let mut calls = JoinSet::new();
        for late in self.plan.late.clone() {
            let client = self.clients[late.wanted].clone();
            let resource = self.plan.resources[late.resource];
            let limit = self.longest_call();
            calls.spawn(async move { (late, tokio::time::timeout(limit, call(&client, resource, late)).await) });
        }
        while let Some(ended) = calls.join_next().await {
            let (late, outcome) = ended.map_err(|error| error.to_string())?;
            match outcome.map_err(|_| format!("{late:?} hangs"))? {
                Some(outcome) => self.judge(late.wanted, late.resource, &outcome)?,
                None => self.tally.given_up += 1,
            }
        }
        Ok(())
    }

    /// Once the faults are over, everybody gets what there is, at the first try.
    async fn recover(&mut self) -> Result<(), String> {
        self.set_faults(FaultScript::new())?;
        // Flights that their callers have left may have met the last of the faults: what is asked for anew comes after them.
        for client in &self.clients {
            for resource in &self.plan.resources {
                let handle = client.resource(resource).map_err(|error| error.to_string())?;
                drop(self.in_time(handle.force_refresh()).await?);
            }
        }
        self.acquisitions += self.plan.keys();
        self.effects.set_pace(1);
        self.effects.advance(LONG);
        for (outcome, wanted, resource) in self.ask_for_everything().await? {
            let there_is_one = self.plan.wanted[wanted].client_id.is_some();
            if let (Err(error), true) = (&outcome, there_is_one) {
                return Err(format!("no token although the faults are over: {error}"));
            }
            self.judge(wanted, resource, &outcome)?;
        }
        Ok(())
    }

    /// The longest that a call may take: one acquisition of its own after one that it waited for, and one more of those.
    fn longest_call(&self) -> Duration {
        3 * self.plan.time_budget / PACE + GRACE
    }

    async fn in_time(&self, call: impl Future<Output = Outcome>) -> Result<Outcome, String> {
        tokio::time::timeout(self.longest_call(), call).await.map_err(|_| "a call hangs".to_owned())
    }

    fn judge(&mut self, wanted: usize, resource: usize, outcome: &Outcome) -> Result<(), String> {
        let resource = self.plan.resources[resource];
        match outcome {
            Ok(token) => {
                let claims = self.simulator.verify_token(token.secret(), resource);
                let claims = claims.map_err(|error| format!("a token for {resource}: {error}"))?;
                let expected = &self.plan.wanted[wanted];
                if expected.client_id.as_ref() != Some(&claims.appid) {
                    return Err(format!("the token of {} for {expected:?}", claims.appid));
                }
                self.tally.tokens += 1;
            }
            Err(error) => self.tally.count_failure(error),
        }
        let shown = match outcome {
            Ok(token) => format!("{token:?}"),
            Err(error) => format!("{error} {error:?} {:?}", error.evidence()),
        };
        match self.simulator.secrets().iter().find(|secret| shown.contains(*secret)) {
            Some(_) => Err(format!("a secret in: {shown}")),
            None => Ok(()),
        }
    }

    /// No more requests than acquisitions and the retry policy allow, and none that the client does not know of.
    fn check_requests(&mut self) -> Result<(), String> {
        let sent: u64 = self.clients.iter().map(Client::requests).sum();
        let served = self.simulator.request_count() as u64;
        let allowed = (self.acquisitions * self.plan.most_requests()) as u64;
        self.tally.requests = sent;
        if served <= sent && sent <= allowed {
            Ok(())
        } else {
            Err(format!("{served} requests came of {sent} sent, where {allowed} are allowed"))
        }
    }
}

/// `None` when the caller gave up.
async fn call(client: &Client, resource: &str, late: LateCall) -> Option<Outcome> {
    tokio::time::sleep(late.after).await;
    let resource = match client.resource(resource) {
        Ok(resource) => resource,
        Err(error) => return Some(Err(error)),
    };
    match late.what {
        What::Get => Some(resource.get_token().await),
        What::ForceRefresh => Some(resource.force_refresh().await),
        What::Replace => match resource.fresh_token() {
            Some(token) => Some(resource.replace_token(&token).await),
            None => Some(resource.get_token().await),
        },
        What::GiveUpAfter(patience) => tokio::time::timeout(patience, resource.force_refresh()).await.ok(),
    }
}
