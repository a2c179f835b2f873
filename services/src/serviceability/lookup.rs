//! One pincode, one moment: the best way from each warehouse, looked up in the table when it is first asked for. A page of
//! a hundred items shares the ways, so it costs no more than its warehouses.

use std::collections::HashMap;

use super::{
    atlas::{Atlas, chord2},
    model::{Delivery, Goods, NotDeliverableReason, Promise, ServingPair},
    steps::{last_arriving_by, next},
    table::{CourierTable, Table},
    week::Minute,
};
use crate::{
    inventory::StockLevel,
    kernel::{clock::Timestamp, handling::HandlingClass, ids::VariantId, money::Money, pincodes::Pincode},
};

/// The moments that a promise speaks of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    /// Ordered and paid.
    pub ready_from: Timestamp,
    /// Asked: hours count from there.
    pub asked_at: Timestamp,
    /// Stock and lanes were read.
    pub as_of: Timestamp,
}

/// The best way from a warehouse: earliest, then cheapest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Way {
    warehouse: usize,
    courier: usize,
    arrives: Minute,
    /// Ordered by then it arrives no later, whoever carries it.
    order_within: Minute,
    charge: Money,
}

impl Way {
    /// What makes one way better than another: earlier, cheaper, orderable for longer, and then by code so that the same
    /// question has the same answer.
    fn rank(&self) -> impl Ord + use<> {
        (self.arrives, self.charge.minor, std::cmp::Reverse(self.order_within), self.warehouse, self.courier)
    }
    /// The better one, orderable as long as either arrives as early.
    fn or(self, other: Self) -> Self {
        let (better, worse) = if self.rank() <= other.rank() { (self, other) } else { (other, self) };
        let as_early = worse.arrives == better.arrives;
        let order_within = if as_early { better.order_within.max(worse.order_within) } else { better.order_within };
        Self { order_within, ..better }
    }
}

/// Ways to a pincode.
#[derive(Debug)]
pub(crate) struct Lookup<'a> {
    table: &'a Table,
    to: Pincode,
    pin: Option<usize>,
    when: When,
    /// By warehouse and class; the outer option says whether it was looked up.
    ways: Vec<[Option<Option<Way>>; 3]>,
    refusals: [Option<NotDeliverableReason>; 3],
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(table: &'a Table, to: Pincode, when: When) -> Self {
        Self {
            table,
            to,
            pin: Table::pin(to),
            when,
            ways: vec![[None; 3]; table.sites.warehouses],
            refusals: [None; 3],
        }
    }

    /// The delivery of goods, given their levels.
    pub(crate) fn delivery(&mut self, goods: &Goods, levels: &HashMap<VariantId, Vec<StockLevel>>) -> Delivery {
        match self.candidates(goods, levels).into_iter().reduce(Way::or) {
            Some(way) => Delivery::Deliverable(self.promise(&way)),
            None => {
                Delivery::NotDeliverable { pincode: self.to, reason: self.refusal(goods.handling), expected_from: None }
            }
        }
    }

    /// A promise per warehouse that has the goods, the best first.
    pub(crate) fn promises(&mut self, goods: &Goods, levels: &HashMap<VariantId, Vec<StockLevel>>) -> Vec<Promise> {
        let mut ways = self.candidates(goods, levels);
        ways.sort_by_key(Way::rank);
        ways.iter().map(|w| self.promise(w)).collect()
    }

    /// Warehouses and classes that reach the pincode, the soonest first.
    pub(crate) fn pairs(&mut self, max_tat_hours: Option<u32>) -> Vec<ServingPair> {
        let mut found = Vec::new();
        for class in HandlingClass::ALL {
            let ways = (0..self.table.sites.warehouses).filter_map(|w| self.way(w, class)).collect::<Vec<_>>();
            found.extend(ways.into_iter().map(|way| (way.arrives, way.warehouse, class)));
        }
        found.sort_unstable();
        let asked_at = self.when.asked_at;
        let in_time = |promised_by| max_tat_hours.is_none_or(|max| hours_between(asked_at, promised_by) <= max);
        let pairs = found.into_iter().map(|(arrives, warehouse, handling)| ServingPair {
            warehouse: self.table.sites.site(warehouse).code.clone(),
            handling,
            promised_by: arrives.instant(),
        });
        pairs.take_while(|p| in_time(p.promised_by)).collect()
    }

    fn candidates(&mut self, goods: &Goods, levels: &HashMap<VariantId, Vec<StockLevel>>) -> Vec<Way> {
        let levels = levels.get(&goods.variant).map_or(&[][..], Vec::as_slice);
        let enough = levels.iter().filter(|l| l.available >= goods.quantity.max(1));
        enough
            .filter_map(|l| self.table.sites.warehouse(&l.warehouse))
            .filter_map(|w| self.way(w, goods.handling))
            .collect()
    }

    fn promise(&self, way: &Way) -> Promise {
        let promised_by = way.arrives.instant();
        Promise {
            pincode: self.to,
            promised_by,
            tat_hours: hours_between(self.when.asked_at, promised_by),
            order_within: way.order_within.instant(),
            charge: way.charge,
            warehouse: self.table.sites.site(way.warehouse).code.clone(),
            courier: self.table.couriers[way.courier].code.clone(),
            as_of: self.when.as_of,
        }
    }

    /// Why goods of a class cannot be brought from any warehouse that has them.
    fn refusal(&mut self, class: HandlingClass) -> NotDeliverableReason {
        let (table, pin) = (self.table, self.pin);
        *self.refusals[class as usize].get_or_insert_with(|| {
            let reached = |class| pin.is_some_and(|p| table.is_reached(class, p));
            match pin {
                None => NotDeliverableReason::PincodeUnknown,
                Some(_) if reached(class) => NotDeliverableReason::NoStockInReach,
                Some(_) if HandlingClass::ALL.into_iter().any(reached) => NotDeliverableReason::CannotCarry,
                Some(_) => NotDeliverableReason::NoCourier,
            }
        })
    }

    /// The best way from a warehouse over all couriers.
    fn way(&mut self, warehouse: usize, class: HandlingClass) -> Option<Way> {
        if let Some(known) = self.ways[warehouse][class as usize] {
            return known;
        }
        let pin = self.pin?;
        let site = self.table.sites.site(warehouse);
        let distance = chord2(&site.at, Atlas::india().point(pin));
        let ready = Minute::at_or_after(self.when.ready_from).plus(site.handling);
        let by_courier = self.table.couriers.iter().enumerate().filter_map(|(courier, table)| {
            let (arrives, leaves) = self.carried(table, warehouse, class, pin, ready)?;
            let charge = table.tariff.charge(distance, class);
            Some(Way { warehouse, courier, arrives, order_within: leaves.minus(site.handling), charge })
        });
        let way = by_courier.reduce(Way::or);
        self.ways[warehouse][class as usize] = Some(way);
        way
    }

    /// When a courier arrives with goods that are ready for pick-up, and the last departure from the warehouse that still
    /// arrives then.
    fn carried(
        &self,
        courier: &CourierTable,
        warehouse: usize,
        class: HandlingClass,
        pin: usize,
        ready: Minute,
    ) -> Option<(Minute, Minute)> {
        let station = courier.miles.station(pin)?;
        let handling = self.table.sites.station(station).handling;
        let line_haul = courier.plane(class).steps(warehouse, station);
        let at_station = next(line_haul, ready)?;
        let van = next(courier.miles.steps(pin, class), at_station.arrives.plus(handling))?;
        let last = last_arriving_by(line_haul, at_station, van.leaves.minus(handling));
        Some((van.arrives, last.leaves))
    }
}

/// Hours from one instant to another, rounded up.
fn hours_between(from: Timestamp, to: Timestamp) -> u32 {
    const HOUR: u128 = 3_600_000_000;
    u32::try_from(to.since(from).as_micros().div_ceil(HOUR)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_rounded_up() {
        let at = Timestamp::from_micros;
        assert_eq!(hours_between(at(0), at(0)), 0);
        assert_eq!(hours_between(at(0), at(1)), 1);
        assert_eq!(hours_between(at(0), at(3_600_000_000)), 1);
        assert_eq!(hours_between(at(5), at(0)), 0);
    }

    #[test]
    fn a_dearer_courier_that_is_as_early_prolongs_the_promise() {
        let way = |arrives, charge, within, courier| Way {
            warehouse: 0,
            courier,
            arrives: Minute(arrives),
            order_within: Minute(within),
            charge: Money::inr(charge),
        };
        assert_eq!(way(9, 50, 3, 0).or(way(9, 40, 1, 1)), way(9, 40, 3, 1));
        assert_eq!(way(9, 50, 3, 0).or(way(8, 90, 1, 1)), way(8, 90, 1, 1));
    }
}
