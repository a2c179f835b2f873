//! A token bucket: so many at once, so many a second in the long run. Time is given; nothing here waits.

use tokio::time::Instant;

/// Thousandths of a token, so that slow rates need no fractions.
const SCALE: u64 = 1_000;

/// The bucket.
#[derive(Debug)]
pub struct Bucket {
    full: u64,
    level: u64,
    per_second: u64,
    last: Instant,
}

impl Bucket {
    /// A full bucket.
    pub fn new(burst: u32, per_second: u32, now: Instant) -> Self {
        let full = u64::from(burst) * SCALE;
        Self { full, level: full, per_second: u64::from(per_second), last: now }
    }

    /// Takes one; `false` when there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        let millis = u64::try_from(now.saturating_duration_since(self.last).as_millis()).unwrap_or(u64::MAX);
        if millis > 0 {
            // A token is a thousand thousandths and a second a thousand milliseconds: the scales cancel out.
            self.level = self.level.saturating_add(millis.saturating_mul(self.per_second)).min(self.full);
            self.last = now;
        }
        let enough = self.level >= SCALE;
        if enough {
            self.level -= SCALE;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_taken_at_once_and_refills_by_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(3, 2, start);
        assert_eq!((0..5).filter(|_| bucket.take(start)).count(), 3);
        assert!(!bucket.take(start + Duration::from_millis(499)));
        assert!(bucket.take(start + Duration::from_millis(500)));
        assert!(!bucket.take(start + Duration::from_millis(501)));
        let later = start + Duration::from_secs(60);
        assert_eq!((0..9).filter(|_| bucket.take(later)).count(), 3);
    }
}
