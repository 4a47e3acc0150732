//! Whether tokens come, and when that changes.

/// What is known after some requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Nothing before the first that tells.
    works: Option<bool>,
    failures: u32,
}

impl State {
    /// Takes the outcome of a request, and tells whether it is a change: the first success, so many failures one after the
    /// other, or a success after them.
    pub(super) fn take(&mut self, works: bool, failures_that_count: u32) -> bool {
        self.failures = if works { 0 } else { self.failures.saturating_add(1) };
        let counts = works || self.failures >= failures_that_count;
        let changes = counts && self.works != Some(works);
        if changes {
            self.works = Some(works);
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn only_changes_are_told() {
        for (failures, outcomes, changes) in
            [(1, "++--+", "+ - +"), (2, "+-+--+", "+   -+"), (2, "--++", " -+ "), (3, "--+--", "  +  ")]
        {
            let mut state = State::default();
            let told = outcomes.chars().map(|it| if state.take(it == '+', failures) { it } else { ' ' });
            assert_eq!(told.collect::<String>(), changes, "{failures} {outcomes}");
        }
    }
}
