//! Suppliers' feeds: rows in every format, packed and plain, offers under every shipped profile, and profiles themselves.

use std::io::{Cursor, Read, Write};

use flate2::{Compression, write::GzEncoder};
use services::{
    inbound::{
        Profile,
        parse::{self, Role},
        profile::SHIPPED,
        rows::{Format, Row, Rows},
        source::{ROW_MAX, unpacked},
    },
    kernel::{limits::IMAGES_MAX, money::AMOUNT_MAX},
};

use super::is_for_clients;

/// A row, or why it is none, each with its line.
type Read1 = Result<(u64, Vec<(String, String)>), (u64, String)>;

/// A feed of each format: the same rows whether packed or plain and however its bytes arrive; every row has its line; a
/// bad one is refused in words.
pub fn rows(bytes: &[u8]) {
    for format in [Format::Jsonl, Format::Csv, Format::JsonArray] {
        let plain = read(Cursor::new(bytes.to_vec()), format);
        let slowly = read(Slow(Cursor::new(bytes.to_vec())), format);
        // Of two things that are wrong, another one may be met first.
        let agree = plain == slowly || (plain.is_err() && slowly.is_err());
        assert!(agree, "{format:?}: how bytes arrive changes nothing: {plain:?}, {slowly:?}");
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            assert_eq!(read(Cursor::new(gzip(bytes)), format), plain, "{format:?}: packed or not");
        }
        let Ok(rows) = plain else { continue };
        let lines = bytes.iter().filter(|b| **b == b'\n').count() as u64 + 1;
        let mut before = 0;
        for row in rows {
            let (Ok((line, _)) | Err((line, _))) = &row;
            // Elements of an array may share a line, and what follows the last line break is a line.
            let after = if format == Format::JsonArray { before } else { before + 1 };
            let packed = bytes.starts_with(&[0x1f, 0x8b]);
            assert!(*line >= after && (packed || *line <= lines), "{format:?}: line {line} of {lines} after {before}");
            before = *line;
            if let Err((_, reason)) = &row {
                is_for_clients(reason);
            }
        }
    }
}

fn read(reader: impl Read + Send + 'static, format: Format) -> Result<Vec<Read1>, String> {
    let told = |e: std::io::Error| e.to_string();
    let mut rows = Rows::open(unpacked(reader).map_err(told)?, format, &[]).map_err(told)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next_row().map_err(told)? {
        out.push(match row {
            Ok((line, row)) => Ok((line, row.columns().map(|(k, v)| (k.to_owned(), v.to_string())).collect())),
            Err(bad) => Err((bad.line, bad.reason)),
        });
    }
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// Gives its bytes in pieces of one to seven.
struct Slow(Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let piece = usize::try_from(self.0.position() % 7).unwrap_or(0) + 1;
        let most = into.len().min(piece);
        self.0.read(&mut into[..most])
    }
}

/// A feed under every shipped profile: an offer is whole and within its bounds, whatever the supplier wrote.
pub fn offers(bytes: &[u8]) {
    for (name, _) in SHIPPED {
        let profile = Profile::named(name).expect("a shipped profile");
        under(&profile, bytes, is_for_clients);
    }
}

fn under(profile: &Profile, bytes: &[u8], is_clear: fn(&str)) {
    let Ok(bytes) = unpacked(Cursor::new(bytes.to_vec())) else { return };
    let Ok(mut rows) = Rows::open(bytes, profile.format, &[]) else { return };
    while let Ok(Some(row)) = rows.next_row() {
        if let Ok((line, row)) = row {
            judge(&row, line, profile, is_clear);
        }
    }
}

fn judge(row: &Row, line: u64, profile: &Profile, is_clear: fn(&str)) {
    let offer = match parse::offer(row, line, profile) {
        Ok(offer) => offer,
        Err(reason) => return is_clear(&reason),
    };
    assert_eq!(offer.line, line);
    assert!((1..=AMOUNT_MAX).contains(&offer.price.minor), "{:?}", offer.price);
    assert_eq!(offer.price.currency.code(), "INR");
    assert_eq!(offer.price.minor % i64::from(profile.price.round_to_paise), 0);
    assert!(offer.list_price.is_none_or(|list| list.minor > offer.price.minor && list.minor <= AMOUNT_MAX));
    assert!(!offer.key.is_empty() && !offer.sku.is_empty() && !offer.title.trim().is_empty(), "{offer:?}");
    assert!(offer.images.len() <= IMAGES_MAX);
    assert!(offer.rating.is_none_or(|r| (1.0..=5.0).contains(&r.average)), "{:?}", offer.rating);
    assert!(offer.category.iter().all(|name| !name.trim().is_empty()), "{:?}", offer.category);
    if let Role::Group(parts) = &offer.role {
        assert!(parts.iter().all(|part| !part.sku.is_empty()), "{parts:?}");
    }
    assert_eq!(parse::offer(row, line, profile), Ok(offer), "the same row gives the same offer");
}

/// The first part is a profile, the rest, after a line of three dashes, a feed for it: an unusual profile is refused in
/// words or works.
pub fn profile(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (text, feed) = text.split_once("\n---\n").unwrap_or((text, ""));
    match Profile::parse(text) {
        Ok(profile) => {
            assert!(!profile.category.default.is_empty() && profile.price.round_to_paise > 0);
            assert!(profile.required_columns().iter().all(|column| text.contains(*column) || text.contains('\\')));
            if profile.rows == services::inbound::profile::RowsAre::Items {
                // A reason may name a column, which is as long as the profile has it.
                under(&profile, feed.as_bytes(), |reason| assert!(!reason.is_empty()));
            }
        }
        Err(why) => assert!(why.to_string().starts_with("the profile cannot be read"), "{why}"),
    }
}

/// A line longer than a row may be takes no neighbour along; fixed, because a fuzzer's inputs are shorter.
pub fn after_a_huge_row(bytes: &[u8]) {
    let mut feed = vec![b'x'; ROW_MAX + 1];
    feed.push(b'\n');
    feed.extend_from_slice(b"{\"a\":1}\n");
    feed.extend_from_slice(bytes);
    let rows = read(Cursor::new(feed), Format::Jsonl).expect("a plain feed can be read");
    assert!(matches!(rows.first(), Some(Err((1, _)))));
    assert!(matches!(rows.get(1), Some(Ok((2, _)))));
}

/// Feeds that are taken.
pub fn examples() -> Vec<Vec<u8>> {
    let mut feeds: Vec<Vec<u8>> = ["apparel.csv", "general.csv", "phones.json", "tree.json", "typed.jsonl"]
        .iter()
        .flat_map(|name| crate::seeds::files("engines/sql/tests/feeds", name))
        .map(|(_, text)| text.into_bytes())
        .collect();
    let packed: Vec<Vec<u8>> = feeds.iter().map(|feed| gzip(feed)).collect();
    feeds.extend(packed);
    feeds
}

/// Profiles with a feed.
pub fn profiles() -> Vec<Vec<u8>> {
    let feed = "{\"id\":\"1\",\"title\":\"Lamp\",\"price\":\"1,299.50\",\"mrp\":2000}\n";
    let small = "format = 'jsonl'\nsupplier = 'x'\n[columns]\nkey = ['id']\ntitle = ['title']\nprice = ['price']\n\
                 list_price = ['mrp']\n[category]\ndefault = ['Other']\n";
    let shipped = SHIPPED.iter().map(|(_, text)| *text);
    shipped.chain([small]).map(|text| format!("{text}\n---\n{feed}").into_bytes()).collect()
}

/// Words of feeds.
pub const WORDS: &[&str] = &[
    "\n",
    "\r\n",
    ",",
    "\"",
    "\"\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    "\\",
    "\u{feff}",
    "é",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "null",
    "\"price\":",
    "\"id\":",
    "-1",
    "0",
    "0.004",
    "1e300",
    "99999999999999999999",
    "90071992547409.91",
    "=",
    "|",
    "=>",
    "NaN",
    "sku=",
    "configurable",
    "simple",
    "http://",
    "<b>",
    "&amp;",
    "&#x110000;",
    "&#0;",
    "\"name\"=>",
    "...",
    ">>",
    "rate = '0.000001'",
    "rate = '999999999'",
    "minor_units = true",
    "currency = 'JPY'",
    "round_to_paise = 4294967295",
    "separator = ''",
    "[price]\n",
    "\n---\n",
    "window = 18446744073709551615",
];
