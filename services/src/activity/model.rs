//! What somebody did.

use uuid::Uuid;

use crate::kernel::{
    events::Act,
    ids::{CategoryId, ItemId},
    pincodes::Pincode,
};

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
