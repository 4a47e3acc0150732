//! The lines that are printed.

/// Prints ratios, compares them with budgets, and remembers whether one was missed.
#[derive(Debug, Default)]
pub struct Report {
    missed: bool,
}

impl Report {
    /// Prints how much of what the peer takes we take, and returns it.
    pub fn ratio(&self, name: &str, ours: f64, peer: f64) -> f64 {
        let ratio = ours / peer;
        println!("ratio {name} {ours:.1} {peer:.1} {ratio:.3}");
        ratio
    }

    /// Prints whether `value` is at most `limit`.
    pub fn budget(&mut self, name: &str, value: f64, limit: f64) {
        let met = value <= limit;
        self.missed |= !met;
        println!("budget {name} {value:.3} {limit:.3} {}", if met { "met" } else { "missed" });
    }

    /// Prints a ratio that must be at most `limit`, and returns it.
    pub fn ratio_within(&mut self, name: &str, ours: f64, peer: f64, limit: f64) -> f64 {
        let ratio = self.ratio(name, ours, peer);
        self.budget(name, ratio, limit);
        ratio
    }

    /// Takes over from a child process, which has printed its own lines, whether it met its budgets.
    pub fn note(&mut self, met: bool) {
        self.missed |= !met;
    }

    pub fn has_missed(&self) -> bool {
        self.missed
    }
}
