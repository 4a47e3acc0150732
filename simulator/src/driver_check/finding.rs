//! What the check finds.

use std::fmt;

use super::row::DriverRow;

/// What the check says of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The row.
    pub row: DriverRow,
    /// The verdict.
    pub verdict: Verdict,
}

/// Whether a driver keeps a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The promise was kept.
    Kept,
    /// The driver cannot keep this promise, and said so instead of sending anything.
    RefusedByName(String),
    /// The promise was broken; in these words.
    Broken(String),
    /// The row could not be played here; for this reason.
    NotPlayed(String),
}

impl Finding {
    /// Whether a promise was broken.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        matches!(self.verdict, Verdict::Broken(_))
    }
}

/// `row: words`, in one line.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, verdict } = self;
        match verdict {
            Verdict::Kept => write!(formatter, "{row}: promise kept"),
            Verdict::RefusedByName(promise) => write!(formatter, "{row}: refused by name ({promise})"),
            Verdict::Broken(words) => write!(formatter, "{row}: {words}"),
            Verdict::NotPlayed(reason) => write!(formatter, "{row}: not played: {reason}"),
        }
    }
}

/// What the check says of a driver: a finding for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The findings, in the order of [`DriverRow::ALL`].
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether no promise was broken.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.findings.iter().any(Finding::is_broken)
    }
}

/// A line for each row.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(formatter, "{finding}"))
    }
}
