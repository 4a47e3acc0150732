//! The table over commits.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::report::ratios;

/// How many commits have a column, the latest ones.
const COLUMNS: usize = 8;

/// Of the reports that were kept, each after a line `commit ID DAY`: a line for each ratio, a column for each commit.
pub(crate) fn table(kept: &str) -> String {
    let mut commits: Vec<(String, BTreeMap<String, f64>)> = Vec::new();
    for line in kept.lines() {
        if let Some(commit) = line.strip_prefix("commit ") {
            commits.push((commit.to_owned(), BTreeMap::new()));
        } else if let Some((_, values)) = commits.last_mut() {
            values.extend(ratios(line));
        }
    }
    let commits = &commits[commits.len().saturating_sub(COLUMNS)..];
    let names: Vec<&String> = {
        let mut names: Vec<_> = commits.iter().flat_map(|(_, values)| values.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let mut table = format!("{:44}", "");
    for (commit, _) in commits {
        // A text takes whatever is written to it.
        let _ = write!(table, " {commit:>20}");
    }
    table.push('\n');
    for name in names {
        let _ = write!(table, "{name:44}");
        for (_, values) in commits {
            let value = values.get(name).map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
            let _ = write!(table, " {value:>20}");
        }
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_column_a_commit() {
        let kept = "commit aaa 2026-11-25\nratio one 1 2 0.500\ncommit bbb 2026-11-26\nratio one 1 4 0.250\nratio two 1 1 1.000\n";
        let table = table(kept);
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["aaa", "2026-11-25", "bbb", "2026-11-26"]);
        assert_eq!(lines[1], ["one", "0.500", "0.250"]);
        assert_eq!(lines[2], ["two", "-", "1.000"]);
    }
}
