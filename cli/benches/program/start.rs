//! From the start of the program to a token, and to a secret that it gets with one.

use std::time::Instant;

use managed_identity_simulator::{SimulatedSource, Simulator};

use crate::measure::{Outcome, Ratio, program, quantile, turns};

const ROUNDS: usize = 51;
/// A vault wants TLS, and with it the roots that the machine trusts, which take the half of it; a local endpoint wants neither.
const LIMIT: f64 = 2.0;

pub(crate) fn measure() -> Outcome<Ratio> {
    let builder = Simulator::builder(SimulatedSource::AzureArc).services_https();
    let simulator = builder.key_vault_secret("db-password", "value").start()?;
    let token = ["token", "--resource", "https://vault.azure.net"];
    let secret = ["secret", "show", "--name", "db-password"];
    let taken = turns(ROUNDS, [&mut || run(&simulator, &token), &mut || run(&simulator, &secret)])?;
    let [token, secret] = taken.map(|taken| quantile(taken, 0.5));
    Ok(Ratio { name: "secret-to-token-from-start", ours: secret, peer: token, limit: LIMIT })
}

/// The milliseconds from the start of the program to its end.
fn run(simulator: &Simulator, arguments: &[&str]) -> Outcome<Vec<f64>> {
    let mut command = program(simulator, arguments);
    let begun = Instant::now();
    let status = command.status()?;
    let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
    if status.success() { Ok(vec![milliseconds]) } else { Err(format!("{arguments:?} ended with {status}").into()) }
}
