//! The rules of counting, pure. Time is that of the events, in panes of five minutes; a window is the panes that end with
//! the present one. The watermark stands an allowed lateness behind the newest event: what is older is late, is counted as
//! such and as nothing else. What is not late is counted once by its id, in whatever order it comes: ids are remembered
//! until the watermark has passed them, and from then on the event itself would be late. So an event that was counted and
//! comes again long after is told among the late ones, and still counts once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::model::{ENTRIES_MAX, Entry, Kind, Snapshot, Span, Subject};
use crate::kernel::{clock::Timestamp, ids::EventId};

/// How late an event may be.
pub const LATENESS: Duration = Duration::from_secs(10 * 60);
/// The grain of windows.
pub const PANE: Duration = Duration::from_secs(5 * 60);
/// Panes kept: a day, and what lateness and a reader's clock may reach back.
const PANES_KEPT: i64 = 24 * 12 + 4;
/// Different subjects of one pane; more are left out, so that a flood of made-up words does not fill the memory.
const PANE_MAX: usize = 20_000;
/// So many shoppers must have searched for words before anybody is told of them: one shopper's words stay private.
pub const SEARCHERS_MIN: u64 = 3;

/// One thing to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// As what.
    pub kind: Kind,
    /// About what.
    pub subject: Subject,
    /// How many.
    pub count: u64,
    /// For words: who searched, as a number that stands for a pseudonym; each counts once in a window.
    pub who: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Pane {
    counts: Vec<(Kind, Subject, u64)>,
    #[serde(skip)]
    places: BTreeMap<(Kind, Subject), usize>,
    searchers: BTreeSet<(String, u64)>,
}

impl Pane {
    fn add(&mut self, tally: &Tally) {
        if let (Subject::Words(words), Some(who)) = (&tally.subject, tally.who) {
            if self.searchers.len() < PANE_MAX {
                self.searchers.insert((words.clone(), who));
            }
            return;
        }
        if self.places.len() != self.counts.len() {
            self.places = self.counts.iter().enumerate().map(|(at, (k, s, _))| ((*k, s.clone()), at)).collect();
        }
        let key = (tally.kind, tally.subject.clone());
        if let Some(at) = self.places.get(&key) {
            self.counts[*at].2 = self.counts[*at].2.saturating_add(tally.count);
        } else if self.counts.len() < PANE_MAX {
            self.places.insert(key, self.counts.len());
            self.counts.push((tally.kind, tally.subject.clone(), tally.count));
        }
    }
}

/// What was made of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Counted.
    Counted,
    /// Counted before.
    Again,
    /// Too late.
    Late,
}

/// The counting so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counting {
    /// The newest event's time.
    head: Option<Timestamp>,
    panes: BTreeMap<i64, Pane>,
    seen: BTreeSet<(Timestamp, EventId)>,
    late: u64,
    version: u64,
    /// How far each topic was read, by its name.
    pub offsets: BTreeMap<String, i64>,
}

fn pane_of(at: Timestamp) -> i64 {
    at.seconds().div_euclid(i64::try_from(PANE.as_secs()).unwrap_or(300))
}

impl Counting {
    /// What is before it is late; `None` before the first event.
    pub fn watermark(&self) -> Option<Timestamp> {
        self.head.map(|head| head - LATENESS)
    }
    /// Events that were late.
    pub fn late(&self) -> u64 {
        self.late
    }
    /// Takes an event that happened at a time. An event from the future (by more than the lateness) is taken as of `now`:
    /// one wrong clock must not make everybody else late.
    pub fn take(&mut self, id: EventId, at: Timestamp, now: Timestamp, tallies: &[Tally]) -> Taken {
        let at = if at > now + LATENESS { now } else { at };
        if self.watermark().is_some_and(|mark| at < mark) {
            self.late += 1;
            return Taken::Late;
        }
        if !self.seen.insert((at, id)) {
            return Taken::Again;
        }
        self.head = self.head.max(Some(at));
        if !tallies.is_empty() {
            let pane = self.panes.entry(pane_of(at)).or_default();
            tallies.iter().for_each(|t| pane.add(t));
        }
        self.forget();
        Taken::Counted
    }
    /// Lets go of what no window and no late event can ask for.
    fn forget(&mut self) {
        let Some(head) = self.head else { return };
        let mark = head - LATENESS;
        self.seen = self.seen.split_off(&(mark, EventId(uuid::Uuid::nil())));
        self.panes = self.panes.split_off(&(pane_of(head) - PANES_KEPT));
    }
    /// The windows that end at `now`, under the next version.
    pub fn snapshots(&mut self, now: Timestamp) -> Vec<Snapshot> {
        self.version += 1;
        Span::ALL.into_iter().map(|span| self.snapshot(span, now)).collect()
    }
    fn snapshot(&self, span: Span, now: Timestamp) -> Snapshot {
        let last = pane_of(now);
        let panes = i64::try_from(span.length().as_secs() / PANE.as_secs()).unwrap_or(1);
        let mut sums: BTreeMap<Kind, BTreeMap<&Subject, u64>> = BTreeMap::new();
        let mut searchers: BTreeSet<(&str, u64)> = BTreeSet::new();
        // Up to what a wrong clock may be ahead: it is now for everybody who reads.
        let ahead = i64::try_from(LATENESS.as_secs() / PANE.as_secs()).unwrap_or(2);
        for (_, pane) in self.panes.range(last - panes + 1..=last + ahead) {
            for (kind, subject, count) in &pane.counts {
                let sum = sums.entry(*kind).or_default().entry(subject).or_default();
                *sum = sum.saturating_add(*count);
            }
            searchers.extend(pane.searchers.iter().map(|(words, who)| (words.as_str(), *who)));
        }
        let mut reports: BTreeMap<Kind, Vec<Entry>> = BTreeMap::new();
        for (kind, subjects) in sums {
            let entries = subjects.into_iter().map(|(s, count)| Entry { subject: s.clone(), count });
            reports.insert(kind, most_first(entries.collect()));
        }
        reports.insert(Kind::Searched, most_first(words_told(&searchers)));
        Snapshot {
            span,
            version: self.version,
            as_of: now,
            lateness_seconds: LATENESS.as_secs(),
            late: self.late,
            reports,
        }
    }
}

/// Words that enough shoppers searched for.
fn words_told(searchers: &BTreeSet<(&str, u64)>) -> Vec<Entry> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (words, _) in searchers {
        *counts.entry(words).or_default() += 1;
    }
    let told = counts.into_iter().filter(|(_, n)| *n >= SEARCHERS_MIN);
    told.map(|(words, count)| Entry { subject: Subject::Words(words.to_owned()), count }).collect()
}

fn most_first(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.subject.cmp(&b.subject)));
    entries.truncate(ENTRIES_MAX);
    entries
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::ids::ItemId;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(1_790_000_100 + minutes * 60)
    }
    fn id(n: u128) -> EventId {
        EventId(Uuid::from_u128(n))
    }
    fn bought(item: u128, count: u64) -> Tally {
        Tally { kind: Kind::Bought, subject: Subject::Item(ItemId(Uuid::from_u128(item))), count, who: None }
    }
    fn searched(words: &str, who: u64) -> Tally {
        Tally { kind: Kind::Searched, subject: Subject::Words(words.into()), count: 1, who: Some(who) }
    }
    fn counts(counting: &mut Counting, span: Span, kind: Kind, now: i64) -> Vec<u64> {
        let all = counting.snapshots(at(now));
        let one = all.into_iter().find(|s| s.span == span).expect("every window");
        one.reports.get(&kind).map(|r| r.iter().map(|e| e.count).collect()).unwrap_or_default()
    }

    #[test]
    fn any_order_of_events_counts_the_same() {
        let events: Vec<(u128, i64)> = (0..9).map(|n| (n, i64::try_from(n).expect("small"))).collect();
        let mut orders = vec![events.clone(), events.iter().rev().copied().collect()];
        orders.push([&events[4..], &events[..4], &events[2..6]].concat());
        for order in orders {
            let mut counting = Counting::default();
            for (n, minute) in order {
                counting.take(id(n), at(minute), at(9), &[bought(n % 2, 1)]);
            }
            assert_eq!(counts(&mut counting, Span::HalfHour, Kind::Bought, 9), [5, 4]);
            assert_eq!(counting.late(), 0);
        }
    }

    #[test]
    fn an_event_counts_once_by_its_id() {
        let mut counting = Counting::default();
        assert_eq!(counting.take(id(1), at(0), at(0), &[bought(1, 2)]), Taken::Counted);
        assert_eq!(counting.take(id(1), at(0), at(1), &[bought(1, 2)]), Taken::Again);
        counting.take(id(2), at(30), at(30), &[]);
        assert_eq!(counting.take(id(1), at(0), at(30), &[bought(1, 2)]), Taken::Late);
        assert_eq!(counts(&mut counting, Span::Hour, Kind::Bought, 30), [2]);
    }

    #[test]
    fn just_in_time_counts_and_later_is_late() {
        let mut counting = Counting::default();
        counting.take(id(1), at(20), at(20), &[bought(1, 1)]);
        assert_eq!(counting.take(id(2), at(10), at(20), &[bought(1, 1)]), Taken::Counted, "as late as allowed");
        let just_over = Timestamp::from_micros(at(10).micros() - 1);
        assert_eq!(counting.take(id(3), just_over, at(20), &[bought(1, 1)]), Taken::Late);
        let told = counting.snapshots(at(20));
        assert_eq!((told[0].late, told[0].lateness_seconds, told[0].as_of), (1, 600, at(20)));
        assert_eq!(counts(&mut counting, Span::Day, Kind::Bought, 20), [2]);
    }

    #[test]
    fn a_window_ends_now_and_forgets_what_left_it() {
        let mut counting = Counting::default();
        counting.take(id(1), at(0), at(0), &[bought(1, 1)]);
        assert_eq!(counts(&mut counting, Span::HalfHour, Kind::Bought, 25), [1]);
        assert!(counts(&mut counting, Span::HalfHour, Kind::Bought, 35).is_empty(), "though nothing else happened");
        assert_eq!(counts(&mut counting, Span::Hour, Kind::Bought, 35), [1]);
        assert!(counts(&mut counting, Span::Day, Kind::Bought, 25 * 60).is_empty());
        counting.take(id(2), at(26 * 60), at(26 * 60), &[]);
        assert!(counting.panes.is_empty() && counting.seen.len() == 1);
    }

    #[test]
    fn words_are_told_when_enough_shoppers_searched_for_them() {
        let mut counting = Counting::default();
        for n in 0..9_u64 {
            counting.take(id(n.into()), at(0), at(0), &[searched("my own number", 1), searched("lamp", n % 3)]);
        }
        assert_eq!(counts(&mut counting, Span::HalfHour, Kind::Searched, 0), [3], "the lamp alone, each shopper once");
    }

    #[test]
    fn one_clock_that_runs_ahead_makes_nobody_late() {
        let mut counting = Counting::default();
        counting.take(id(1), at(60 * 24 * 365), at(0), &[bought(1, 1)]);
        assert_eq!(counting.take(id(2), at(-5), at(0), &[bought(1, 1)]), Taken::Counted);
        assert_eq!(counts(&mut counting, Span::HalfHour, Kind::Bought, 0), [2]);
    }

    #[test]
    fn counting_goes_on_after_it_was_written_down() {
        let mut counting = Counting::default();
        counting.take(id(1), at(0), at(0), &[bought(1, 1), searched("lamp", 4)]);
        let text = serde_json::to_string(&counting).expect("JSON");
        let mut again: Counting = serde_json::from_str(&text).expect("read back");
        assert_eq!(again.take(id(1), at(0), at(0), &[bought(1, 1)]), Taken::Again);
        again.take(id(2), at(1), at(1), &[bought(1, 1)]);
        assert_eq!(counts(&mut again, Span::HalfHour, Kind::Bought, 1), [2]);
    }
}
