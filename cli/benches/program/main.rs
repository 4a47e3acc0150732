//! What the program takes: from its start to a token and to a secret, and while it serves ten thousand callers.
//!
//! `cargo bench -p managed-identity` prints a line `ratio NAME OURS PEER OURS/PEER` for each comparison, in milliseconds, and
//! a line `budget NAME VALUE LIMIT met|missed` for each budget; with `-- --check` a missed budget is an error. `start` or
//! `serve` after `--` choose one of both. Sources and the vault are simulated, in this process; the vault speaks TLS.

mod measure;
mod serve;
mod start;

use std::process::ExitCode;

use measure::{Outcome, Ratio};

fn main() -> Outcome<ExitCode> {
    let (options, wanted): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let mut met = true;
    for (name, measure) in [("start", start::measure as fn() -> Outcome<Ratio>), ("serve", serve::measure)] {
        if wanted.is_empty() || wanted.iter().any(|it| it == name) {
            met &= measure()?.told();
        }
    }
    let check = options.iter().any(|option| option == "--check");
    Ok(if check && !met { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
