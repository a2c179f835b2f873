//! Delivery as GraphQL tells it: a union of *can, by when* and *cannot, because*.

use std::{ops::Deref, sync::Arc};

use async_graphql::{Enum, SimpleObject, Union};
use services::serviceability::{self, Promise};

use crate::{
    money::Money,
    scalars::{DateTime, Pincode, int},
};

/// Whether and when something reaches a pincode.
#[derive(Clone, Debug, Union)]
pub enum Delivery {
    /// It can be brought.
    Deliverable(Deliverable),
    /// It cannot be brought.
    NotDeliverable(NotDeliverable),
}

/// It can be brought.
#[derive(Clone, Debug, SimpleObject)]
pub struct Deliverable {
    /// To where.
    pub pincode: Pincode,
    /// It arrives by then, if ordered before `orderWithin`.
    pub promised_by: DateTime,
    /// Turn-around time, hours from now to `promisedBy`.
    pub tat_hours: i32,
    /// After this instant the promise moves to a later one.
    pub order_within: DateTime,
    /// What delivery costs for one unit.
    pub charge: Money,
    /// When stock and lanes behind this answer were read.
    pub as_of: DateTime,
}

/// It cannot be brought.
#[derive(Clone, Debug, SimpleObject)]
pub struct NotDeliverable {
    /// To where not.
    pub pincode: Pincode,
    /// Why not.
    pub reason: NotDeliverableReason,
    /// When it may be possible; null when nobody knows.
    pub expected_from: Option<DateTime>,
}

/// Why something cannot be brought.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "serviceability::NotDeliverableReason")]
pub enum NotDeliverableReason {
    /// There is no such pincode.
    PincodeUnknown,
    /// No courier goes there.
    NoCourier,
    /// No warehouse that reaches it has stock.
    NoStockInReach,
    /// The couriers that go there do not carry it.
    CannotCarry,
}

impl From<&serviceability::Delivery> for Delivery {
    fn from(delivery: &serviceability::Delivery) -> Self {
        match delivery {
            serviceability::Delivery::Deliverable(promise) => Self::Deliverable(promise.into()),
            serviceability::Delivery::NotDeliverable { pincode, reason, expected_from } => {
                Self::NotDeliverable(NotDeliverable {
                    pincode: (*pincode).into(),
                    reason: (*reason).into(),
                    expected_from: expected_from.map(Into::into),
                })
            }
        }
    }
}

impl From<&Promise> for Deliverable {
    fn from(p: &Promise) -> Self {
        Self {
            pincode: p.pincode.into(),
            promised_by: p.promised_by.into(),
            tat_hours: int(p.tat_hours),
            order_within: p.order_within.into(),
            charge: p.charge.into(),
            as_of: p.as_of.into(),
        }
    }
}

/// The best of several answers: the soonest promise, then the cheapest; without any promise the first refusal.
pub fn best<D: Deref<Target = serviceability::Delivery>>(answers: &[D]) -> Option<&serviceability::Delivery> {
    let promised = answers.iter().filter_map(|d| Some((d.promise()?, d)));
    let soonest = promised.min_by_key(|(p, _)| (p.promised_by, p.charge.minor)).map(|(_, d)| d);
    soonest.or_else(|| answers.first()).map(|d| &**d)
}

/// What [`best`] takes in a loader's answer.
pub type SharedDelivery = Arc<serviceability::Delivery>;

#[cfg(test)]
mod tests {
    use services::{
        kernel::{clock::Timestamp, money::Money, pincodes::Pincode},
        serviceability::NotDeliverableReason as Why,
    };

    use super::*;

    fn to() -> Pincode {
        "560001".parse().expect("a pincode")
    }
    fn promise(hours: u32, paise: i64) -> SharedDelivery {
        Arc::new(serviceability::Delivery::Deliverable(Promise {
            pincode: to(),
            promised_by: Timestamp::from_seconds(i64::from(hours) * 3_600),
            tat_hours: hours,
            order_within: Timestamp::from_seconds(60),
            charge: Money::inr(paise),
            warehouse: "BLR1".into(),
            courier: "UDAAN".into(),
            as_of: Timestamp::from_seconds(0),
        }))
    }
    fn refusal(reason: Why) -> SharedDelivery {
        Arc::new(serviceability::Delivery::NotDeliverable { pincode: to(), reason, expected_from: None })
    }

    #[test]
    fn the_soonest_then_the_cheapest_is_best() {
        let answers = [refusal(Why::NoStockInReach), promise(48, 100), promise(24, 900), promise(24, 500)];
        let found = best(&answers).and_then(|d| d.promise().cloned()).expect("a promise");
        assert_eq!((found.tat_hours, found.charge.minor), (24, 500));
    }

    #[test]
    fn without_a_promise_the_first_refusal_tells_why() {
        let answers = [refusal(Why::CannotCarry), refusal(Why::NoCourier)];
        assert!(matches!(
            best(&answers),
            Some(serviceability::Delivery::NotDeliverable { reason: Why::CannotCarry, .. })
        ));
        assert_eq!(best::<SharedDelivery>(&[]), None);
    }
}
