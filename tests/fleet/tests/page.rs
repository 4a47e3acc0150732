//! The tables of docs/fleet.md are true: a small fleet, whose figures are compared as far as they do not depend on its size.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

use managed_identity_fleet::{Fleet, survey};

const PAGE: &str = include_str!("../../../docs/fleet.md");
/// How many programs the page speaks of, and how many are run here.
const PAGE_PROGRAMS: f64 = 100_000.0;
const PROGRAMS: u32 = 500;

/// The cells of the row of a library in the section of a scenario.
fn cells<'a>(scenario: &str, library: &str) -> Vec<&'a str> {
    let (_, section) = PAGE.split_once(&format!("\n### {scenario}\n")).unwrap();
    let section = section.split("\n#").next().unwrap();
    let row = section.lines().find(|line| line.starts_with(&format!("| {library} |"))).unwrap();
    row.split('|').map(str::trim).collect()
}

/// In seconds.
fn time(text: &str) -> f64 {
    let (number, unit) = text.split_once(' ').unwrap();
    number.parse::<f64>().unwrap() * if unit == "min" { 60.0 } else { 1.0 }
}

fn near(found: f64, told: f64, part: f64, floor: f64) -> bool {
    (found - told).abs() <= (told * part).max(floor)
}

#[test]
fn the_tables_are_true() {
    let survey = survey(Fleet { programs: PROGRAMS, seed: 3 }, |_, _| {}).unwrap();
    let mut wrong = Vec::new();
    for row in &survey.rows {
        for (library, outcome) in &row.outcomes {
            let cells = cells(row.scenario.name, library.name());
            let requests = cells[4].replace(',', "").parse::<f64>().unwrap() / PAGE_PROGRAMS;
            let (most, _) = cells[5].split_once(',').unwrap();
            let failed = cells[6].trim_end_matches(" %").parse::<f64>().unwrap();
            let found = (
                outcome.authority.total as f64 / f64::from(PROGRAMS),
                outcome.without_p99() as f64 / 1000.0,
                outcome.failed_part() * 100.0,
            );
            let same = near(found.0, requests, 0.15, 0.05)
                && near(found.1, time(most), 0.25, 12.0)
                && near(found.2, failed, 0.2, 0.15);
            if !same {
                let told = (requests, time(most), failed);
                wrong.push(format!("{}, {}: told {told:.2?}, found {found:.2?}", row.scenario.name, library.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "requests a program, seconds without a token, percent failed:\n{}", wrong.join("\n"));
}
