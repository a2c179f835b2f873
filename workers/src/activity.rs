//! Brings what shoppers do onto the topic `activity`: flushes the buffer of reads each second ([`Flush`]), and translates
//! what other topics tell about carts, wishlists and orders ([`Deeds`]).

use std::time::Duration;

use async_trait::async_trait;
use services::{
    activity::{Activity, Deed, service::ARCHIVE},
    items::Items,
    kernel::{
        error::EngineResult,
        events::{Act, CartsEvent, Delivered, OrderStep, OrdersEvent, Topic, WishlistsEvent},
        ids::VariantId,
        pincodes::Pincode,
    },
};
use uuid::Uuid;

use crate::{
    consumer::{Handler, payload},
    worker::{Rhythm, Worker},
};

/// Deeds of one step: one transaction.
const DEEDS: usize = 500;

/// Flushes what was noted.
pub struct Flush(pub Activity);

#[async_trait]
impl Worker for Flush {
    fn name(&self) -> &'static str {
        "activity"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(Duration::from_secs(1))
    }
    async fn step(&self) -> EngineResult<usize> {
        self.0.flush(DEEDS).await
    }
}

/// Keeps what the log tells of activity, for operators and for learning.
pub struct Archive(pub Activity);

#[async_trait]
impl Worker for Archive {
    fn name(&self) -> &'static str {
        ARCHIVE
    }
    async fn step(&self) -> EngineResult<usize> {
        self.0.archive_step(DEEDS).await
    }
}

/// Translates what carts, wishlists and orders tell.
pub struct Deeds {
    /// Where deeds go.
    pub activity: Activity,
    /// Which items and categories variants belong to.
    pub items: Items,
}

#[async_trait]
impl Handler for Deeds {
    fn group(&self) -> &'static str {
        "activity"
    }
    fn topics(&self) -> &'static [Topic] {
        &[Topic::Carts, Topic::Wishlists, Topic::Orders]
    }
    async fn handle(&self, delivered: &Delivered) -> EngineResult<()> {
        match delivered.topic {
            Topic::Carts => {
                let CartsEvent::CartChanged { owner, added } = payload(delivered)?;
                self.tell(owner, Act::Carted, added.into_iter().map(|v| (v, 1)).collect(), None).await
            }
            Topic::Wishlists => {
                let WishlistsEvent::WishlistChanged { owner, added } = payload(delivered)?;
                self.tell(owner, Act::Wishlisted, added.into_iter().map(|v| (v, 1)).collect(), None).await
            }
            _ => {
                let OrdersEvent::OrderStepped { owner, step, lines, pincode, .. } = payload(delivered)?;
                if step != OrderStep::Placed {
                    return Ok(());
                }
                let bought = lines.into_iter().map(|l| (l.variant, l.quantity)).collect();
                self.tell(owner, Act::Bought, bought, Some(pincode)).await
            }
        }
    }
}

impl Deeds {
    async fn tell(
        &self,
        owner: Uuid,
        act: Act,
        what: Vec<(VariantId, u32)>,
        pincode: Option<Pincode>,
    ) -> EngineResult<()> {
        if what.is_empty() {
            return Ok(());
        }
        let variants: Vec<VariantId> = what.iter().map(|(v, _)| *v).collect();
        let items = self.items.items_of_variants(&variants).await?;
        let deed = |(variant, count): (VariantId, u32)| {
            let item = items.get(&variant)?;
            Some(Deed { owner, act, item: Some(item.id), category: Some(item.category), pincode, text: None, count })
        };
        let deeds: Vec<Deed> = what.into_iter().filter_map(deed).collect();
        if deeds.is_empty() { Ok(()) } else { self.activity.write(&deeds).await }
    }
}
