//! The first token over loopback, against what reqwest alone needs to get the same bytes.
//!
//! Ours begins with an empty cache for each token. Each token is got on a connection of its own: tokens are fetched once
//! in hours, and nobody keeps an idle connection for so long. What remains on a connection that is kept is shown too.
//! The bare client sends the same headers, and its answer is read to the end but not looked into.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use managed_identity_benchmarks::endpoint::{Connection, LoopbackEndpoint};
use managed_identity_benchmarks::measure::{Clock, Runtime, medians};
use managed_identity_benchmarks::report::Report;
use managed_identity_benchmarks::{IDENTITY_HEADER, RESOURCE, ours};
use managed_identity_reqwest::{AsyncEffects, ManagedIdentityClient, NativeEffects, ResourceClient};

const ROUNDS: usize = 401;
const TOKENS: u32 = 10;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    app_service(report, Connection::Closed)?;
    azure_arc(report, Connection::Closed)?;
    app_service(report, Connection::Kept)?;
    azure_arc(report, Connection::Kept)
}

fn app_service(report: &mut Report, connection: Connection) -> Result<(), Box<dyn Error>> {
    let url = LoopbackEndpoint::app_service(connection)?.url();
    let bare = Bare::new(format!("{url}?api-version=2019-08-01&resource={RESOURCE}"))?;
    let client = |effects| ours::app_service(&url, effects);
    compare(report, "loopback", 1.15, connection, client, async || {
        bare.get("x-identity-header", IDENTITY_HEADER).await
    });
    Ok(())
}

/// Two requests on one connection, and the file that the answer to the first one names.
fn azure_arc(report: &mut Report, connection: Connection) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let key_file = folder.path().join("arc.key");
    std::fs::write(&key_file, IDENTITY_HEADER)?;
    let url = LoopbackEndpoint::azure_arc(&key_file, connection)?.url();
    let bare = Bare::new(format!("{url}?api-version=2020-06-01&resource={RESOURCE}"))?;
    let client = |effects| ours::azure_arc(&url, folder.path(), effects);
    compare(report, "loopback-arc", 1.4, connection, client, async || bare.challenged(&key_file).await);
    Ok(())
}

fn compare(
    report: &mut Report,
    name: &str,
    limit: f64,
    connection: Connection,
    client: impl Fn(Arc<dyn AsyncEffects>) -> ManagedIdentityClient,
    bare: impl AsyncFn() -> Result<(), Box<dyn Error>>,
) {
    let runtime = Runtime::new();
    let effects: Arc<dyn AsyncEffects> = Arc::new(NativeEffects::builder().build());
    let [ours, peer] = medians(
        ROUNDS,
        [
            &mut || {
                let handles: Vec<_> = (0..TOKENS).map(|_| handle(client(Arc::clone(&effects)))).collect();
                Clock::Wall.time(TOKENS, || {
                    runtime.run(async {
                        for handle in &handles {
                            black_box(handle.get_token().await.expect("the endpoint answers"));
                        }
                    });
                })
            },
            &mut || {
                Clock::Wall.time(TOKENS, || {
                    runtime.run(async {
                        for _ in 0..TOKENS {
                            bare().await.expect("the endpoint answers");
                        }
                    });
                })
            },
        ],
    );
    match connection {
        Connection::Closed => report.ratio_within(&format!("cold-token-{name}"), ours, peer, limit),
        Connection::Kept => report.ratio(&format!("cold-token-{name}-kept"), ours, peer),
    };
}

/// As the bare client's URL is, this is made before the measurement.
fn handle(client: ManagedIdentityClient) -> ResourceClient {
    client.resource(RESOURCE).expect("the resource is not empty")
}

/// What a program does that knows nothing but reqwest, and has the limits on time that every program should have.
struct Bare {
    client: reqwest::Client,
    url: String,
}

impl Bare {
    fn new(url: String) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_millis(1500))
            .read_timeout(Duration::from_secs(15))
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { client, url })
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
