//! Drawing up a quote, and placing it.

use std::{collections::HashSet, sync::Arc};

use parking_lot::Mutex;
use uuid::Uuid;

use super::{
    error::Error,
    model::{PaymentChoice, PlaceOrder, Placement, Quote, WantedLine},
    service::Orders,
};
use crate::{
    kernel::{caller::Owner, error::EngineError, ids::OrderId, money::Money},
    users::PostalAddress,
};

/// The keys that are being worked on in this process.
#[derive(Clone, Default)]
pub(super) struct InFlight(Arc<Mutex<HashSet<(Uuid, &'static str, String)>>>);

impl Orders {
    pub(super) async fn draw_up(
        &self,
        _owner: Owner,
        _lines: Vec<WantedLine>,
        _from_cart: bool,
        _address: PostalAddress,
        _email: Option<String>,
        _retry_of: Option<OrderId>,
    ) -> Result<Quote, Error> {
        Err(EngineError::permanent("orders", "quotes are not drawn up yet").into())
    }

    pub(super) async fn place_quoted(&self, _owner: Owner, _request: PlaceOrder) -> Result<Placement, Error> {
        Err(EngineError::permanent("orders", "orders are not placed yet").into())
    }

    pub(super) async fn place_again(
        &self,
        _owner: Owner,
        _order: OrderId,
        _expected_total: Money,
        _payment: PaymentChoice,
        _key: String,
    ) -> Result<Placement, Error> {
        Err(EngineError::permanent("orders", "orders are not placed yet").into())
    }
}
