//! The table of what everybody decides, as Markdown.

use std::fmt;
use std::fs;
use std::path::Path;

use super::row::{PEERS, Row};

pub(crate) struct Table(String);

impl Table {
    /// A row for each environment, a column for each library; what others decide otherwise stands out, with the reason.
    pub(crate) fn new(rows: &[Row], versions: [&str; PEERS.len()]) -> Self {
        let [python, node] = [0, 1].map(|peer| format!("{} {}", PEERS[peer], versions[peer]));
        let mut lines = vec![
            format!("| environment | we | {python} | {node} | why others decide otherwise |"),
            "| --- | --- | --- | --- | --- |".to_owned(),
        ];
        lines.extend(rows.iter().map(|row| {
            let [python, node] = PEERS.map(|peer| match row.peers.get(peer) {
                Some(other) => format!("**{other}**"),
                None => row.outcome.clone(),
            });
            format!("| {} | {} | {python} | {node} | {} |", row.words, row.outcome, row.because)
        }));
        Self(lines.join("\n"))
    }

    /// Fails unless the page shows this very table.
    pub(crate) fn assert_in_page(&self) {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/chain-peers.md");
        let page = fs::read_to_string(page).expect("docs/chain-peers.md can be read");
        assert!(page.contains(&self.0), "docs/chain-peers.md shows another table; put the one above there");
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.0)
    }
}
