//! How long it takes to get a token: from the cache, from an instant transport, over loopback, and in a fresh process.
//!
//! A name or several after `--` choose among `cached`, `chain`, `cold`, `edge`, `loopback` and `program`.

mod cached;
mod chain;
mod cold;
mod edge;
mod loopback;
mod program;

use std::error::Error;
use std::process::ExitCode;

use managed_identity_benchmarks::report::Report;

type Group = fn(&mut Report) -> Result<(), Box<dyn Error>>;

const GROUPS: [(&str, Group); 6] = [
    ("cached", cached::run),
    ("chain", chain::run),
    ("cold", cold::run),
    ("edge", edge::run),
    ("loopback", loopback::run),
    ("program", program::run),
];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    managed_identity_benchmarks::run(|report| {
        let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
        if wanted == ["cold-with-backtraces"] {
            return cold::with_backtraces(report);
        }
        for (name, group) in GROUPS {
            if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
                group(report)?;
            }
        }
        Ok(())
    })
}
