//! `managed-identity-hosts-check [--write] [HOST...]`
//!
//! Runs guests with the client in hosts that others wrote, with every grant and without, and prints a line for each. The
//! identity endpoint is always the simulator's, and always named. With `--write` the table in `docs/hosts.md` and the
//! transcript in `docs/agent-tool.md` are made anew; otherwise they are compared.
//!
//! `scripts/test-hosts.sh` installs the hosts, builds the guests and runs this.

mod hosts;
mod machine;
mod page;
mod talk;
mod verdict;

use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use managed_identity_simulator::SimulatedSource;

use crate::hosts::{Grants, Host};
use crate::machine::Machine;
use crate::verdict::Verdict;

const SOURCES: [SimulatedSource; 4] =
    [SimulatedSource::Imds, SimulatedSource::AppService, SimulatedSource::AzureArc, SimulatedSource::ServiceFabric];

fn main() -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_to_write = words.iter().any(|word| word == "--write");
    let chosen: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|word| *word == name);

    let (mut rows, mut failed, mut is_whole) = (Vec::new(), 0, true);
    for host in Host::ALL.into_iter().filter(|host| is_chosen(host.name())) {
        if let Some(reason) = host.left_out() {
            println!("-      {:20} left out: {reason}", host.name());
            is_whole = false;
            continue;
        }
        let title = host.title().with_context(|| format!("{} does not start", host.name()))?;
        for source in SOURCES {
            for grants in host.grants(source) {
                let row = format!("| {title} | `{}` | {} |", source.name(), host.granted(grants));
                match tried(host, source, grants) {
                    Ok(verdict) => {
                        println!("as due {row} {verdict} |");
                        rows.push(format!("{row} {verdict} |"));
                    }
                    Err(error) => {
                        failed += 1;
                        println!("FAILS  {row}\n{error:?}");
                    }
                }
            }
        }
    }
    if chosen.is_empty() && is_whole {
        failed += page::settle("docs/hosts.md", "hosts", &page::table(&rows), is_to_write)?;
    } else {
        ensure!(
            chosen.len() == 1 && chosen[0] == "talk" || !is_to_write,
            "the table is made of all hosts: --all --write"
        );
        failed += page::check_rows("docs/hosts.md", &rows)?;
    }
    if is_chosen("talk") {
        println!("       a client of MCP talks with ACT");
        let transcript = talk::transcript()?;
        failed += page::settle("docs/agent-tool.md", "talk", &transcript, is_to_write)?;
    }
    println!("{failed} of {} fail", rows.len() + failed);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What comes of it, which must be what is due, with nothing secret in all that the host printed.
fn tried(host: Host, source: SimulatedSource, grants: Grants) -> Result<Verdict> {
    let machine = Machine::with(source)?;
    let said = host.ask(&machine, grants)?;
    let verdict = Verdict::of(&said);
    let due = host.due(source, grants);
    ensure!(verdict == due, "due: {due}; got: {verdict}\n{said}");
    // What is refused is refused before anything is sent.
    let asked = machine.asked();
    ensure!((asked > 0) == due.is_after_a_request(), "{asked} requests reached the endpoint\n{said}");
    machine.nothing_secret_in(&said)?;
    Ok(verdict)
}
