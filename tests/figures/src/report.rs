//! The lines that the benchmarks print.

/// A budget: how much of it was used.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Budget {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) limit: f64,
}

/// The lines `budget NAME VALUE LIMIT met|missed`; others say nothing here.
pub(crate) fn budgets(report: &str) -> Vec<Budget> {
    let budget = |line: &str| {
        let mut words = line.strip_prefix("budget ")?.split(' ');
        let (name, value, limit) = (words.next()?, words.next()?, words.next()?);
        Some(Budget { name: name.to_owned(), value: value.parse().ok()?, limit: limit.parse().ok()? })
    };
    report.lines().filter_map(budget).collect()
}

/// The lines `ratio NAME OURS PEER RATIO`: the name, and how much of what the peer takes we take.
pub(crate) fn ratios(report: &str) -> Vec<(String, f64)> {
    let ratio = |line: &str| {
        let mut words = line.strip_prefix("ratio ")?.split(' ');
        Some((words.next()?.to_owned(), words.nth(2)?.parse().ok()?))
    };
    report.lines().filter_map(ratio).collect()
}

#[cfg(test)]
mod tests {
    use super::{Budget, budgets, ratios};

    const REPORT: &str = "\
noise
ratio cached-token 50.1 400.8 0.125
budget cached-token 0.125 0.250 met
budget broken x 1
";

    #[test]
    fn lines_are_read() {
        let budget = Budget { name: "cached-token".to_owned(), value: 0.125, limit: 0.25 };
        assert_eq!(budgets(REPORT), [budget]);
        assert_eq!(ratios(REPORT), [("cached-token".to_owned(), 0.125)]);
    }
}
