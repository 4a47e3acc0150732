//! The first token, from a transport that answers at once: what a client itself does for a request.
//!
//! Each token is got with an empty cache, once from nothing, with the making of the client, and once by a client that was
//! made before. Clients are dropped after the measurement. Both sides make the request, hand it to the fake, read the
//! same JSON, and store the token. Ours also checks the token's characters, wipes the answer, and sets up single flight.
//!
//! `azure_identity` makes errors on the way to a token, and each of them captures a backtrace where `RUST_BACKTRACE` is
//! set, as it is in many containers. That multiplies its time, so both cases are measured, each in a process of its own.

use std::error::Error;
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;

use azure_core::credentials::TokenCredential as _;
use azure_identity::ManagedIdentityCredential;
use managed_identity_benchmarks::measure::{Clock, Runtime, medians};
use managed_identity_benchmarks::report::Report;
use managed_identity_benchmarks::{RESOURCE, SCOPE, ours, peer};
use managed_identity_reqwest::ManagedIdentityClient;

const ROUNDS: usize = 101;
const TOKENS: u32 = 100;
/// Why not a fifth: "Decisions that deserve a reason" in ARCHITECTURE.md.
const LIMIT: f64 = 0.85;
const LIMIT_WITH_BACKTRACES: f64 = 0.28;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let [ours, peer] = from_nothing();
    report.ratio_within("cold-token", ours, peer, LIMIT);
    let [ours, peer] = by_made_clients();
    report.ratio("cold-token-made-client", ours, peer);
    let again = Command::new(std::env::current_exe()?)
        .args(["cold-with-backtraces", "--check"])
        .env("RUST_BACKTRACE", "1")
        .status()?;
    report.note(again.success());
    Ok(())
}

/// To be run with `RUST_BACKTRACE` set.
pub fn with_backtraces(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let [ours, peer] = from_nothing();
    report.ratio_within("cold-token-with-backtraces", ours, peer, LIMIT_WITH_BACKTRACES);
    let [ours, peer] = by_made_clients();
    report.ratio("cold-token-made-client-with-backtraces", ours, peer);
    Ok(())
}

fn from_nothing() -> [f64; 2] {
    let runtime = Runtime::new();
    let effects = ours::InstantEffects::shared();
    let transport = peer::InstantTransport::shared();
    medians(
        ROUNDS,
        [
            &mut || {
                let mut clients = Vec::with_capacity(TOKENS as usize);
                Clock::Processor.time(TOKENS, || {
                    runtime.run(async {
                        for _ in 0..TOKENS {
                            let client = ours::instant(&effects);
                            get(&client).await;
                            clients.push(client);
                        }
                    });
                })
            },
            &mut || {
                let mut credentials = Vec::with_capacity(TOKENS as usize);
                Clock::Processor.time(TOKENS, || {
                    runtime.run(async {
                        for _ in 0..TOKENS {
                            let credential = peer::instant(&transport);
                            get_from_peer(&credential).await;
                            credentials.push(credential);
                        }
                    });
                })
            },
        ],
    )
}

fn by_made_clients() -> [f64; 2] {
    let runtime = Runtime::new();
    let effects = ours::InstantEffects::shared();
    let transport = peer::InstantTransport::shared();
    medians(
        ROUNDS,
        [
            &mut || {
                let clients: Vec<_> = (0..TOKENS).map(|_| ours::instant(&effects)).collect();
                Clock::Processor.time(TOKENS, || {
                    runtime.run(async {
                        for client in &clients {
                            get(client).await;
                        }
                    });
                })
            },
            &mut || {
                let credentials: Vec<_> = (0..TOKENS).map(|_| peer::instant(&transport)).collect();
                Clock::Processor.time(TOKENS, || {
                    runtime.run(async {
                        for credential in &credentials {
                            get_from_peer(credential).await;
                        }
                    });
                })
            },
        ],
    )
}

async fn get(client: &ManagedIdentityClient) {
    black_box(client.get_token(RESOURCE).await.expect("the transport answers"));
}

async fn get_from_peer(credential: &Arc<ManagedIdentityCredential>) {
    black_box(credential.get_token(&[SCOPE], None).await.expect("the transport answers"));
}
