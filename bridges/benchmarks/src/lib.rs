//! The stopwatch.

use std::time::Instant;

/// Lets contestants take turns, so that whatever else the machine does hurts all alike, and returns the median of what
/// each one reported. The first turn of each warms up and does not count.
pub fn medians<const N: usize>(rounds: usize, mut contestants: [&mut dyn FnMut() -> f64; N]) -> [f64; N] {
    let mut reported: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    for round in 0..=rounds {
        for (contestant, reported) in contestants.iter_mut().zip(&mut reported) {
            let value = contestant();
            if round > 0 {
                reported.push(value);
            }
        }
    }
    reported.map(|mut values| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    })
}

/// The nanoseconds that `work`, which does something `count` times, takes for each.
pub fn nanoseconds(count: u32, work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_nanos() as f64 / f64::from(count)
}

/// Prints how much of what the peer takes ours takes, and returns it.
pub fn ratio(name: &str, ours: f64, peer: f64) -> f64 {
    let ratio = ours / peer;
    println!("ratio {name} {ours:.1} {peer:.1} {ratio:.3}");
    ratio
}

/// Prints whether `value` is at most `limit`.
pub fn budget(name: &str, value: f64, limit: f64) {
    let verdict = if value <= limit { "met" } else { "missed" };
    println!("budget {name} {value:.3} {limit:.3} {verdict}");
}
