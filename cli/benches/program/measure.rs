//! What the benchmarks of the program share.

use std::error::Error;
use std::process::{Command, Stdio};

use managed_identity_simulator::Simulator;
use managed_identity_simulator::program::MANAGED_IDENTITY_VARIABLES;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// A budget: how much of what the other one takes may be taken.
pub(crate) struct Ratio {
    pub(crate) name: &'static str,
    pub(crate) ours: f64,
    pub(crate) peer: f64,
    pub(crate) limit: f64,
}

impl Ratio {
    /// Prints it, and says whether the budget is met.
    pub(crate) fn told(&self) -> bool {
        let Self { name, ours, peer, limit } = self;
        let ratio = ours / peer;
        let met = ratio <= *limit;
        println!("ratio {name} {ours:.3} {peer:.3} {ratio:.3}");
        println!("budget {name} {ratio:.3} {limit:.3} {}", if met { "met" } else { "missed" });
        met
    }
}

/// The program, where this simulator is the only source.
pub(crate) fn program(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_managed-identity"));
    for name in MANAGED_IDENTITY_VARIABLES {
        command.env_remove(name);
    }
    command.args(arguments).envs(simulator.environment()).stdin(Stdio::null()).stdout(Stdio::null());
    if let Some(folder) = simulator.key_folder() {
        command.arg("--key-directory").arg(folder);
    }
    command
}

/// Lets two contestants take turns, so that whatever else the machine does hurts both alike, and returns all that each one
/// reported. The first turn of each warms up and does not count.
pub(crate) fn turns(
    rounds: usize,
    mut contestants: [&mut dyn FnMut() -> Outcome<Vec<f64>>; 2],
) -> Outcome<[Vec<f64>; 2]> {
    let mut reported: [Vec<f64>; 2] = Default::default();
    for round in 0..=rounds {
        for (contestant, reported) in contestants.iter_mut().zip(&mut reported) {
            let values = contestant()?;
            if round > 0 {
                reported.extend(values);
            }
        }
    }
    Ok(reported)
}

/// The value that this part of all is at most.
pub(crate) fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() as f64 * part) as usize;
    values.get(index).or(values.last()).copied().unwrap_or(f64::NAN)
}
