//! The first token, from a transport that answers at once: what the client itself does for a request.
//!
//! Both sides begin with an empty cache for each token. Their clients are made before and dropped after the measurement.
//! Both make the request, hand it to the fake, read the same JSON, and store the token.

use std::error::Error;
use std::hint::black_box;

use azure_core::credentials::TokenCredential as _;
use managed_identity_benchmarks::measure::{Clock, Runtime, medians};
use managed_identity_benchmarks::report::Report;
use managed_identity_benchmarks::{RESOURCE, SCOPE, ours, peer};

const ROUNDS: usize = 101;
const TOKENS: u32 = 100;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new();
    let effects = ours::InstantEffects::shared();
    let transport = peer::InstantTransport::shared();
    let [ours, peer] = medians(
        ROUNDS,
        [
            &mut || {
                let clients: Vec<_> = (0..TOKENS).map(|_| ours::instant(&effects)).collect();
                Clock::Processor.time(TOKENS, || {
                    runtime.run(async {
                        for client in &clients {
                            black_box(client.get_token(RESOURCE).await.expect("the transport answers"));
                        }
                    });
                })
            },
            &mut || {
                let credentials: Vec<_> = (0..TOKENS).map(|_| peer::instant(&transport)).collect();
                Clock::Processor.time(TOKENS, || {
                    runtime.run(async {
                        for credential in &credentials {
                            black_box(credential.get_token(&[SCOPE], None).await.expect("the transport answers"));
                        }
                    });
                })
            },
        ],
    );
    report.ratio_within("cold-token", ours, peer, 1.0 / 5.0);
    Ok(())
}
