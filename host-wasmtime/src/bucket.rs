//! What is left of a rate.

use core::time::Duration;

use tokio::time::Instant;

use crate::policy::Rate;

/// What is left of a rate: full at first, and filled evenly.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: Rate,
    left: f64,
    at: Instant,
}

impl Bucket {
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, left: f64::from(rate.at_most()), at: now }
    }

    /// Takes one.
    ///
    /// # Errors
    /// When none is left: the rate, and when the next one can be taken.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), (Rate, Duration)> {
        let most = f64::from(self.rate.at_most());
        let each = self.rate.period().as_secs_f64() / most;
        let filled = now.saturating_duration_since(self.at).as_secs_f64() / each;
        self.left = (self.left + filled).min(most);
        self.at = now;
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Ok(());
        }
        // With a rate of none there is no next one; a period is as good an answer as any.
        let wait = Duration::try_from_secs_f64(each * (1.0 - self.left)).unwrap_or(self.rate.period());
        Err((self.rate, wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_spent_at_once_and_filled_evenly() {
        let begun = Instant::now();
        let at = |seconds: u64| begun + Duration::from_secs(seconds);
        let mut bucket = Bucket::new(Rate::per_minute(2), begun);
        assert_eq!(bucket.take(at(0)), Ok(()));
        assert_eq!(bucket.take(at(0)), Ok(()));
        assert_eq!(bucket.take(at(0)), Err((Rate::per_minute(2), Duration::from_secs(30))));
        assert_eq!(bucket.take(at(29)).map_err(|(_, wait)| wait), Err(Duration::from_secs(1)));
        assert_eq!(bucket.take(at(30)), Ok(()));
        // However long it was not used, no more than the rate is there.
        assert_eq!(bucket.take(at(3000)), Ok(()));
        assert_eq!(bucket.take(at(3000)), Ok(()));
        assert!(bucket.take(at(3000)).is_err());
    }

    #[test]
    fn a_rate_of_none_is_none() {
        let begun = Instant::now();
        let mut bucket = Bucket::new(Rate::per_minute(0), begun);
        assert_eq!(bucket.take(begun + Duration::from_secs(3600)), Err((Rate::per_minute(0), Duration::from_secs(60))));
    }
}
