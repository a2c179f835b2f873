//! Time as the network counts it: whole minutes, in weeks that begin on Monday at midnight in Indian Standard Time. It
//! knows no holidays; a lane that does not run for a while is switched off.

use crate::{kernel::clock::Timestamp, logistics::Lane};

/// Minutes of a day.
const DAY: u16 = 1_440;
/// Minutes of a week.
pub(crate) const WEEK: i64 = 7 * DAY as i64;
/// From the epoch (a Thursday, midnight UTC) back to the Monday before it, and from UTC to Indian Standard Time.
const SHIFT: i64 = 3 * DAY as i64 + 330;
const MICROS: i64 = 60_000_000;

/// Minutes since Monday, 29 December 1969, midnight in Indian Standard Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Minute(pub i64);

impl Minute {
    /// The first whole minute at or after an instant: whoever is a microsecond late misses the van.
    pub(crate) fn at_or_after(instant: Timestamp) -> Self {
        let (whole, part) = (instant.micros().div_euclid(MICROS), instant.micros().rem_euclid(MICROS));
        Self(whole + i64::from(part > 0) + SHIFT)
    }
    /// Its instant.
    pub(crate) fn instant(self) -> Timestamp {
        Timestamp::from_micros((self.0 - SHIFT).saturating_mul(MICROS))
    }
    /// Later by minutes.
    pub(crate) fn plus(self, minutes: u32) -> Self {
        Self(self.0 + i64::from(minutes))
    }
    /// Earlier by minutes.
    pub(crate) fn minus(self, minutes: u32) -> Self {
        Self(self.0 - i64::from(minutes))
    }
    /// The first minute of its week, and how far into the week it is.
    pub(crate) fn in_week(self) -> (i64, i64) {
        let into = self.0.rem_euclid(WEEK);
        (self.0 - into, into)
    }
}

/// The minutes of the week at which a lane leaves, sorted. Departures outside a day are no departures.
pub(crate) fn departures(lane: &Lane) -> Vec<u16> {
    let mut week: Vec<u16> = (0..7_u16)
        .filter(|day| lane.runs_on(u32::from(*day)))
        .flat_map(|day| lane.departures.iter().filter(|d| **d < DAY).map(move |d| day * DAY + d))
        .collect();
    week.sort_unstable();
    week.dedup();
    week
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_at_midnight_in_india() {
        let monday = Minute::at_or_after(at("2026-11-23T00:00:00+05:30"));
        assert_eq!(monday.in_week().1, 0);
        assert_eq!(monday.instant(), at("2026-11-22T18:30:00Z"));
        assert_eq!(Minute::at_or_after(at("2026-11-22T23:59:00+05:30")).in_week().1, WEEK - 1);
        assert_eq!(Minute::at_or_after(at("1969-12-29T00:00:00+05:30")), Minute(0));
    }

    #[test]
    fn a_microsecond_late_is_the_next_minute() {
        let noon = at("2026-11-24T12:00:00+05:30");
        let late = Timestamp::from_micros(noon.micros() + 1);
        assert_eq!(Minute::at_or_after(late).0, Minute::at_or_after(noon).0 + 1);
        assert_eq!(Minute::at_or_after(noon).instant(), noon);
    }
}
