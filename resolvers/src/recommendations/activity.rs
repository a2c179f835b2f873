//! What shoppers did, for operators.

use async_graphql::{Enum, ID, OneofObject, SimpleObject};
use services::{
    activity::Record,
    kernel::{
        caller::Role,
        events,
        ids::{ItemId, ShopperId},
        limits::PAGE_MAX,
    },
};

use crate::{
    context::Scope,
    error::{Attempt, Refused},
    ids,
    scalars::{DateTime, Pincode, int},
};

/// Whose activity, or about what.
#[derive(OneofObject)]
pub enum ActivityOf {
    /// A shopper's.
    ShopperId(ID),
    /// About an item.
    ItemId(ID),
}

/// What was done.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "events::Act")]
pub enum ActivityKind {
    /// Searched for words.
    Searched,
    /// Opened an item.
    Viewed,
    /// Put on the wishlist.
    Wishlisted,
    /// Put into the cart.
    Carted,
    /// Bought.
    Bought,
}

/// Something that a shopper or guest did.
#[derive(Clone, Debug, SimpleObject)]
pub struct ActivityRecord {
    /// When it was told.
    pub at: DateTime,
    /// What was done.
    pub kind: ActivityKind,
    /// Stands for who did it; it leads nowhere once that was erased.
    pub pseudonym: String,
    /// With which item; null for a search.
    pub item_id: Option<ID>,
    /// In which category.
    pub category_id: Option<ID>,
    /// Where things were to go.
    pub pincode: Option<Pincode>,
    /// The words searched for.
    pub text: Option<String>,
    /// How many units.
    pub count: i32,
}

impl From<Record> for ActivityRecord {
    fn from(r: Record) -> Self {
        Self {
            at: r.at.into(),
            kind: r.act.into(),
            pseudonym: r.pseudonym.to_string(),
            item_id: r.item.map(ids::of),
            category_id: r.category.map(ids::of),
            pincode: r.pincode.map(Pincode),
            text: r.text,
            count: int(r.count),
        }
    }
}

/// Reads records, for operators.
pub async fn read(scope: &Scope, of: ActivityOf, first: i32) -> Attempt<Vec<ActivityRecord>> {
    scope.require(Role::Operator)?;
    let most = usize::try_from(first).ok().filter(|n| (1..=PAGE_MAX).contains(n));
    let most = most.ok_or_else(|| Refused::Argument("first", format!("1 to {PAGE_MAX}")))?;
    let bad = |e: ids::BadId| Refused::Argument("of", e.to_string());
    let activity = &scope.shop.activity;
    let found = match of {
        ActivityOf::ShopperId(id) => activity.of_owner(ids::parse::<ShopperId>(&id).map_err(bad)?.0, most).await?,
        ActivityOf::ItemId(id) => activity.of_item(ids::parse::<ItemId>(&id).map_err(bad)?, most).await?,
    };
    Ok(found.into_iter().map(ActivityRecord::from).collect())
}
