//! The tables of the page.

use crate::library::Library;
use crate::measure::Outcome;
use crate::survey::{Row, Survey};
use crate::time::{MINUTE, Millis, SECOND};

const HEAD: &str = "\
| | requests a second at the endpoints: peak, median | at the authority: peak, median | at the authority, altogether | longest without a token: of 99 in 100, of all | calls that failed |
| --- | --- | --- | --- | --- | --- |
";

/// In Markdown: a heading, a sentence and a table for each scenario.
#[must_use]
pub fn table(survey: &Survey) -> String {
    let section = |row: &Row| {
        let rows: String = row.outcomes.iter().map(|(library, outcome)| line(*library, outcome)).collect();
        format!("### {}\n\n{}\n\n{HEAD}{rows}", row.scenario.name, row.scenario.what)
    };
    survey.rows.iter().map(section).collect::<Vec<_>>().join("\n")
}

fn line(library: Library, outcome: &Outcome) -> String {
    let cells = [
        library.name().to_owned(),
        format!("{}, {}", count(outcome.endpoints.peak.into()), count(outcome.endpoints.median.into())),
        format!("{}, {}", count(outcome.authority.peak.into()), count(outcome.authority.median.into())),
        count(outcome.authority.total),
        format!("{}, {}", time(outcome.without_p99()), time(outcome.without_max())),
        format!("{:.2} %", outcome.failed_part() * 100.0),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// With a comma between thousands.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn time(time: Millis) -> String {
    if time < 10 * SECOND {
        format!("{:.1} s", time as f64 / SECOND as f64)
    } else if time < 2 * MINUTE {
        format!("{} s", (time + SECOND / 2) / SECOND)
    } else {
        format!("{:.1} min", time as f64 / MINUTE as f64)
    }
}
