//! At the edge: ten thousand keys in one client, a thousand tasks at once, and tokens that are read while all of them are
//! being renewed by an endpoint that is silent.

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential as _;
use azure_identity::ManagedIdentityCredential;
use managed_identity_benchmarks::measure::{Clock, Runtime, medians};
use managed_identity_benchmarks::report::Report;
use managed_identity_benchmarks::{NO_ENDPOINT, RESOURCE, SCOPE, answer_due_at_once, answer_for_anything, ours, peer};
use managed_identity_reqwest::core::RefreshPolicy;
use managed_identity_reqwest::{AsyncEffects, ManagedIdentityClient, ResourceClient};

const ROUNDS: usize = 31;
const KEYS: usize = 10_000;
const TASKS: usize = 1_000;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    keys(report)?;
    tasks(report)?;
    storm(report)
}

/// Each of ten thousand tokens, one after the other.
fn keys(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new();
    let (client, handles) = many(&runtime, ours::InstantEffects::answering(answer_for_anything()))?;
    let names: Vec<String> = (0..KEYS).map(name).collect();
    let scopes: Vec<String> = names.iter().map(|name| format!("{name}/.default")).collect();
    let credential = peer::instant(&peer::InstantTransport::shared());
    runtime.run(async {
        for scope in &scopes {
            credential.get_token(&[scope], None).await?;
        }
        Ok::<_, azure_core::Error>(())
    })?;
    let [by_handle, by_name, by_peer] = medians(
        ROUNDS,
        [
            &mut || each(&runtime, &handles, async |handle| drop(black_box(handle.get_token().await))),
            &mut || each(&runtime, &names, async |name| drop(black_box(client.get_token(name.as_str()).await))),
            &mut || each(&runtime, &scopes, async |scope| drop(black_box(credential.get_token(&[scope], None).await))),
        ],
    );
    assert_eq!(client.metrics().requests, KEYS as u64, "every token must come from the cache");
    report.ratio_within("cached-token-of-ten-thousand", by_handle, by_peer, 1.0 / 4.0);
    report.ratio("cached-token-of-ten-thousand-by-name", by_name, by_peer);
    Ok(())
}

/// A thousand tasks that want the same token, before there is one and when there is.
fn tasks(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new();
    let effects = ours::InstantEffects::shared();
    let transport = peer::InstantTransport::shared();
    let client = ours::instant(&effects);
    let credential = peer::instant(&transport);
    runtime.run(client.get_token(RESOURCE))?;
    runtime.run(credential.get_token(&[SCOPE], None))?;
    let [cold, peer_cold, cached, peer_cached] = medians(
        ROUNDS,
        [
            &mut || together(&runtime, &ours::instant(&effects)),
            &mut || together_by_peer(&runtime, &peer::instant(&transport)),
            &mut || together(&runtime, &client),
            &mut || together_by_peer(&runtime, &credential),
        ],
    );
    assert_eq!(client.metrics().requests, 1, "every token but the first must come from the cache");
    // Each caller of ours waits for the outcome of one flight, of the peer's for a lock.
    report.ratio_within("thousand-tasks-cold", cold, peer_cold, 1.6);
    report.ratio_within("thousand-tasks-cached", cached, peer_cached, 1.0);
    Ok(())
}

/// Ten thousand tokens that are all due, and an endpoint that gives no others: who reads does not wait for it. The peer has
/// no such case, since its callers do wait; ours is compared with tokens that are not due.
fn storm(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new();
    let (_quiet_client, quiet) = many(&runtime, ours::InstantEffects::answering(answer_for_anything()))?;
    let silent = ours::InstantEffects::answering(answer_due_at_once()).silent_after(KEYS as u64);
    let (client, due) = many(&runtime, silent)?;
    // The first look at each begins its renewal, and then they are on their way.
    each(&runtime, &due, async |handle| drop(black_box(handle.get_token().await)));
    runtime.run(async {
        while client.metrics().requests < 2 * KEYS as u64 {
            tokio::task::yield_now().await;
        }
    });
    let [stormy, calm] = medians(
        ROUNDS,
        [&mut || each(&runtime, &due, async |handle| drop(black_box(handle.get_token().await))), &mut || {
            each(&runtime, &quiet, async |handle| drop(black_box(handle.get_token().await)))
        }],
    );
    assert_eq!(client.metrics().requests, 2 * KEYS as u64, "one renewal of each is enough");
    report.ratio_within("cached-token-in-a-storm", stormy, calm, 12.0);
    Ok(())
}

fn name(number: usize) -> String {
    format!("https://vault-{number}.example")
}

/// A client with ten thousand tokens, and a handle for each.
fn many(
    runtime: &Runtime,
    effects: ours::InstantEffects,
) -> Result<(ManagedIdentityClient, Vec<ResourceClient>), Box<dyn Error>> {
    let mut policy = RefreshPolicy::default();
    policy.max_entries = KEYS;
    policy.failure_pause = Duration::ZERO;
    policy.spread_percent = 0;
    let effects: Arc<dyn AsyncEffects> = Arc::new(effects);
    let client = ours::with_refresh(NO_ENDPOINT, effects, policy);
    let handles = (0..KEYS).map(|number| client.resource(name(number).as_str())).collect::<Result<Vec<_>, _>>()?;
    runtime.run(async {
        for handle in &handles {
            handle.get_token().await?;
        }
        Ok::<_, managed_identity_reqwest::Error>(())
    })?;
    Ok((client, handles))
}

/// The nanoseconds for each of these.
fn each<T>(runtime: &Runtime, all: &[T], work: impl AsyncFn(&T)) -> f64 {
    Clock::Processor.time(KEYS as u32, || {
        runtime.run(async {
            for one in all {
                work(one).await;
            }
        });
    })
}

/// The nanoseconds for each of a thousand tasks.
fn together(runtime: &Runtime, client: &ManagedIdentityClient) -> f64 {
    let ask = || {
        let client = client.clone();
        async move { drop(black_box(client.get_token(RESOURCE).await.expect("the transport answers"))) }
    };
    Clock::Processor.time(TASKS as u32, || runtime.run(all_of(ask)))
}

fn together_by_peer(runtime: &Runtime, credential: &Arc<ManagedIdentityCredential>) -> f64 {
    let ask = || {
        let credential = Arc::clone(credential);
        async move { drop(black_box(credential.get_token(&[SCOPE], None).await.expect("the transport answers"))) }
    };
    Clock::Processor.time(TASKS as u32, || runtime.run(all_of(ask)))
}

async fn all_of<F: Future<Output = ()> + Send + 'static>(ask: impl Fn() -> F) {
    let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(ask())).collect();
    for task in tasks {
        task.await.expect("a task does not panic");
    }
}
