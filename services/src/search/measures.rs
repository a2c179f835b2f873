//! Plain values that every index keeps of an item beside its words, and the rule that makes them.

use crate::kernel::handling::HandlingClass;

/// The term of a warehouse that holds something of a class.
pub fn stocked(warehouse: &str, class: HandlingClass) -> String {
    format!("{warehouse}|{}", class.name())
}

/// A rating in thousandths.
pub fn thousandths(rating: f32) -> u64 {
    let clean = if rating.is_finite() { rating.clamp(0.0, 5.0) } else { 0.0 };
    // Between 0 and 5,000: the cast cannot cut.
    (f64::from(clean) * 1_000.0).round() as u64
}

/// How well liked an item probably is. Ratings of few people count less: the mean with ten more ratings of 3.5, in thousandths.
pub fn popularity(rating: f32, count: u32) -> i64 {
    let rated = thousandths(rating).saturating_mul(u64::from(count)).saturating_add(35_000);
    i64::try_from(rated / (u64::from(count) + 10)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_good_ratings_outweigh_one() {
        assert!(popularity(4.5, 200) > popularity(5.0, 1));
        assert!(popularity(4.0, 1) > popularity(0.0, 0));
        assert_eq!(popularity(5.0, u32::MAX) / 10, 499);
    }

    #[test]
    fn odd_ratings_do_no_harm() {
        assert_eq!(thousandths(f32::NAN), 0);
        assert_eq!(thousandths(-3.0), 0);
        assert_eq!(thousandths(99.0), 5_000);
        assert_eq!(thousandths(4.35), 4_350);
    }
}
