//! Opaque global ids: base64url of one byte that names the type, then what identifies the thing (a UUID; two of them for
//! a part of an order; a code for a lane or a courier). Clients compare and store them and look no deeper. It deliberately
//! checks nothing about whether the thing exists or whose it is.

use async_graphql::ID;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use services::kernel::ids::{
    AddressId, CartId, CartLineId, CategoryId, ItemId, NotificationId, OrderId, OrderLineId, PaymentId, QuoteId,
    RefundId, ReturnId, ShipmentId, ShopperId, VariantId, WishlistId, WishlistLineId,
};
use uuid::Uuid;

/// What an id is of. The numbers are part of every id that a client holds: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// An item.
    Item = 1,
    /// A variant.
    Variant = 2,
    /// A category.
    Category = 3,
    /// An account.
    Shopper = 4,
    /// An address.
    Address = 5,
    /// A cart.
    Cart = 6,
    /// A line of a cart.
    CartLine = 7,
    /// A wishlist.
    Wishlist = 8,
    /// A line of a wishlist.
    WishlistLine = 9,
    /// A quote.
    Quote = 10,
    /// An order.
    Order = 11,
    /// A line of an order, after its order.
    OrderLine = 12,
    /// A parcel, after its order.
    Shipment = 13,
    /// A payment, after its order.
    Payment = 14,
    /// A refund, after its order.
    Refund = 15,
    /// A message of the shop.
    Notification = 16,
    /// A lane, by its code.
    Lane = 17,
    /// A courier partner, by its code.
    Courier = 18,
    /// Something sent back, after its order.
    Return = 19,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 19] = [
        Self::Item,
        Self::Variant,
        Self::Category,
        Self::Shopper,
        Self::Address,
        Self::Cart,
        Self::CartLine,
        Self::Wishlist,
        Self::WishlistLine,
        Self::Quote,
        Self::Order,
        Self::OrderLine,
        Self::Shipment,
        Self::Payment,
        Self::Refund,
        Self::Notification,
        Self::Lane,
        Self::Courier,
        Self::Return,
    ];

    /// For people: `an item`.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Item => "an item",
            Self::Variant => "a variant",
            Self::Category => "a category",
            Self::Shopper => "an account",
            Self::Address => "an address",
            Self::Cart => "a cart",
            Self::CartLine => "a line of a cart",
            Self::Wishlist => "a wishlist",
            Self::WishlistLine => "a line of a wishlist",
            Self::Quote => "a quote",
            Self::Order => "an order",
            Self::OrderLine => "a line of an order",
            Self::Shipment => "a parcel",
            Self::Payment => "a payment",
            Self::Refund => "a refund",
            Self::Notification => "a message",
            Self::Lane => "a lane",
            Self::Courier => "a courier",
            Self::Return => "a return",
        }
    }

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|k| *k as u8 == byte)
    }

    const fn shape(self) -> Shape {
        match self {
            Self::OrderLine | Self::Shipment | Self::Payment | Self::Refund | Self::Return => Shape::Part,
            Self::Lane | Self::Courier => Shape::Code,
            _ => Shape::Whole,
        }
    }
}

enum Shape {
    Whole,
    Part,
    Code,
}

/// What an id says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A thing by itself.
    Whole(Uuid),
    /// A part of an order: the order, then the part.
    Part(Uuid, Uuid),
    /// A thing with a code.
    Code(String),
}

/// The text is not an id of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the id of {wanted}: take ids from the shop's answers")]
pub struct BadId {
    /// The beginning of what was given.
    pub text: String,
    /// What was wanted, for people.
    pub wanted: &'static str,
}

/// Ids with a kind of their own.
pub trait Identified: Copy + From<Uuid> + Into<Uuid> {
    /// The kind.
    const KIND: Kind;
}

macro_rules! identified {
    ($($id:ident => $kind:ident),+ $(,)?) => {$( impl Identified for $id { const KIND: Kind = Kind::$kind; } )+};
}
identified! {
    ItemId => Item, VariantId => Variant, CategoryId => Category, ShopperId => Shopper, AddressId => Address,
    CartId => Cart, CartLineId => CartLine, WishlistId => Wishlist, WishlistLineId => WishlistLine, QuoteId => Quote,
    OrderId => Order, OrderLineId => OrderLine, ShipmentId => Shipment, PaymentId => Payment, RefundId => Refund, ReturnId => Return,
    NotificationId => Notification,
}

/// The global id of a thing.
pub fn of<I: Identified>(id: I) -> ID {
    encode(I::KIND, &[id.into().as_bytes()])
}

/// The global id of a part of an order.
pub fn part<I: Identified>(order: OrderId, id: I) -> ID {
    encode(I::KIND, &[order.0.as_bytes(), id.into().as_bytes()])
}

/// The global id of a thing with a code.
pub fn coded(kind: Kind, code: &str) -> ID {
    encode(kind, &[code.as_bytes()])
}

fn encode(kind: Kind, parts: &[&[u8]]) -> ID {
    let mut bytes = Vec::with_capacity(33);
    bytes.push(kind as u8);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    ID(URL_SAFE_NO_PAD.encode(bytes))
}

/// What an id says; `None` when the shop never gave it out.
pub fn decode(id: &str) -> Option<(Kind, Key)> {
    if id.len() > 128 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let (kind, rest) = bytes.split_first()?;
    let kind = Kind::of(*kind)?;
    let key = match (kind.shape(), rest.len()) {
        (Shape::Whole, 16) => Key::Whole(Uuid::from_slice(rest).ok()?),
        (Shape::Part, 32) => Key::Part(Uuid::from_slice(&rest[..16]).ok()?, Uuid::from_slice(&rest[16..]).ok()?),
        (Shape::Code, 1..) => Key::Code(String::from_utf8(rest.to_vec()).ok()?),
        _ => return None,
    };
    Some((kind, key))
}

/// The id of a thing of one kind.
pub fn parse<I: Identified>(id: &str) -> Result<I, BadId> {
    match decode(id) {
        Some((kind, Key::Whole(uuid) | Key::Part(_, uuid))) if kind == I::KIND => Ok(uuid.into()),
        _ => Err(BadId { text: id.chars().take(40).collect(), wanted: I::KIND.noun() }),
    }
}

/// The item of a global id; `None` when it is not one of an item.
pub fn item(id: &str) -> Option<ItemId> {
    parse(id).ok()
}

/// Ids of things of one kind; the first bad one is told with its position.
pub fn parse_all<I: Identified>(ids: &[ID]) -> Result<Vec<I>, (usize, BadId)> {
    ids.iter().enumerate().map(|(i, id)| parse(id).map_err(|e| (i, e))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    const B: Uuid = Uuid::from_u128(7);

    #[test]
    fn ids_round_trip() {
        assert_eq!(parse::<ItemId>(&of(ItemId(A))), Ok(ItemId(A)));
        assert_eq!(parse::<OrderLineId>(&part(OrderId(A), OrderLineId(B))), Ok(OrderLineId(B)));
        assert_eq!(decode(&part(OrderId(A), ShipmentId(B))), Some((Kind::Shipment, Key::Part(A, B))));
        assert_eq!(decode(&coded(Kind::Lane, "BLR1>H-BLR")), Some((Kind::Lane, Key::Code("BLR1>H-BLR".into()))));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let refused = parse::<VariantId>(&of(ItemId(A))).expect_err("an item is no variant");
        assert_eq!(refused.wanted, "a variant");
        assert_ne!(of(ItemId(A)), of(VariantId(A)));
    }

    #[test]
    fn what_the_shop_never_gave_out_is_refused() {
        let long = "A".repeat(4_000);
        let truncated = &of(ItemId(A)).0[..10];
        for junk in ["", "1", "====", "💡", "AAAA", truncated, &long, "AQ"] {
            assert_eq!(decode(junk), None, "{junk}");
            assert!(parse::<ItemId>(junk).is_err(), "{junk}");
        }
        // A part needs its order, a whole has none.
        assert_eq!(decode(&of(OrderLineId(A))), None);
        assert_eq!(decode(&part(OrderId(A), ItemId(B))), None);
    }

    #[test]
    fn the_numbers_of_kinds_are_all_different() {
        let mut numbers: Vec<u8> = Kind::ALL.iter().map(|k| *k as u8).collect();
        numbers.dedup();
        assert_eq!(numbers, (1..=19).collect::<Vec<u8>>());
    }

    #[test]
    fn the_first_bad_id_of_a_list_is_told_with_its_place() {
        let ids = [of(ItemId(A)), ID("x".into()), of(VariantId(A))];
        assert_eq!(parse_all::<ItemId>(&ids).map_err(|(i, _)| i), Err(1));
    }
}
