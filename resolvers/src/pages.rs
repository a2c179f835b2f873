//! Pages of lists as GraphQL tells them: opaque cursors, bounds of page sizes, and what `PageInfo` says. Cursors of lists
//! carry a position in the list's own order; the search's cursors are made by its service.

use async_graphql::SimpleObject;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use services::kernel::{
    clock::Timestamp,
    pages::{Page, Window},
};
use uuid::Uuid;

use crate::error::Refused;

/// Where a page stands in its list.
#[derive(Clone, Debug, Default, SimpleObject)]
#[graphql(shareable)]
pub struct PageInfo {
    /// More after `endCursor`.
    pub has_next_page: bool,
    /// More before `startCursor`.
    pub has_previous_page: bool,
    /// Cursor of the first edge; null on an empty page.
    pub start_cursor: Option<String>,
    /// Cursor of the last edge; null on an empty page.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// Of a page whose rows have these cursors.
    pub fn of<T>(page: &Page<T>, cursor: impl Fn(&T) -> String) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.rows.first().map(&cursor),
            end_cursor: page.rows.last().map(&cursor),
        }
    }
}

/// A position that a cursor carries.
pub trait Position: Sized {
    /// Names the list, so that a cursor of one list is refused by another.
    const LIST: u8;
    /// As bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// From bytes.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// The cursor of a position.
pub fn cursor<P: Position>(position: &P) -> String {
    let mut bytes = vec![P::LIST];
    bytes.extend(position.to_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The position of a cursor; a cursor that was never given out is refused.
pub fn position<P: Position>(cursor: &str) -> Result<P, Refused> {
    let bytes = if cursor.len() <= 256 { URL_SAFE_NO_PAD.decode(cursor).ok() } else { None };
    bytes
        .as_deref()
        .and_then(|b| b.split_first())
        .filter(|(list, _)| **list == P::LIST)
        .and_then(|(_, rest)| P::from_bytes(rest))
        .ok_or(Refused::Cursor)
}

/// A position by time and id, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated<const LIST: u8>(pub Timestamp, pub Uuid);

impl<const LIST: u8> Dated<LIST> {
    /// At an instant, by id.
    pub fn new(at: Timestamp, id: impl Into<Uuid>) -> Self {
        Self(at, id.into())
    }
}

impl<const LIST: u8> Position for Dated<LIST> {
    const LIST: u8 = LIST;
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.0.micros().to_be_bytes().to_vec();
        bytes.extend(self.1.as_bytes());
        bytes
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (time, id) = bytes.split_at_checked(8)?;
        Some(Self(Timestamp::from_micros(i64::from_be_bytes(time.try_into().ok()?)), Uuid::from_slice(id).ok()?))
    }
}

/// A position by a counting number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered<const LIST: u8>(pub u64);

impl<const LIST: u8> Numbered<LIST> {
    /// At a number.
    pub fn new(number: u64) -> Self {
        Self(number)
    }
}

impl<const LIST: u8> Position for Numbered<LIST> {
    const LIST: u8 = LIST;
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(u64::from_be_bytes(bytes.try_into().ok()?)))
    }
}

/// A position by a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coded<const LIST: u8>(pub String);

impl<const LIST: u8> Coded<LIST> {
    /// At a code.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }
}

impl<const LIST: u8> Position for Coded<LIST> {
    const LIST: u8 = LIST;
    fn to_bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        String::from_utf8(bytes.to_vec()).ok().map(Self)
    }
}

/// A cursor in a list of orders.
pub type OrderCursor = Dated<1>;
/// A cursor in a wishlist.
pub type WishlistCursor = Dated<2>;
/// A cursor in the events of one order.
pub type OrderEventCursor = Numbered<3>;
/// A cursor in the events of all orders of a shopper.
pub type MyOrderEventCursor = Numbered<4>;
/// A cursor among the variants of an item.
pub type VariantCursor = Numbered<5>;
/// A cursor among lanes.
pub type LaneCursor = Coded<6>;
/// A cursor among messages.
pub type NotificationCursor = Dated<7>;

/// A page size within its bounds; outside of them it is refused.
pub fn page_size(field: &'static str, given: i32, most: usize) -> Result<usize, Refused> {
    match usize::try_from(given) {
        Ok(n) if (1..=most).contains(&n) => Ok(n),
        _ => Err(Refused::Argument(field, format!("a page has 1 to {most} rows, not {given}"))),
    }
}

/// A window forwards.
pub fn forwards<P: Position>(first: i32, after: Option<&str>, most: usize) -> Result<Window<P>, Refused> {
    Ok(Window::Forwards { after: after.map(position).transpose()?, limit: page_size("first", first, most)? })
}

/// A window in either direction: `first`/`after` or `last`/`before`, not both; without either, forwards by `usual`.
pub fn either_way<P: Position>(
    (first, after): (Option<i32>, Option<&str>),
    (last, before): (Option<i32>, Option<&str>),
    usual: i32,
    most: usize,
) -> Result<Window<P>, Refused> {
    let forward = first.is_some() || after.is_some();
    match (forward, last.is_some() || before.is_some()) {
        (true, true) => {
            Err(Refused::Argument("last", "page forwards (first, after) or backwards (last, before), not both".into()))
        }
        (_, false) => forwards(first.unwrap_or(usual), after, most),
        (_, true) => Ok(Window::Backwards {
            before: before.map(position).transpose()?,
            limit: page_size("last", last.unwrap_or(usual), most)?,
        }),
    }
}

/// The same window over another kind of position.
pub fn map_window<P, Q>(window: Window<P>, f: impl Fn(P) -> Q) -> Window<Q> {
    match window {
        Window::Forwards { after, limit } => Window::Forwards { after: after.map(f), limit },
        Window::Backwards { before, limit } => Window::Backwards { before: before.map(f), limit },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_only_in_their_own_list() {
        let at = OrderCursor::new(Timestamp::from_seconds(9), Uuid::from_u128(3));
        assert_eq!(position::<OrderCursor>(&cursor(&at)).ok(), Some(at));
        assert!(position::<WishlistCursor>(&cursor(&at)).is_err());
        let n = OrderEventCursor::new(17);
        assert_eq!(position::<OrderEventCursor>(&cursor(&n)).ok(), Some(n));
        assert!(position::<MyOrderEventCursor>(&cursor(&n)).is_err());
        let code = LaneCursor::new("BLR1>DEL");
        assert_eq!(position::<LaneCursor>(&cursor(&code)).ok(), Some(code));
    }

    #[test]
    fn garbage_is_no_cursor() {
        for junk in ["", "AA", "!!", &"A".repeat(9_999), "AwAA"] {
            assert!(matches!(position::<OrderEventCursor>(junk), Err(Refused::Cursor)), "{junk}");
        }
    }

    #[test]
    fn pages_are_bounded() {
        assert!(page_size("first", 0, 100).is_err() && page_size("first", -1, 100).is_err());
        assert!(page_size("first", 101, 100).is_err());
        assert_eq!(page_size("first", 100, 100).ok(), Some(100));
    }

    #[test]
    fn a_page_goes_one_way() {
        assert!(either_way::<OrderCursor>((Some(1), None), (Some(1), None), 20, 50).is_err());
        let back = either_way::<OrderCursor>((None, None), (Some(5), None), 20, 50).ok();
        assert_eq!(back, Some(Window::Backwards { before: None, limit: 5 }));
        let usual = either_way::<OrderCursor>((None, None), (None, None), 20, 50).ok();
        assert_eq!(usual, Some(Window::Forwards { after: None, limit: 20 }));
    }
}
