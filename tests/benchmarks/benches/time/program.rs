//! The smallest program from its start to its first token, as a process of its own: what it costs to link a library,
//! to set it up and to use it once.

use std::error::Error;
use std::process::{Command, Stdio};

use managed_identity_benchmarks::app_service;
use managed_identity_benchmarks::endpoint::{Connection, LoopbackEndpoint};
use managed_identity_benchmarks::measure::{children_time, medians};
use managed_identity_benchmarks::report::Report;

const ROUNDS: usize = 51;

pub fn run(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let url = LoopbackEndpoint::app_service(Connection::Closed)?.url();
    let [ours, peer] = medians(
        ROUNDS,
        [&mut || processor_time(env!("CARGO_BIN_EXE_token-by-managed-identity"), &url), &mut || {
            processor_time(env!("CARGO_BIN_EXE_token-by-azure-identity"), &url)
        }],
    );
    report.ratio_within("program", ours, peer, 0.7);
    Ok(())
}

/// The nanoseconds of processor time that a program takes.
fn processor_time(program: &str, endpoint: &str) -> f64 {
    let begun = children_time();
    let status = Command::new(program).envs(app_service(endpoint)).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{program} got no token");
    (children_time() - begun).as_nanos() as f64
}
