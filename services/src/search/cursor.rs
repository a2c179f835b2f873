//! Search cursors: which held generation, how far, and under which delivery table; signed for the search that they
//! belong to. What a cursor says is nobody's secret, but a cursor that was not made here is refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{error::Error, model::SearchRequest};
use crate::kernel::clock::Timestamp;

/// Bytes of the signature that a cursor carries.
const MAC_BYTES: usize = 16;
/// Bytes of what it says.
const BODY_BYTES: usize = 8 + 4 + 8;

/// A place in a held list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The generation of the index.
    pub generation: u64,
    /// How many hits lie before it.
    pub offset: u32,
    /// When the first page was asked: its delivery table is used for the later pages as well.
    pub asked_at: Timestamp,
}

/// Makes and reads the cursors of one search.
#[derive(Clone)]
pub struct Cursors {
    mac: Hmac<Sha256>,
}

impl Cursors {
    /// For the search that a request asks, whatever page of it.
    pub fn new(key: &[u8], request: &SearchRequest) -> Self {
        #[derive(Serialize)]
        struct Asked<'a>(&'a str, &'a [super::Filter], super::SearchSort, Option<u32>, bool, Option<u32>);
        let to = request.deliver_to.map(|p| p.number());
        let (only, tat) = (request.deliverable_only, request.max_tat_hours);
        let asked = Asked(&request.text, &request.filters, request.sort, to, only, tat);
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(&serde_json::to_vec(&asked).expect("a search holds only plain data, which JSON can always express"));
        Self { mac }
    }

    /// The cursor of a place.
    pub fn encode(&self, place: Place) -> String {
        let mut bytes = Vec::with_capacity(BODY_BYTES + MAC_BYTES);
        bytes.extend(place.generation.to_be_bytes());
        bytes.extend(place.offset.to_be_bytes());
        bytes.extend(place.asked_at.micros().to_be_bytes());
        let mac = self.sign(&bytes);
        bytes.extend(&mac[..MAC_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place of a cursor; refused when this shop did not make it for this search.
    pub fn decode(&self, cursor: &str) -> Result<Place, Error> {
        if cursor.len() > 64 {
            return Err(Error::InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::InvalidCursor)?;
        let (body, mac) = bytes.split_at_checked(BODY_BYTES).ok_or(Error::InvalidCursor)?;
        if !bool::from(self.sign(body)[..MAC_BYTES].ct_eq(mac)) {
            return Err(Error::InvalidCursor);
        }
        let number = |from: usize| <[u8; 8]>::try_from(&body[from..from + 8]).map_err(|_| Error::InvalidCursor);
        let offset = <[u8; 4]>::try_from(&body[8..12]).map_err(|_| Error::InvalidCursor)?;
        Ok(Place {
            generation: u64::from_be_bytes(number(0)?),
            offset: u32::from_be_bytes(offset),
            asked_at: Timestamp::from_micros(i64::from_be_bytes(number(12)?)),
        })
    }

    fn sign(&self, body: &[u8]) -> Vec<u8> {
        let mut mac = self.mac.clone();
        mac.update(body);
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Filter, SearchSort};

    fn request(text: &str) -> SearchRequest {
        SearchRequest {
            text: text.into(),
            filters: vec![Filter::AttributeRange("size".into(), Some(1.5), None)],
            sort: SearchSort::Relevance,
            deliver_to: None,
            deliverable_only: false,
            max_tat_hours: None,
            first: 10,
            after: None,
        }
    }

    #[test]
    fn a_cursor_holds_for_its_search_and_shop_only() {
        let place = Place { generation: 7, offset: 20, asked_at: Timestamp::from_seconds(9) };
        let cursors = Cursors::new(b"key", &request("tv"));
        let cursor = cursors.encode(place);
        assert_eq!(cursors.decode(&cursor).ok(), Some(place));
        let mut next_page = request("tv");
        next_page.first = 50;
        assert!(Cursors::new(b"key", &next_page).decode(&cursor).is_ok());
        assert!(Cursors::new(b"key", &request("radio")).decode(&cursor).is_err());
        assert!(Cursors::new(b"other", &request("tv")).decode(&cursor).is_err());
    }

    #[test]
    fn garbage_is_refused() {
        let cursors = Cursors::new(b"key", &request("tv"));
        let good = cursors.encode(Place { generation: 1, offset: 0, asked_at: Timestamp::from_seconds(0) });
        for at in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
            let bad = String::from_utf8(bad).expect("letters stay letters");
            // The last letter carries bits that no byte uses; such a cursor is malformed or equal, never another place.
            assert!(bad == good || cursors.decode(&bad).is_err(), "{bad}");
        }
        for bad in ["", "x", "🎧", &good[1..], &"A".repeat(48), &"A".repeat(9_999)] {
            assert!(matches!(cursors.decode(bad), Err(Error::InvalidCursor)), "{bad}");
        }
    }
}
