//! What the program takes: from its start to a token and to a secret, and while it serves ten thousand callers.
//!
//! `cargo bench -p managed-identity` prints a line `ratio NAME OURS PEER OURS/PEER` for each comparison, in milliseconds, and
//! a line `budget NAME VALUE LIMIT met|missed` for each budget; with `-- --check` a missed budget is an error. `start` or
//! `serve` after `--` choose one of both. Sources and the vault are simulated, in this process; the vault speaks TLS.

mod serve;
mod start;

use std::error::Error;
use std::process::{Command, ExitCode, Stdio};

use managed_identity_simulator::Simulator;
use managed_identity_simulator::program::MANAGED_IDENTITY_VARIABLES;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A budget: how much of what the other one takes may be taken.
struct Ratio {
    name: &'static str,
    ours: f64,
    peer: f64,
    limit: f64,
}

impl Ratio {
    /// Prints it, and says whether the budget is met.
    fn told(&self) -> bool {
        let Self { name, ours, peer, limit } = self;
        let ratio = ours / peer;
        let met = ratio <= *limit;
        println!("ratio {name} {ours:.3} {peer:.3} {ratio:.3}");
        println!("budget {name} {ratio:.3} {limit:.3} {}", if met { "met" } else { "missed" });
        met
    }
}

fn main() -> Outcome<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| {
        let mut names = arguments.iter().filter(|argument| !argument.starts_with('-')).peekable();
        names.peek().is_none() || names.any(|it| it == name)
    };
    let mut met = true;
    for (name, measure) in [("start", start::measure as fn() -> Outcome<Ratio>), ("serve", serve::measure)] {
        if wanted(name) {
            met &= measure()?.told();
        }
    }
    let check = arguments.iter().any(|argument| argument == "--check");
    Ok(if check && !met { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The program, where this simulator is the only source.
fn program(simulator: &Simulator, arguments: &[&str]) -> Command {
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

/// The value that this part of all is at most.
fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() as f64 * part) as usize;
    values.get(index).or(values.last()).copied().unwrap_or(f64::NAN)
}
