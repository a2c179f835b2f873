//! The weekly step function behind every promise: "ready by then, there by when". It is a sorted list of the departures
//! that are worth taking; a departure is left out when a later one arrives no later, so the next one in the list is
//! always the best. It repeats every week.

use std::collections::HashMap;

use super::week::{Minute, WEEK};

/// Longest travel that is promised, in minutes (45 days); what takes longer is not offered.
pub(crate) const TRAVEL_MAX: u32 = u16::MAX as u32;

/// A departure worth taking: the minute of the week in the upper half, minutes of travel in the lower, so that steps
/// order by departure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Step(u32);

impl Step {
    /// Leaves at a minute of the week and travels for so many minutes.
    pub(crate) const fn new(leaves: u16, travel: u16) -> Self {
        Self((leaves as u32) << 16 | travel as u32)
    }
    pub(crate) fn leaves(self) -> i64 {
        i64::from(self.0 >> 16)
    }
    fn arrives(self) -> i64 {
        self.leaves() + i64::from(self.0 & 0xffff)
    }
}

/// The departure that goods take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    index: usize,
    week: i64,
    /// It leaves then.
    pub leaves: Minute,
    /// It arrives then.
    pub arrives: Minute,
}

fn taken(steps: &[Step], index: usize, week: i64) -> Taken {
    let step = steps[index];
    Taken { index, week, leaves: Minute(week + step.leaves()), arrives: Minute(week + step.arrives()) }
}

/// The departure that goods ready at an instant take; `None` when nothing ever leaves.
pub(crate) fn next(steps: &[Step], ready: Minute) -> Option<Taken> {
    let (week, into) = ready.in_week();
    let index = steps.partition_point(|s| s.leaves() < into);
    match (steps.is_empty(), index == steps.len()) {
        (true, _) => None,
        (false, true) => Some(taken(steps, 0, week + WEEK)),
        (false, false) => Some(taken(steps, index, week)),
    }
}

/// The last departure, from the one given on, that still arrives by an instant. Looks at most one week ahead.
pub(crate) fn last_arriving_by(steps: &[Step], first: Taken, by: Minute) -> Taken {
    let mut last = first;
    for _ in 0..steps.len() {
        let wraps = last.index + 1 == steps.len();
        let (index, week) = if wraps { (0, last.week + WEEK) } else { (last.index + 1, last.week) };
        let later = taken(steps, index, week);
        if later.arrives > by {
            break;
        }
        last = later;
    }
    last
}

/// Keeps the departures worth taking.
pub(crate) fn worthwhile(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_unstable();
    let next_week = steps.iter().map(|s| s.arrives() + WEEK).min().unwrap_or(i64::MAX);
    let mut kept = Vec::with_capacity(steps.len());
    let mut best = next_week;
    for step in steps.into_iter().rev() {
        if step.arrives() < best {
            best = step.arrives();
            // Of two that leave together the slower one was met first.
            if kept.last().is_some_and(|k: &Step| k.leaves() == step.leaves()) {
                kept.pop();
            }
            kept.push(step);
        }
    }
    kept.reverse();
    kept
}

/// Many step functions in one arena; row 0 is the empty one.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    ends: Vec<u32>,
    steps: Vec<Step>,
}

impl Rows {
    pub(crate) fn get(&self, row: u32) -> &[Step] {
        let row = row as usize;
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.steps[from as usize..self.ends[row] as usize]
    }
    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        (self.ends.len() + self.steps.len()) * size_of::<u32>()
    }
}

/// Collects rows and keeps each only once.
#[derive(Debug)]
pub(crate) struct RowsBuilder {
    rows: Rows,
    seen: HashMap<Box<[Step]>, u32>,
}

impl RowsBuilder {
    pub(crate) fn new() -> Self {
        Self { rows: Rows { ends: vec![0], steps: Vec::new() }, seen: HashMap::new() }
    }
    /// The number of a row.
    pub(crate) fn add(&mut self, steps: &[Step]) -> u32 {
        if steps.is_empty() {
            return 0;
        }
        if let Some(row) = self.seen.get(steps) {
            return *row;
        }
        self.rows.steps.extend_from_slice(steps);
        let count =
            |n: usize| u32::try_from(n).expect("an arena of four thousand million steps does not fit a machine");
        let row = count(self.rows.ends.len());
        self.rows.ends.push(count(self.rows.steps.len()));
        self.seen.insert(steps.into(), row);
        row
    }
    pub(crate) fn finish(mut self) -> Rows {
        self.rows.steps.shrink_to_fit();
        self.rows.ends.shrink_to_fit();
        self.rows
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.leaves(), self.0 & 0xffff)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn brute(steps: &[Step], ready: i64) -> Option<i64> {
        let weeks = [0, WEEK, 2 * WEEK];
        weeks
            .iter()
            .flat_map(|w| steps.iter().map(move |s| (w + s.leaves(), w + s.arrives())))
            .filter(|(leaves, _)| *leaves >= ready)
            .map(|(_, arrives)| arrives)
            .min()
    }

    #[test]
    fn a_slow_departure_that_a_later_one_overtakes_is_left_out() {
        let steps = worthwhile(vec![Step::new(600, 500), Step::new(700, 100), Step::new(700, 300)]);
        assert_eq!(steps, vec![Step::new(700, 100)]);
    }

    #[test]
    fn sunday_night_is_overtaken_by_monday_morning() {
        let steps = worthwhile(vec![Step::new(10_000, 2_000), Step::new(60, 100)]);
        assert_eq!(steps, vec![Step::new(60, 100)]);
        assert_eq!(next(&steps, Minute(10_000)).map(|t| t.arrives), Some(Minute(WEEK + 160)));
    }

    #[test]
    fn rows_are_kept_once() {
        let mut rows = RowsBuilder::new();
        let (a, b) = (rows.add(&[Step::new(1, 2)]), rows.add(&[Step::new(1, 3)]));
        assert_eq!((rows.add(&[]), rows.add(&[Step::new(1, 2)])), (0, a));
        let rows = rows.finish();
        assert_eq!((a, b), (1, 2));
        assert_eq!((rows.get(0), rows.get(b)), (&[][..], &[Step::new(1, 3)][..]));
    }

    proptest! {
        #[test]
        fn the_next_step_is_the_earliest_arrival(
            raw in prop::collection::vec((0_u16..10_080, 0_u16..9_000), 0..12),
            ready in 0_i64..WEEK,
            by_extra in 0_i64..5_000,
        ) {
            let all: Vec<Step> = raw.into_iter().map(|(l, t)| Step::new(l, t)).collect();
            let kept = worthwhile(all.clone());
            let got = next(&kept, Minute(ready));
            prop_assert_eq!(got.map(|t| t.arrives.0), brute(&all, ready));
            if let Some(first) = got {
                let by = Minute(first.arrives.0 + by_extra);
                let last = last_arriving_by(&kept, first, by);
                prop_assert!(last.arrives <= by);
                let after = brute(&all, last.leaves.0 + 1).unwrap();
                prop_assert!(after > by.0, "{after} could still be taken for {by:?}");
            }
        }
    }
}
