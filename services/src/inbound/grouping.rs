//! Rows that are one item together: parts wait for the group that names them, a group waits for its parts, both for a
//! bounded number of rows. What waited too long is settled, so that memory does not grow with the feed.

use std::collections::{HashMap, VecDeque};

use super::{
    parse::{Offer, PartName, Role},
    rows::BadRow,
};

/// An item with the rows it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The row that describes the item.
    pub item: Offer,
    /// Its variants; empty when the item's own row is the only one.
    pub parts: Vec<(PartName, Offer)>,
}

impl Unit {
    /// The rows that it came from: line and key.
    pub fn rows(&self) -> impl Iterator<Item = (u64, &str)> {
        std::iter::once(&self.item).chain(self.parts.iter().map(|(_, part)| part)).map(|o| (o.line, o.key.as_str()))
    }
}

/// What came out of waiting.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// An item that is complete, or as complete as it will get.
    Unit(Box<Unit>),
    /// A row that belongs to nothing.
    Refused(BadRow, String),
}

/// Rows that wait for one another.
#[derive(Debug, Default)]
pub struct Grouping {
    window: usize,
    /// Rows seen.
    rows: usize,
    parts: HashMap<String, Waiting<Offer>>,
    groups: HashMap<usize, Group>,
    /// Which waiting group wants a SKU.
    wanted: HashMap<String, usize>,
    /// Who began to wait when, oldest first; entries of what has been settled since are passed over.
    queue: VecDeque<(usize, Who)>,
}

#[derive(Debug)]
struct Waiting<T> {
    since: usize,
    what: T,
}

#[derive(Debug)]
struct Group {
    item: Offer,
    names: Vec<PartName>,
    found: HashMap<String, Offer>,
}

#[derive(Debug)]
enum Who {
    Part(String),
    Group(usize),
}

impl Grouping {
    /// Groups and parts wait for at most `window` rows; 0: nothing ever waits.
    pub fn new(window: usize) -> Self {
        Self { window, ..Self::default() }
    }

    /// Takes a row; gives what it settles.
    pub fn take(&mut self, offer: Offer) -> Vec<Settled> {
        self.rows += 1;
        let mut out = Vec::new();
        match offer.role.clone() {
            Role::Alone => out.push(alone(offer)),
            Role::Part => self.take_part(offer, &mut out),
            Role::Group(names) => self.take_group(offer, names, &mut out),
        }
        self.settle(self.rows.saturating_sub(self.window), &mut out);
        out
    }

    /// The feed has ended: settles everything that waits.
    pub fn finish(&mut self) -> Vec<Settled> {
        let mut out = Vec::new();
        self.settle(usize::MAX, &mut out);
        out
    }

    fn take_part(&mut self, offer: Offer, out: &mut Vec<Settled>) {
        let Some(at) = self.wanted.remove(&offer.sku) else {
            let since = self.rows;
            self.queue.push_back((since, Who::Part(offer.sku.clone())));
            if let Some(before) = self.parts.insert(offer.sku.clone(), Waiting { since, what: offer }) {
                out.push(refused(before.what, "a later row has the same SKU"));
            }
            return;
        };
        let complete = self.groups.get_mut(&at).is_some_and(|group| {
            group.found.insert(offer.sku.clone(), offer);
            group.found.len() == group.names.len()
        });
        if complete {
            self.settle_group(at, out);
        }
    }

    fn take_group(&mut self, item: Offer, names: Vec<PartName>, out: &mut Vec<Settled>) {
        let mut group = Group { item, names, found: HashMap::new() };
        let at = self.rows;
        for name in &group.names {
            match self.parts.remove(&name.sku) {
                Some(part) => drop(group.found.insert(name.sku.clone(), part.what)),
                None => drop(self.wanted.insert(name.sku.clone(), at)),
            }
        }
        let complete = group.found.len() == group.names.len();
        self.groups.insert(at, group);
        if complete {
            self.settle_group(at, out);
        } else {
            self.queue.push_back((at, Who::Group(at)));
        }
    }

    /// Settles what has waited since `until` or longer.
    fn settle(&mut self, until: usize, out: &mut Vec<Settled>) {
        while self.queue.front().is_some_and(|(since, _)| *since <= until) {
            let Some((since, who)) = self.queue.pop_front() else { return };
            match who {
                Who::Group(at) => self.settle_group(at, out),
                Who::Part(sku) => {
                    if self.parts.get(&sku).is_some_and(|part| part.since == since)
                        && let Some(part) = self.parts.remove(&sku)
                    {
                        out.push(refused(
                            part.what,
                            "no row near it names it as a variant, and it is not sold by itself",
                        ));
                    }
                }
            }
        }
    }

    fn settle_group(&mut self, at: usize, out: &mut Vec<Settled>) {
        let Some(mut group) = self.groups.remove(&at) else { return };
        for name in &group.names {
            if self.wanted.get(&name.sku) == Some(&at) {
                self.wanted.remove(&name.sku);
            }
        }
        let parts: Vec<(PartName, Offer)> =
            group.names.into_iter().filter_map(|name| Some((name.clone(), group.found.remove(&name.sku)?))).collect();
        out.push(if parts.is_empty() {
            refused(group.item, "none of its variants is in the feed")
        } else {
            Settled::Unit(Box::new(Unit { item: group.item, parts }))
        });
    }
}

fn alone(item: Offer) -> Settled {
    Settled::Unit(Box::new(Unit { item, parts: Vec::new() }))
}

fn refused(offer: Offer, reason: &str) -> Settled {
    Settled::Refused(BadRow { line: offer.line, reason: reason.to_owned() }, offer.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{handling::HandlingClass, money::Money};

    fn offer(line: u64, sku: &str, role: Role) -> Offer {
        Offer {
            line,
            key: sku.to_owned(),
            sku: sku.to_owned(),
            title: sku.to_owned(),
            brand: None,
            description: None,
            images: vec![],
            rating: None,
            price: Money::inr(1),
            list_price: None,
            category: vec![],
            attributes: vec![],
            handling: HandlingClass::Standard,
            stock: None,
            role,
        }
    }

    fn group(line: u64, sku: &str, parts: &[&str]) -> Offer {
        let name = |sku: &&str| PartName { sku: (*sku).to_owned(), options: vec![] };
        offer(line, sku, Role::Group(parts.iter().map(name).collect()))
    }

    fn part(line: u64, sku: &str) -> Offer {
        offer(line, sku, Role::Part)
    }

    /// Lines of each unit; refusals as a negative line.
    fn told(settled: &[Settled]) -> Vec<Vec<i64>> {
        let lines = |settled: &Settled| match settled {
            Settled::Unit(unit) => unit.rows().map(|(line, _)| i64::try_from(line).unwrap_or(0)).collect(),
            Settled::Refused(bad, _) => vec![-i64::try_from(bad.line).unwrap_or(0)],
        };
        settled.iter().map(lines).collect()
    }

    fn run(window: usize, offers: Vec<Offer>) -> Vec<Vec<i64>> {
        let mut grouping = Grouping::new(window);
        let mut settled: Vec<Settled> = offers.into_iter().flat_map(|o| grouping.take(o)).collect();
        settled.extend(grouping.finish());
        assert!(grouping.parts.is_empty() && grouping.groups.is_empty() && grouping.wanted.is_empty());
        told(&settled)
    }

    #[test]
    fn parts_come_before_after_and_around_their_group() {
        assert_eq!(run(9, vec![part(1, "a"), part(2, "b"), group(3, "G", &["a", "b"])]), [[3, 1, 2]]);
        assert_eq!(run(9, vec![group(1, "G", &["a", "b"]), part(2, "b"), part(3, "a")]), [[1, 3, 2]]);
        assert_eq!(run(9, vec![part(1, "b"), group(2, "G", &["a", "b"]), part(3, "a")]), [[2, 3, 1]]);
    }

    #[test]
    fn rows_without_a_group_pass_at_once() {
        assert_eq!(run(0, vec![offer(1, "a", Role::Alone)]), [[1]]);
        let mixed = vec![part(1, "a"), offer(2, "x", Role::Alone), group(3, "G", &["a"])];
        assert_eq!(run(9, mixed), [vec![2], vec![3, 1]]);
    }

    #[test]
    fn a_part_that_nobody_names_is_refused() {
        assert_eq!(run(9, vec![part(1, "a"), part(2, "b"), group(3, "G", &["b"])]), [vec![3, 2], vec![-1]]);
    }

    #[test]
    fn a_group_goes_with_the_parts_that_came() {
        assert_eq!(run(9, vec![part(1, "a"), group(2, "G", &["a", "b"])]), [[2, 1]]);
        assert_eq!(run(9, vec![group(1, "G", &["a", "b"])]), [[-1]]);
    }

    #[test]
    fn nothing_waits_longer_than_the_window() {
        let mut grouping = Grouping::new(3);
        for line in 1..=1_000 {
            grouping.take(part(line, &format!("p{line}")));
            grouping.take(group(line, &format!("g{line}"), &[&format!("never{line}")]));
            assert!(grouping.parts.len() + grouping.groups.len() <= 4, "line {line}");
            assert!(grouping.wanted.len() <= 4 && grouping.queue.len() <= 8);
        }
    }

    #[test]
    fn a_repeated_part_is_refused_and_the_later_counts() {
        assert_eq!(run(9, vec![part(1, "a"), part(2, "a"), group(3, "G", &["a"])]), [vec![-1], vec![3, 2]]);
    }
}
