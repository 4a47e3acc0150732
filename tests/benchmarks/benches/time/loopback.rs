//! The first token over loopback, on a connection that is kept, against what reqwest alone needs to get the same bytes.
//!
//! Ours begins with an empty cache for each token; the connection, like the bare client's, is that of the token before.
//! The bare client sends the same headers, and its answer is read to the end but not looked into.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use managed_identity_benchmarks::endpoint::LoopbackEndpoint;
use managed_identity_benchmarks::measure::{Clock, Runtime, medians};
use managed_identity_benchmarks::report::Report;
use managed_identity_benchmarks::{IDENTITY_HEADER, RESOURCE, ours};
use managed_identity_reqwest::{Effects, ManagedIdentityClient, NativeEffects};

const ROUNDS: usize = 101;
const TOKENS: u32 = 20;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    app_service(report)?;
    azure_arc(report)
}

fn app_service(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let url = LoopbackEndpoint::app_service()?.url();
    let bare = Bare::new(format!("{url}?api-version=2019-08-01&resource={RESOURCE}"))?;
    compare(
        report,
        "cold-token-loopback",
        |effects| ours::app_service(&url, effects),
        async || bare.get("x-identity-header", IDENTITY_HEADER).await,
    )
}

/// Two requests, and the file that the answer to the first one names.
fn azure_arc(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let key_file = folder.path().join("arc.key");
    std::fs::write(&key_file, IDENTITY_HEADER)?;
    let url = LoopbackEndpoint::azure_arc(key_file.clone())?.url();
    let bare = Bare::new(format!("{url}?api-version=2020-06-01&resource={RESOURCE}"))?;
    compare(
        report,
        "cold-token-loopback-arc",
        |effects| ours::azure_arc(&url, folder.path(), effects),
        async || bare.challenged(&key_file).await,
    )
}

fn compare(
    report: &mut Report,
    name: &str,
    client: impl Fn(Arc<dyn Effects>) -> ManagedIdentityClient,
    bare: impl AsyncFn() -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new();
    let effects: Arc<dyn Effects> = Arc::new(NativeEffects::builder().build());
    let measure = |clock: Clock| {
        medians(
            ROUNDS,
            [
                &mut || {
                    let clients: Vec<_> = (0..TOKENS).map(|_| client(Arc::clone(&effects))).collect();
                    clock.time(TOKENS, || {
                        runtime.run(async {
                            for client in &clients {
                                black_box(client.get_token(RESOURCE).await.expect("the endpoint answers"));
                            }
                        });
                    })
                },
                &mut || {
                    clock.time(TOKENS, || {
                        runtime.run(async {
                            for _ in 0..TOKENS {
                                bare().await.expect("the endpoint answers");
                            }
                        });
                    })
                },
            ],
        )
    };
    let [ours, peer] = measure(Clock::Wall);
    report.ratio_within(name, ours, peer, 1.1);
    let [ours, peer] = measure(Clock::Processor);
    report.ratio(&format!("{name}-processor"), ours, peer);
    Ok(())
}

/// What a program does that knows nothing but reqwest.
struct Bare {
    client: reqwest::Client,
    url: String,
}

impl Bare {
    fn new(url: String) -> reqwest::Result<Self> {
        Ok(Self { client: reqwest::Client::builder().no_proxy().build()?, url })
    }

    async fn get(&self, name: &str, value: &str) -> Result<(), Box<dyn Error>> {
        let request = self.client.get(&self.url).header("metadata", "true").header(name, value);
        black_box(request.send().await?.error_for_status()?.bytes().await?);
        Ok(())
    }

    async fn challenged(&self, key_file: &Path) -> Result<(), Box<dyn Error>> {
        let challenge = self.client.get(&self.url).header("metadata", "true").send().await?;
        black_box(challenge.bytes().await?);
        let key = std::fs::read_to_string(key_file)?;
        self.get("authorization", &format!("Basic {key}")).await
    }
}
