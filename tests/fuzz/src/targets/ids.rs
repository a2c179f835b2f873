//! Global ids and cursors: text that a client holds and brings back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use resolvers::{
    ids::{self, Key, Kind},
    pages::{
        self, LaneCursor, MyOrderEventCursor, NotificationCursor, OrderCursor, OrderEventCursor, Position,
        VariantCursor, WishlistCursor,
    },
};
use services::{
    kernel::{
        clock::Timestamp,
        ids::{ItemId, OrderId, OrderLineId, VariantId},
    },
    search::{
        SearchRequest, SearchSort,
        cursor::{Cursors, Place},
    },
};
use uuid::Uuid;

use super::is_for_clients;

/// A global id: what is taken is the only spelling of what it says, and is of one kind only.
pub fn id(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let kinds = usize::from(ids::parse::<ItemId>(text).is_ok())
        + usize::from(ids::parse::<VariantId>(text).is_ok())
        + usize::from(ids::parse::<OrderLineId>(text).is_ok());
    assert!(kinds <= 1, "an id is of one kind");
    if let Err(refused) = ids::parse::<ItemId>(text) {
        is_for_clients(&refused.to_string());
    }
    let Some((kind, key)) = ids::decode(text) else { return };
    assert!(text.len() <= 128);
    let mut said = vec![kind as u8];
    match &key {
        Key::Whole(id) => said.extend(id.as_bytes()),
        Key::Part(order, part) => said.extend(order.as_bytes().iter().chain(part.as_bytes())),
        Key::Code(code) => {
            assert_eq!(ids::coded(kind, code).0, text);
            said.extend(code.as_bytes());
        }
    }
    assert_eq!(URL_SAFE_NO_PAD.encode(&said), text, "a decoded id is encoded as it was");
    if let (Kind::Item, Key::Whole(id)) = (kind, &key) {
        assert_eq!(ids::of(ItemId(*id)).0, text);
    }
    if let (Kind::OrderLine, Key::Part(order, line)) = (kind, &key) {
        assert_eq!(ids::part(OrderId(*order), OrderLineId(*line)).0, text);
    }
}

/// A cursor of a list, for each kind of list.
pub fn cursor(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lists = [
        is_canonical::<OrderCursor>(text, |c| drop(c.0.to_rfc3339())),
        is_canonical::<WishlistCursor>(text, |c| drop(c.0.to_rfc3339())),
        is_canonical::<NotificationCursor>(text, |c| drop(c.0.to_rfc3339())),
        is_canonical::<OrderEventCursor>(text, |_| ()),
        is_canonical::<MyOrderEventCursor>(text, |_| ()),
        is_canonical::<VariantCursor>(text, |_| ()),
        is_canonical::<LaneCursor>(text, |_| ()),
    ];
    assert!(lists.into_iter().filter(|taken| *taken).count() <= 1, "a cursor is of one list");
}

fn is_canonical<P: Position>(text: &str, used: impl Fn(&P)) -> bool {
    let Ok(position) = pages::position::<P>(text) else { return false };
    used(&position);
    assert_eq!(pages::cursor(&position), text, "a cursor is encoded as it was");
    true
}

/// A cursor of a search: only what this shop signed for this search is taken.
pub fn search_cursor(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let cursors = Cursors::new(b"the shop's key", &request("tv"));
    if let Ok(place) = cursors.decode(text) {
        assert_eq!(cursors.encode(place), text, "nobody else can make one");
        assert!(Cursors::new(b"the shop's key", &request("radio")).decode(text).is_err());
    }
}

fn request(text: &str) -> SearchRequest {
    SearchRequest {
        text: text.into(),
        filters: Vec::new(),
        sort: SearchSort::Relevance,
        deliver_to: None,
        deliverable_only: false,
        max_tat_hours: None,
        first: 10,
        after: None,
    }
}

/// Ids and cursors that were given out.
pub fn examples() -> Vec<Vec<u8>> {
    let (a, b) = (Uuid::from_u128(1 << 100 | 77), Uuid::from_u128(u128::MAX - 3));
    let at = Timestamp::from_seconds(1_790_000_000);
    let place = Place { generation: 7, offset: 20, asked_at: at };
    let texts = [
        ids::of(ItemId(a)).0,
        ids::of(VariantId(b)).0,
        ids::part(OrderId(a), OrderLineId(b)).0,
        ids::coded(Kind::Lane, "BLR1>H-BLR").0,
        ids::coded(Kind::Courier, "पथ").0,
        pages::cursor(&OrderCursor::new(at, a)),
        pages::cursor(&WishlistCursor::new(Timestamp::from_micros(i64::MIN), b)),
        pages::cursor(&OrderEventCursor::new(u64::MAX)),
        pages::cursor(&LaneCursor::new("BLR1>DEL")),
        Cursors::new(b"the shop's key", &request("tv")).encode(place),
    ];
    texts.map(String::into_bytes).to_vec()
}

/// Words of ids.
pub const WORDS: &[&str] = &["A", "B", "_", "-", "=", "AA", "AQ", "Ag", "____", "+", "/", " ", "é", "\u{0}"];
