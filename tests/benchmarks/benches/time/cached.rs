//! A fresh token from the cache, on one thread and on two.
//!
//! Ours is got from a handle that is bound to the resource, and by the resource's name, which looks it up; theirs by the
//! scope, which is the only way. All three clone the token and drop it.

use std::error::Error;
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::SystemTime;

use azure_core::credentials::TokenCredential as _;
use azure_identity::ManagedIdentityCredential;
use managed_identity_benchmarks::endpoint::{Connection, LoopbackEndpoint};
use managed_identity_benchmarks::measure::{Clock, Runtime, medians};
use managed_identity_benchmarks::report::Report;
use managed_identity_benchmarks::{RESOURCE, SCOPE, ours, peer};
use managed_identity_reqwest::{ManagedIdentityClient, NativeEffects, ResourceClient};

const ROUNDS: usize = 101;
const TOKENS: u32 = 20_000;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new();
    let endpoint = LoopbackEndpoint::app_service(Connection::Closed)?.url();
    let client = ours::app_service(&endpoint, Arc::new(NativeEffects::builder().build()));
    let handle = client.resource(RESOURCE)?;
    let credential = peer::instant(&peer::InstantTransport::shared());
    runtime.run(handle.get_token())?;
    runtime.run(credential.get_token(&[SCOPE], None))?;
    let text: Arc<str> = Arc::from("token");

    let [floor, bound, by_name, peer, bound_two, by_name_two, peer_two] = medians(
        ROUNDS,
        [
            &mut || floor(&text),
            &mut || by_handle(&runtime, &handle),
            &mut || by_name(&runtime, &client),
            &mut || by_peer(&runtime, &credential),
            &mut || on_two_threads(|| by_handle(&Runtime::new(), &handle)),
            &mut || on_two_threads(|| by_name(&Runtime::new(), &client)),
            &mut || on_two_threads(|| by_peer(&Runtime::new(), &credential)),
        ],
    );
    assert_eq!(client.metrics().requests, 1, "every token but the first must come from the cache");

    report.ratio_within("cached-token-to-floor", bound, floor, 1.5);
    report.ratio_within("cached-token", bound, peer, 1.0 / 4.0);
    report.ratio("cached-token-by-name", by_name, peer);
    report.ratio_within("cached-token-two-threads-to-one", bound_two, bound, 1.3);
    report.ratio_within("cached-token-two-threads", bound_two, peer_two, 1.0 / 6.0);
    report.ratio("cached-token-by-name-two-threads", by_name_two, peer_two);
    Ok(())
}

/// What no cache can do without: a look at the clock and a clone of a shared pointer.
fn floor(text: &Arc<str>) -> f64 {
    Clock::Processor.time(TOKENS, || {
        for _ in 0..TOKENS {
            black_box(SystemTime::now());
            black_box(Arc::clone(black_box(text)));
        }
    })
}

fn by_handle(runtime: &Runtime, handle: &ResourceClient) -> f64 {
    Clock::Processor.time(TOKENS, || {
        runtime.run(async {
            for _ in 0..TOKENS {
                black_box(handle.get_token().await.expect("it is cached"));
            }
        });
    })
}

fn by_name(runtime: &Runtime, client: &ManagedIdentityClient) -> f64 {
    Clock::Processor.time(TOKENS, || {
        runtime.run(async {
            for _ in 0..TOKENS {
                black_box(client.get_token(RESOURCE).await.expect("it is cached"));
            }
        });
    })
}

fn by_peer(runtime: &Runtime, credential: &ManagedIdentityCredential) -> f64 {
    Clock::Processor.time(TOKENS, || {
        runtime.run(async {
            for _ in 0..TOKENS {
                black_box(credential.get_token(&[SCOPE], None).await.expect("it is cached"));
            }
        });
    })
}

/// The mean of two threads that begin together.
fn on_two_threads(contestant: impl Fn() -> f64 + Sync) -> f64 {
    let start = Barrier::new(2);
    let on_one = || {
        start.wait();
        contestant()
    };
    thread::scope(|scope| {
        let threads = [scope.spawn(on_one), scope.spawn(on_one)];
        threads.map(|thread| thread.join().expect("a contestant does not panic")).iter().sum::<f64>() / 2.0
    })
}
