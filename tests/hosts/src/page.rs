//! The parts of pages that are made here.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The rows with their heading.
pub(crate) fn table(rows: &[String]) -> String {
    let mut table = "| host | source | granted | result |\n| --- | --- | --- | --- |\n".to_owned();
    for row in rows {
        let _ = writeln!(table, "{row}");
    }
    table
}

/// Looks whether each row is on the page: how many are not.
pub(crate) fn check_rows(page: &str, rows: &[String]) -> Result<usize> {
    let text = read(page)?;
    let missing: Vec<_> = rows.iter().filter(|row| !text.lines().any(|line| line == *row)).collect();
    for row in &missing {
        println!("FAILS  {page} has no such row: {row}");
    }
    Ok(missing.len())
}

/// Puts the part into the page, or compares it with what is there: how many differ.
pub(crate) fn settle(page: &str, part: &str, content: &str, is_to_write: bool) -> Result<usize> {
    let text = read(page)?;
    let (begin, end) = (format!("<!-- made: {part} -->\n"), format!("<!-- end: {part} -->"));
    let (before, rest) = text.split_once(&begin).with_context(|| format!("{page} has no place for {part}"))?;
    let (there, after) = rest.split_once(&end).with_context(|| format!("{page} has no end of {part}"))?;
    if is_to_write {
        std::fs::write(path(page), format!("{before}{begin}{content}{end}{after}"))?;
        return Ok(0);
    }
    if there == content {
        return Ok(0);
    }
    println!(
        "FAILS  {page} says otherwise; bash scripts/test-hosts.sh --write makes it anew. It should say:\n{content}"
    );
    Ok(1)
}

fn read(page: &str) -> Result<String> {
    std::fs::read_to_string(path(page)).with_context(|| format!("{page} cannot be read"))
}

fn path(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(page)
}
