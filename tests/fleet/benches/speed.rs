//! How fast a fleet is: an ordinary day of a hundred thousand programs, on one thread. Prints one line `budget NAME SECONDS
//! LIMIT met|missed`; with `-- --check` a missed budget is an error.

use std::process::ExitCode;
use std::time::Instant;

use managed_identity_core::ConfigError;
use managed_identity_fleet::{Fleet, Library, Scenario, run};

const LIMIT: f64 = 60.0;

fn main() -> Result<ExitCode, ConfigError> {
    let begun = Instant::now();
    let outcome = run(Fleet { programs: 100_000, seed: 1 }, Library::ThisProject, &Scenario::day())?;
    let seconds = begun.elapsed().as_secs_f64();
    let met = seconds <= LIMIT;
    println!("fleet-day: {} calls, {} requests", outcome.calls, outcome.endpoints.total);
    println!("budget fleet-day-seconds {seconds:.1} {LIMIT:.1} {}", if met { "met" } else { "missed" });
    let check = std::env::args().any(|argument| argument == "--check");
    Ok(if check && !met { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
