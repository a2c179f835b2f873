//! A feed as rows: JSON lines, CSV, or one JSON array. Each row comes with the line that it begins on, or with the reason
//! why it is none; a bad row never takes its neighbours along, and never more memory than [`ROW_MAX`]. What the columns
//! mean is in `profile` and `parse`.

use std::{borrow::Cow, collections::HashMap, io, sync::Arc};

use serde_json::{Map, Value};

use super::{
    csv::{self, Record},
    json_array::Elements,
    source::{Bytes, Line, ROW_MAX, read_line},
};

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma separated values with a header (RFC 4180).
    Csv,
    /// One JSON array of objects.
    JsonArray,
}

/// A row of a feed.
#[derive(Clone, Debug)]
pub enum Row {
    /// A JSON object.
    Object(Map<String, Value>),
    /// A CSV record with its header.
    Record(Arc<Header>, Vec<String>),
}

/// The columns of a CSV feed.
#[derive(Debug)]
pub struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Row {
    /// A column's value; nothing when it is missing, null or empty text.
    pub fn get(&self, column: &str) -> Option<Cow<'_, Value>> {
        let value = match self {
            Self::Object(fields) => Cow::Borrowed(fields.get(column)?),
            Self::Record(header, fields) => Cow::Owned(Value::String(fields.get(*header.places.get(column)?)?.clone())),
        };
        match &*value {
            Value::Null => None,
            Value::String(text) if text.trim().is_empty() => None,
            _ => Some(value),
        }
    }

    /// A column as text: text itself, or a number or truth value written out.
    pub fn text(&self, column: &str) -> Option<String> {
        match &*self.get(column)? {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// All columns that hold something, in the feed's order.
    pub fn columns(&self) -> Box<dyn Iterator<Item = (&str, Cow<'_, Value>)> + '_> {
        match self {
            Self::Object(fields) => Box::new(fields.keys().filter_map(|k| Some((k.as_str(), self.get(k)?)))),
            Self::Record(header, _) => Box::new(header.names.iter().filter_map(|k| Some((k.as_str(), self.get(k)?)))),
        }
    }
}

/// Why something of a feed is no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Why, for the supplier.
    pub reason: String,
}

/// Rows of a feed, one after the other.
pub struct Rows {
    bytes: Bytes,
    kind: Kind,
    /// Lines read.
    line: u64,
    buffer: Vec<u8>,
}

enum Kind {
    Jsonl,
    Csv { header: Arc<Header>, pending: csv::Pending },
    Array(Elements),
}

impl Rows {
    /// Begins to read; a CSV's header is read at once.
    ///
    /// # Errors
    /// When the feed cannot be read, or a CSV has no header or lacks one of the `required` columns.
    pub fn open(mut bytes: Bytes, format: Format, required: &[&str]) -> io::Result<Self> {
        let mut line = 0;
        let kind = match format {
            Format::Jsonl => Kind::Jsonl,
            Format::JsonArray => Kind::Array(Elements::default()),
            Format::Csv => {
                let mut pending = csv::Pending::default();
                let header = header(&mut *bytes, &mut pending, &mut line, required)?;
                Kind::Csv { header: Arc::new(header), pending }
            }
        };
        Ok(Self { bytes, kind, line, buffer: Vec::new() })
    }

    /// The next row with the line it begins on, or what is no row; `None` at the end. Empty lines are left out.
    ///
    /// # Errors
    /// When the feed cannot be read further.
    pub fn next_row(&mut self) -> io::Result<Option<Result<(u64, Row), BadRow>>> {
        match &mut self.kind {
            Kind::Jsonl => next_line(&mut self.bytes, &mut self.buffer, &mut self.line),
            Kind::Csv { header, pending } => {
                Ok(pending.next(&mut *self.bytes, &mut self.line)?.map(|record| of_record(header, record)))
            }
            Kind::Array(elements) => Ok(elements.next(&mut *self.bytes)?.map(|element| {
                let (line, bytes) = element?;
                object(&bytes).map(|row| (line, row)).map_err(|reason| BadRow { line, reason })
            })),
        }
    }
}

fn next_line(
    bytes: &mut Bytes,
    buffer: &mut Vec<u8>,
    line: &mut u64,
) -> io::Result<Option<Result<(u64, Row), BadRow>>> {
    loop {
        buffer.clear();
        let read = read_line(&mut **bytes, buffer, ROW_MAX)?;
        *line += 1;
        match read {
            Line::End => return Ok(None),
            Line::TooLong => return Ok(Some(Err(BadRow { line: *line, reason: too_long() }))),
            Line::Read if buffer.trim_ascii().is_empty() => {}
            Line::Read => {
                let row = object(buffer.trim_ascii_end()).map(|row| (*line, row));
                return Ok(Some(row.map_err(|reason| BadRow { line: *line, reason })));
            }
        }
    }
}

pub(super) fn too_long() -> String {
    format!("the row is longer than {ROW_MAX} bytes")
}

fn object(bytes: &[u8]) -> Result<Row, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|e| format!("not UTF-8 from byte {} of the row", e.valid_up_to() + 1))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(Row::Object(fields)),
        Ok(_) => Err("a JSON object is expected".to_owned()),
        Err(e) => Err(format!("malformed JSON at column {}", e.column())),
    }
}

fn of_record(header: &Arc<Header>, record: Record) -> Result<(u64, Row), BadRow> {
    let Record { line, fields } = record;
    let bad = |reason: String| BadRow { line, reason };
    let fields = fields.map_err(bad)?;
    if fields.len() != header.names.len() {
        let (found, wanted) = (fields.len(), header.names.len());
        return Err(bad(format!("{found} fields where the header has {wanted}")));
    }
    Ok((line, Row::Record(Arc::clone(header), fields)))
}

fn header(
    bytes: &mut dyn io::BufRead,
    pending: &mut csv::Pending,
    line: &mut u64,
    required: &[&str],
) -> io::Result<Header> {
    let wrong = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    let record =
        pending.next(bytes, line)?.ok_or_else(|| wrong("the feed is empty: a header is expected".to_owned()))?;
    let names = record.fields.map_err(|reason| wrong(format!("the header cannot be read: {reason}")))?;
    let names: Vec<String> = names.into_iter().map(|n| n.trim().to_owned()).collect();
    let places: HashMap<String, usize> = names.iter().cloned().enumerate().rev().map(|(i, n)| (n, i)).collect();
    if let Some(missing) = required.iter().find(|column| !places.contains_key(**column)) {
        return Err(wrong(format!("the feed has no column `{missing}`: is it of another profile?")));
    }
    Ok(Header { names, places })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::inbound::source::unpacked;

    fn read(text: &[u8], format: Format) -> Vec<Result<(u64, String), String>> {
        let bytes = unpacked(Cursor::new(text.to_vec())).expect("readable");
        let mut rows = Rows::open(bytes, format, &[]).expect("a header");
        let mut out = Vec::new();
        while let Some(row) = rows.next_row().expect("readable") {
            out.push(match row {
                Ok((line, row)) => Ok((line, row.text("a").unwrap_or_default())),
                Err(bad) => Err(format!("{}: {}", bad.line, bad.reason)),
            });
        }
        out
    }

    #[test]
    fn json_lines_are_judged_one_by_one() {
        let text = b"{\"a\": 1}\n\n{\"a\": \n[1]\n{\"a\": \"\xff\"}\n{\"a\": \" x \"}";
        assert_eq!(
            read(text, Format::Jsonl),
            [
                Ok((1, "1".to_owned())),
                Err("3: malformed JSON at column 5".to_owned()),
                Err("4: a JSON object is expected".to_owned()),
                Err("5: not UTF-8 from byte 8 of the row".to_owned()),
                Ok((6, "x".to_owned())),
            ]
        );
    }

    #[test]
    fn a_huge_row_is_refused_by_its_line() {
        let text = format!("{{\"a\": \"{}\"}}\n{{\"a\": 2}}\n", "x".repeat(ROW_MAX));
        let rows = read(text.as_bytes(), Format::Jsonl);
        assert_eq!(rows, [Err(format!("1: {}", too_long())), Ok((2, "2".to_owned()))]);
    }

    #[test]
    fn csv_records_keep_the_line_they_begin_on() {
        let text = b"a,b\n1,\"two\nlines\"\n2,x,y\n3,z\r\n\xff,q\n";
        assert_eq!(
            read(text, Format::Csv),
            [
                Ok((2, "1".to_owned())),
                Err("4: 3 fields where the header has 2".to_owned()),
                Ok((5, "3".to_owned())),
                Err("6: not UTF-8 from byte 1 of the row".to_owned()),
            ]
        );
    }

    #[test]
    fn a_csv_without_its_columns_is_no_feed_of_the_profile() {
        let open = |text: &str, required: &[&str]| {
            let bytes = unpacked(Cursor::new(text.as_bytes().to_vec())).expect("readable");
            Rows::open(bytes, Format::Csv, required).map(drop).map_err(|e| e.to_string())
        };
        assert_eq!(open("", &[]), Err("the feed is empty: a header is expected".to_owned()));
        assert_eq!(open("a,b\n", &["b", "c"]), Err("the feed has no column `c`: is it of another profile?".to_owned()));
        assert_eq!(open("a,b\n", &["b", "a"]), Ok(()));
    }

    #[test]
    fn elements_of_an_array_keep_the_line_they_begin_on() {
        let text = b"[\n{\"a\": \"],{\\\"\"},\n\n {\"a\":\n2}, 7,\n{\"a\": }, {\"a\": 3}]";
        assert_eq!(
            read(text, Format::JsonArray),
            [
                Ok((2, "],{\"".to_owned())),
                Ok((4, "2".to_owned())),
                Err("5: a JSON object is expected".to_owned()),
                Err("6: malformed JSON at column 7".to_owned()),
                Ok((6, "3".to_owned())),
            ]
        );
    }
}
