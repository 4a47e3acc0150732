//! Whole chains: in the same environment, with the same tools, other libraries choose the same member as we do, or it is said
//! why not.

mod effects;
mod ours;
mod place;
mod row;
mod table;
mod theirs;
mod tools;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::peer;
use place::Place;
use row::{PEERS, Row};
use table::Table;
use theirs::Report;

/// So many rows at a time: most of it is programs that start.
const AT_A_TIME: usize = 4;

/// What became of a row, by everybody.
struct Decided {
    ours: Report,
    theirs: [Report; PEERS.len()],
}

fn decide(row: &Row) -> Decided {
    Decided { ours: ours::ask(&Place::of(row)), theirs: PEERS.map(|name| theirs::ask(name, &Place::of(row))) }
}

fn decide_all(rows: &[Row]) -> Vec<Decided> {
    let (next, decided) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some((position, row)) = {
                    let position = next.fetch_add(1, Ordering::Relaxed);
                    rows.get(position).map(|row| (position, row))
                } {
                    let it = decide(row);
                    decided.lock().expect("no other thread has panicked").push((position, it));
                }
            });
        }
    });
    let mut decided = decided.into_inner().expect("no thread has panicked");
    decided.sort_by_key(|(position, _)| *position);
    decided.into_iter().map(|(_, it)| it).collect()
}

#[test]
fn every_chain_chooses_the_same_member() {
    peer::assert_installed();
    let rows = row::load();
    assert!(rows.len() >= 40, "only {} environments", rows.len());
    let decided = decide_all(&rows);
    let mut surprises = Vec::new();
    for (row, decided) in rows.iter().zip(&decided) {
        let mut compare = |name: &str, report: &Report, expected: &str| {
            let Report { decision, said, .. } = report;
            if decision != expected {
                surprises.push(format!("{}: {name}: expected {expected}, got {decision}:\n{said}", row.name));
            }
        };
        compare("ours", &decided.ours, &row.outcome);
        for (name, report) in PEERS.iter().zip(&decided.theirs) {
            compare(name, report, row.outcome_of(name));
        }
    }
    assert!(surprises.is_empty(), "\n{}", surprises.join("\n"));
    let versions = [0, 1].map(|peer| decided[0].theirs[peer].version.as_str());
    let table = Table::new(&rows, versions);
    println!("\n{table}");
    table.assert_in_page();
}
