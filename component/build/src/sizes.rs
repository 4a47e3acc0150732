//! How large the components are, next to what was committed last and to what they may be.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::strip::stripped;
use crate::world::World;

/// Sizes of a component, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// As it is built.
    pub raw: usize,
    /// Without custom sections.
    pub stripped: usize,
    /// The stripped one, compressed by gzip as far as it goes.
    pub gzip: usize,
}

/// What a component may have, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Without custom sections.
    pub stripped: usize,
    /// The stripped one, compressed.
    pub gzip: usize,
}

/// What is committed about a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// Its sizes when they were committed last.
    pub size: Size,
    /// What it may have.
    pub budget: Budget,
}

/// The file `component/sizes.json`.
pub type Figures = BTreeMap<String, Committed>;

impl Size {
    /// Measures a component.
    ///
    /// # Errors
    /// When it is not a component.
    pub fn of(component: &[u8]) -> Result<Self> {
        let stripped = stripped(component)?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&stripped)?;
        Ok(Self { raw: component.len(), stripped: stripped.len(), gzip: encoder.finish()?.len() })
    }

    fn fits(&self, budget: &Budget) -> bool {
        self.stripped <= budget.stripped && self.gzip <= budget.gzip
    }
}

/// The sizes of these components beside the committed figures, as lines of text.
#[must_use]
pub fn table(found: &[(World, Size)], figures: &Figures) -> String {
    let mut text = format!(
        "{:<16}{:>10}{:>10}{:>12}{:>10}{:>10}{:>12}{:>10}\n",
        "world", "raw", "stripped", "committed", "budget", "gzip", "committed", "budget"
    );
    for (world, size) in found {
        let committed = figures.get(world.name());
        let show = |figure: Option<usize>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
        // Writing into a `String` cannot fail.
        let _ = writeln!(
            text,
            "{:<16}{:>10}{:>10}{:>12}{:>10}{:>10}{:>12}{:>10}",
            world.name(),
            size.raw,
            size.stripped,
            show(committed.map(|it| it.size.stripped)),
            show(committed.map(|it| it.budget.stripped)),
            size.gzip,
            show(committed.map(|it| it.size.gzip)),
            show(committed.map(|it| it.budget.gzip)),
        );
    }
    text
}

/// Compares sizes with the committed budgets, or writes the sizes beside them.
///
/// # Errors
/// When a component is over its budget, or has none.
pub fn check_sizes(found: &[(World, Size)], write: bool) -> Result<()> {
    let mut figures = read()?;
    print!("{}", table(found, &figures));
    for (world, size) in found {
        let committed = figures.get_mut(world.name()).with_context(|| format!("{world} has no budget"))?;
        committed.size = *size;
    }
    if write {
        let text = serde_json::to_string_pretty(&figures)? + "\n";
        std::fs::write(file(), text).with_context(|| format!("cannot write {}", file().display()))?;
    }
    within_budget(found, &figures)
}

fn within_budget(found: &[(World, Size)], figures: &Figures) -> Result<()> {
    let over: Vec<&str> = found
        .iter()
        .filter(|(world, size)| !figures.get(world.name()).is_some_and(|it| size.fits(&it.budget)))
        .map(|(world, _)| world.name())
        .collect();
    ensure!(over.is_empty(), "over budget: {}", over.join(", "));
    Ok(())
}

fn read() -> Result<Figures> {
    let text = std::fs::read_to_string(file()).with_context(|| format!("cannot read {}", file().display()))?;
    serde_json::from_str(&text).with_context(|| format!("cannot understand {}", file().display()))
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sizes.json")
}

#[cfg(test)]
mod tests {
    use super::{Budget, Committed, Figures, Size, table, within_budget};
    use crate::world::World;

    #[test]
    fn a_byte_too_many_is_over_budget() {
        let size = Size { raw: 120, stripped: 100, gzip: 50 };
        let figures = |stripped, gzip| -> Figures {
            [("machine".to_owned(), Committed { size, budget: Budget { stripped, gzip } })].into()
        };
        assert!(within_budget(&[(World::Machine, size)], &figures(100, 50)).is_ok());
        for figures in [figures(99, 50), figures(100, 49), Figures::new()] {
            let error = within_budget(&[(World::Machine, size)], &figures).unwrap_err();
            assert_eq!(error.to_string(), "over budget: machine");
        }
    }

    #[test]
    fn the_table_shows_what_was_committed() {
        let budget = Budget { stripped: 1000, gzip: 500 };
        let committed = Committed { size: Size { raw: 3, stripped: 22, gzip: 11 }, budget };
        let size = Size { raw: 130, stripped: 120, gzip: 60 };
        let text = table(&[(World::Effects, size)], &[("effects".to_owned(), committed)].into());
        let row: Vec<&str> = text.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row, ["effects", "130", "120", "22", "1000", "60", "11", "500"]);
    }
}
