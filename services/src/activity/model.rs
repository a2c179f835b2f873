//! What somebody did.

use uuid::Uuid;

use crate::kernel::{
    clock::Timestamp,
    events::{Act, ActivityEvent, Event},
    ids::{CategoryId, EventId, ItemId},
    pincodes::Pincode,
};

/// A deed as it was taken from the log: under a pseudonym, never under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The event's; a deed is kept once.
    pub id: EventId,
    /// When it was told.
    pub at: Timestamp,
    /// Who.
    pub pseudonym: Uuid,
    /// What was done.
    pub act: Act,
    /// With which item.
    pub item: Option<ItemId>,
    /// In which category.
    pub category: Option<CategoryId>,
    /// Where things were to go.
    pub pincode: Option<Pincode>,
    /// The words searched for.
    pub text: Option<String>,
    /// How many hits or units.
    pub count: u32,
}

impl Record {
    /// From an event of the topic `activity`; `None` when it says something else.
    pub fn of(event: &Event) -> Option<Self> {
        let ActivityEvent::ActivityRecorded { pseudonym, act, item, category, pincode, text, count } =
            serde_json::from_value(event.data.clone()).ok()?;
        Some(Self { id: event.id, at: event.at, pseudonym, act, item, category, pincode, text, count })
    }
}

/// Something that a shopper or guest did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Who: a guest's or a shopper's id. It never reaches the log.
    pub owner: Uuid,
    /// What was done.
    pub act: Act,
    /// With which item; none for a search.
    pub item: Option<ItemId>,
    /// In which category.
    pub category: Option<CategoryId>,
    /// Where things were to go.
    pub pincode: Option<Pincode>,
    /// The words searched for.
    pub text: Option<String>,
    /// How many hits or units.
    pub count: u32,
}
