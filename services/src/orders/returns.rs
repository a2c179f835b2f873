//! Sending back, and what money stays with the shop: shapes and pure rules. Every unit carries its share of the charges
//! besides the lines. What is due for the units that are still bought is reckoned from scratch each time, and what goes
//! back is the difference, so that parts sum to the whole in whatever order they go.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    model::{Order, OrderLine, OrderState},
    states,
};
use crate::kernel::{
    clock::Timestamp,
    ids::{OrderId, OrderLineId, RefundId, ReturnId},
};

/// Where a return stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnState {
    /// Asked for by the shopper.
    Requested,
    /// On its way back.
    PickedUp,
    /// At the warehouse, not looked at yet.
    Received,
    /// Units were taken back; the money is on its way.
    Accepted,
    /// The money went back.
    Refunded,
    /// Nothing was taken back.
    Refused,
}

impl ReturnState {
    /// Nothing was decided yet: its units count as coming back.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::PickedUp | Self::Received)
    }
}

/// Something sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// Its id.
    pub id: ReturnId,
    /// The order.
    pub order: OrderId,
    /// Where it stands.
    pub state: ReturnState,
    /// What is sent back.
    pub lines: Vec<ReturnLine>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// The money that goes back for it; `None` when none does, such as for what was paid in cash.
    pub refund: Option<RefundId>,
    /// The idempotency key that it was asked for under.
    pub once_key: String,
}

/// A line of a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnLine {
    /// The order's line.
    pub line: OrderLineId,
    /// Units.
    pub quantity: u32,
    /// Why, for people.
    pub reason: String,
    /// Units that were fit for sale; all three are 0 until decided.
    pub restocked: u32,
    /// Units that were taken back broken.
    pub written_off: u32,
    /// Units that were not taken back.
    pub refused: u32,
}

/// Units of a line; `None`: all that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineUnits {
    /// Which line.
    pub line: OrderLineId,
    /// How many.
    pub quantity: Option<u32>,
}

/// Units that somebody wants to send back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReturnWish {
    /// Which line.
    pub line: OrderLineId,
    /// How many.
    pub quantity: u32,
    /// Why, for people.
    pub reason: String,
}

/// What a warehouse decided about a line of a return; the three sum to its quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// Which line.
    pub line: OrderLineId,
    /// Units fit for sale.
    pub restocked: u32,
    /// Units taken back broken.
    pub written_off: u32,
    /// Units not taken back.
    pub refused: u32,
}

impl Decision {
    /// Units that it is about; `None` when they are too many to count.
    pub fn units(&self) -> Option<u32> {
        self.restocked.checked_add(self.written_off)?.checked_add(self.refused)
    }
    /// Units that are taken back.
    pub const fn accepted(&self) -> u32 {
        self.restocked.saturating_add(self.written_off)
    }
}

/// What happens to a return.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReturnAct {
    /// A courier has it.
    PickUp,
    /// It is at the warehouse.
    Receive,
    /// It was looked at: one decision for each of its lines.
    Decide(Vec<Decision>),
}

/// Where a return in `from` stands after an act; `None`: the act is not for it. What was not received can be refused
/// only.
pub fn after(from: ReturnState, act: &ReturnAct) -> Option<ReturnState> {
    use ReturnState as S;
    match (from, act) {
        (S::Requested, ReturnAct::PickUp) => Some(S::PickedUp),
        (S::Requested | S::PickedUp, ReturnAct::Receive) => Some(S::Received),
        (_, ReturnAct::Decide(decisions)) if from.is_open() => {
            let nothing = decisions.iter().all(|d| d.accepted() == 0);
            match (nothing, from) {
                (true, _) => Some(S::Refused),
                (false, S::Received) => Some(S::Accepted),
                (false, _) => None,
            }
        }
        _ => None,
    }
}

/// Units of a line that are still bought: neither called off nor taken back.
pub const fn live_units(state: OrderState, quantity: u32, cancelled: u32, returned: u32) -> u32 {
    if states::is_dead(state) || matches!(state, OrderState::Returned) {
        return 0;
    }
    quantity.saturating_sub(cancelled).saturating_sub(returned)
}

/// Price of one unit, units bought, units still bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Minor units.
    pub unit_price: i64,
    /// Units bought.
    pub quantity: u32,
    /// Units still bought; at most `quantity`.
    pub live: u32,
}

/// Minor units that the shop keeps: what the live units cost, and their share of `charges`, rounded down. Nothing live
/// keeps nothing; everything live keeps everything. `None`: the sum is beyond what can be counted.
pub fn kept(lines: impl IntoIterator<Item = Share>, charges: i64) -> Option<i64> {
    let (mut all, mut live, mut units) = (0_i128, 0_i128, 0_u64);
    for line in lines {
        all += i128::from(line.unit_price) * i128::from(line.quantity);
        live += i128::from(line.unit_price) * i128::from(line.live);
        units += u64::from(line.live);
    }
    let share = match (units, all) {
        (0, _) => 0,
        // Gifts carry no share: the charges stay until the last of them goes.
        (_, 0) => i128::from(charges),
        _ => (i128::from(charges) * live).div_euclid(all),
    };
    i64::try_from(live + share).ok()
}

/// Units of a line that could be sent back: bought, and neither called off, coming back nor taken back.
pub fn left(line: &OrderLine) -> u32 {
    if line.state != OrderState::Delivered {
        return 0;
    }
    line.live().saturating_sub(line.coming_back)
}

/// The last instant at which a line may be sent back; `None` until it has arrived.
pub fn until(order: &Order, line: &OrderLine, window: Duration) -> Option<Timestamp> {
    let parcel = order.shipments.iter().find(|s| Some(s.id) == line.shipment)?;
    parcel.delivered_at.map(|at| at + window)
}

/// Whether units of a line may be sent back now.
pub fn is_returnable(order: &Order, line: &OrderLine, window: Duration, now: Timestamp) -> bool {
    left(line) > 0 && until(order, line, window).is_some_and(|end| now <= end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares() -> impl Strategy<Value = Vec<Share>> {
        let line = (0_i64..1_000_000, 1_u32..10).prop_map(|(unit_price, quantity)| Share {
            unit_price,
            quantity,
            live: quantity,
        });
        prop::collection::vec(line, 1..6)
    }

    proptest! {
        /// Units go one after another, in any order and in any parts: each part gives back nothing negative, and all
        /// parts together give back exactly what was paid.
        #[test]
        fn parts_sum_to_the_whole(mut lines in shares(), charges in 0_i64..100_000, order in prop::collection::vec((any::<prop::sample::Index>(), 1_u32..5), 1..80)) {
            let whole = lines.iter().map(|l| l.unit_price * i64::from(l.quantity)).sum::<i64>() + charges;
            prop_assert_eq!(kept(lines.clone(), charges), Some(whole));
            let mut back = 0;
            for (which, units) in order {
                let i = which.index(lines.len());
                let units = units.min(lines[i].live);
                lines[i].live -= units;
                let part = whole - back - kept(lines.clone(), charges).unwrap();
                prop_assert!(part >= i64::from(units) * lines[i].unit_price, "a part is no less than its price");
                back += part;
            }
            for line in &mut lines {
                line.live = 0;
            }
            prop_assert_eq!(kept(lines, charges), Some(0));
            prop_assert!(back <= whole);
        }

        /// What goes back does not depend on the way: two parts one by one or at once are the same.
        #[test]
        fn the_way_does_not_matter(lines in shares(), charges in 0_i64..100_000, cuts in prop::collection::vec(0_u32..10, 6)) {
            let cut: Vec<_> = lines.iter().zip(&cuts).map(|(l, c)| Share { live: l.live.saturating_sub(*c), ..*l }).collect();
            let whole = kept(lines.clone(), charges).unwrap();
            let mut way = lines;
            let mut back = 0;
            let mut stands = whole;
            for i in 0..way.len() {
                way[i].live = cut[i].live;
                let now = kept(way.clone(), charges).unwrap();
                back += stands - now;
                stands = now;
            }
            prop_assert_eq!(back, whole - kept(cut, charges).unwrap());
        }
    }

    #[test]
    fn a_third_of_the_goods_carries_a_third_of_the_charges() {
        let line = |live| Share { unit_price: 10_000, quantity: 3, live };
        assert_eq!(kept([line(3)], 4_000), Some(34_000));
        assert_eq!(kept([line(2)], 4_000), Some(22_666));
        assert_eq!(kept([line(1)], 4_000), Some(11_333));
        assert_eq!(kept([line(0)], 4_000), Some(0));
        let gift = |live| Share { unit_price: 0, quantity: 2, live };
        assert_eq!((kept([gift(1)], 4_000), kept([gift(0)], 4_000)), (Some(4_000), Some(0)));
    }

    #[test]
    fn a_return_takes_exactly_these_steps() {
        use ReturnState as S;
        let decide = |restocked, refused| {
            ReturnAct::Decide(vec![Decision {
                line: OrderLineId(uuid::Uuid::nil()),
                restocked,
                written_off: 0,
                refused,
            }])
        };
        for from in [S::Requested, S::PickedUp, S::Received, S::Accepted, S::Refunded, S::Refused] {
            let open = from.is_open();
            assert_eq!(after(from, &ReturnAct::PickUp), (from == S::Requested).then_some(S::PickedUp));
            let received = matches!(from, S::Requested | S::PickedUp).then_some(S::Received);
            assert_eq!(after(from, &ReturnAct::Receive), received);
            assert_eq!(after(from, &decide(0, 1)), open.then_some(S::Refused), "{from:?}");
            assert_eq!(after(from, &decide(1, 1)), (from == S::Received).then_some(S::Accepted), "{from:?}");
        }
    }
}
