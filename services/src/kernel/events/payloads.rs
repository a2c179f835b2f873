//! What each topic says. One enum per topic; the JSON shape is in `schema/events/<topic>.json`, and a test holds the two
//! together.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Payload, Topic};
use crate::kernel::{
    clock::Timestamp,
    ids::{
        CategoryId, ItemId, OrderId, OrderLineId, PaymentId, RefundId, ShipmentId, ShopperId, SupplierId, VariantId,
    },
    money::Money,
    pincodes::Pincode,
};

macro_rules! payload {
    ($name:ident, $topic:expr, |$this:ident| $key:expr, { $($kind:ident),+ $(,)? }) => {
        impl Payload for $name {
            const TOPIC: Topic = $topic;
            fn kind(&self) -> &'static str {
                match self { $(Self::$kind { .. } => stringify!($kind)),+ }
            }
            fn key(&self) -> String { let $this = self; $key }
        }
    };
}

/// Topic `items`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ItemsEvent {
    /// An item was made, changed or withdrawn.
    ItemChanged {
        /// Which item.
        item: ItemId,
        /// Its version after the change.
        item_version: u64,
        /// It is no longer sold.
        withdrawn: bool,
        /// The category tree changed instead (the item id is nil).
        categories: bool,
    },
}
payload!(
    ItemsEvent,
    Topic::Items,
    |e| match e {
        ItemsEvent::ItemChanged { item, .. } => item.to_string(),
    },
    { ItemChanged }
);

/// Topic `stock`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum StockEvent {
    /// Units of a variant in a warehouse went to zero or came from zero.
    AvailabilityFlipped {
        /// Which variant.
        variant: VariantId,
        /// Which item it belongs to.
        item: ItemId,
        /// Where.
        warehouse: String,
        /// Some can be sold.
        available: bool,
    },
}
payload!(
    StockEvent,
    Topic::Stock,
    |e| match e {
        StockEvent::AvailabilityFlipped { variant, .. } => variant.to_string(),
    },
    { AvailabilityFlipped }
);

/// Topic `lanes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LanesEvent {
    /// A lane, a courier's reach or a warehouse changed.
    NetworkChanged {
        /// The code of what changed.
        code: String,
        /// The network's version after the change.
        network_version: u64,
    },
}
payload!(
    LanesEvent,
    Topic::Lanes,
    |e| match e {
        LanesEvent::NetworkChanged { code, .. } => code.clone(),
    },
    { NetworkChanged }
);

/// Topic `users`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum UsersEvent {
    /// An account, its addresses or its delivery location changed.
    ShopperChanged {
        /// Whose.
        shopper: ShopperId,
    },
    /// A guest signed in or signed up: what was the guest's is the shopper's now.
    GuestMerged {
        /// The shopper.
        shopper: ShopperId,
        /// The guest, which is used up.
        guest: Uuid,
    },
}
payload!(UsersEvent, Topic::Users, |e| match e {
    UsersEvent::ShopperChanged { shopper } | UsersEvent::GuestMerged { shopper, .. } => shopper.to_string(),
}, { ShopperChanged, GuestMerged });

/// Topic `carts`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum CartsEvent {
    /// A cart changed.
    CartChanged {
        /// Whose: a guest's or a shopper's id.
        owner: Uuid,
        /// What was put in by this change, for activity.
        added: Vec<VariantId>,
    },
}
payload!(
    CartsEvent,
    Topic::Carts,
    |e| match e {
        CartsEvent::CartChanged { owner, .. } => owner.to_string(),
    },
    { CartChanged }
);

/// Topic `wishlists`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum WishlistsEvent {
    /// A wishlist changed.
    WishlistChanged {
        /// Whose: a guest's or a shopper's id.
        owner: Uuid,
        /// What was put on by this change, for activity.
        added: Vec<VariantId>,
    },
}
payload!(
    WishlistsEvent,
    Topic::Wishlists,
    |e| match e {
        WishlistsEvent::WishlistChanged { owner, .. } => owner.to_string(),
    },
    { WishlistChanged }
);

/// What happened to an order, in the words of its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStep {
    /// Made: stock is held, payment is awaited.
    Created,
    /// Paid, or to be paid in cash.
    Placed,
    /// The payment was refused.
    Failed,
    /// No payment in time.
    Expired,
    /// A line or the whole was called off.
    Cancelled,
    /// A parcel was packed.
    Packed,
    /// A parcel is with the courier.
    Shipped,
    /// A parcel is on its last way.
    OutForDelivery,
    /// A parcel arrived.
    Delivered,
    /// Lines came back.
    Returned,
    /// Somebody wants to send lines back.
    ReturnRequested,
    /// What is sent back is with a courier.
    ReturnPickedUp,
    /// What is sent back is at the warehouse.
    ReturnReceived,
    /// What was sent back was not taken.
    ReturnRefused,
}

/// A line of an order, as events tell it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderedLine {
    /// The line.
    pub line: OrderLineId,
    /// What.
    pub variant: VariantId,
    /// The item it belongs to.
    pub item: ItemId,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub unit_price: Money,
}

/// Topic `orders`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum OrdersEvent {
    /// An order took a step; the order's own event list carries the same sequence.
    OrderStepped {
        /// Which order.
        order: OrderId,
        /// Whose: a guest's or a shopper's id.
        owner: Uuid,
        /// Counts the order's events from 1.
        sequence: u64,
        /// What happened.
        step: OrderStep,
        /// The parcel it is about.
        shipment: Option<ShipmentId>,
        /// The quote behind the order, on `CREATED` and `PLACED`.
        from_cart: bool,
        /// The lines concerned, on `CREATED`, `PLACED`, `CANCELLED` and what concerns returns.
        lines: Vec<OrderedLine>,
        /// Where to.
        pincode: Pincode,
    },
}
payload!(
    OrdersEvent,
    Topic::Orders,
    |e| match e {
        OrdersEvent::OrderStepped { order, .. } => order.to_string(),
    },
    { OrderStepped }
);

/// Topic `payments`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PaymentsEvent {
    /// A payment was settled one way or the other.
    PaymentSettled {
        /// The order.
        order: OrderId,
        /// The payment.
        payment: PaymentId,
        /// The money is there.
        succeeded: bool,
        /// How much.
        amount: Money,
    },
    /// Money is to go back.
    RefundDue {
        /// The order.
        order: OrderId,
        /// The refund.
        refund: RefundId,
        /// How much.
        amount: Money,
    },
    /// Money went back, or the provider could not.
    RefundSettled {
        /// The order.
        order: OrderId,
        /// The refund.
        refund: RefundId,
        /// It went back.
        succeeded: bool,
    },
}
payload!(PaymentsEvent, Topic::Payments, |e| match e {
    PaymentsEvent::PaymentSettled { order, .. } | PaymentsEvent::RefundDue { order, .. } | PaymentsEvent::RefundSettled { order, .. } => order.to_string(),
}, { PaymentSettled, RefundDue, RefundSettled });

/// Topic `shipments`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ShipmentsEvent {
    /// A parcel was booked, moved or called off.
    ShipmentMoved {
        /// The order.
        order: OrderId,
        /// The parcel.
        shipment: ShipmentId,
        /// Who carries it.
        courier: String,
        /// Where it stands: `BOOKED`, `SHIPPED`, `OUT_FOR_DELIVERY`, `DELIVERED`, `CANCELLED`.
        state: String,
        /// When the courier says it happened.
        happened_at: Timestamp,
    },
}
payload!(
    ShipmentsEvent,
    Topic::Shipments,
    |e| match e {
        ShipmentsEvent::ShipmentMoved { order, .. } => order.to_string(),
    },
    { ShipmentMoved }
);

/// What a shopper did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Act {
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

/// Topic `activity`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ActivityEvent {
    /// A shopper or guest did something.
    ActivityRecorded {
        /// Stands for the shopper; its mapping is deleted with the account.
        pseudonym: Uuid,
        /// What was done.
        act: Act,
        /// With which item; none for a search.
        item: Option<ItemId>,
        /// In which category.
        category: Option<CategoryId>,
        /// Where things were to go.
        pincode: Option<Pincode>,
        /// The words searched for.
        text: Option<String>,
        /// How many hits or units.
        count: u32,
    },
}
payload!(
    ActivityEvent,
    Topic::Activity,
    |e| match e {
        ActivityEvent::ActivityRecorded { pseudonym, .. } => pseudonym.to_string(),
    },
    { ActivityRecorded }
);

/// Topic `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum InboundEvent {
    /// A feed was read to its end.
    FeedImported {
        /// Who sent it.
        supplier: SupplierId,
        /// Rows taken.
        accepted: u64,
        /// Rows refused.
        rejected: u64,
    },
}
payload!(
    InboundEvent,
    Topic::Inbound,
    |e| match e {
        InboundEvent::FeedImported { supplier, .. } => supplier.to_string(),
    },
    { FeedImported }
);

/// Topic `notifications`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum NotificationsEvent {
    /// A message of the shop was put before a shopper.
    NotificationAdded {
        /// Whose: a guest's or a shopper's id.
        owner: Uuid,
        /// Which message.
        notification: Uuid,
    },
}
payload!(
    NotificationsEvent,
    Topic::Notifications,
    |e| match e {
        NotificationsEvent::NotificationAdded { owner, .. } => owner.to_string(),
    },
    { NotificationAdded }
);
