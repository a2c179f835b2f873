//! CSV records from bounded memory (RFC 4180, line feeds inside quotes allowed). Unlike a plain reader it survives a quote
//! that is never closed: only the line with the quote is refused, and reading goes on with the next line.

use std::io::{self, BufRead};

use super::source::{Line, ROW_MAX, read_line};

/// A record, or what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its fields, unquoted.
    pub fields: Result<Vec<String>, String>,
}

/// Lines that were read ahead.
#[derive(Debug, Default)]
pub struct Pending {
    /// What was read and not yet used, from `used` on.
    ahead: Vec<u8>,
    used: usize,
    /// The line after those ahead was too long and is dropped already.
    long: bool,
}

/// How the text so far stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Closed,
    Open,
    /// Something stands after a closing quote.
    Broken,
}

impl Pending {
    /// The next record; empty lines are left out. `lines` counts the lines used.
    ///
    /// # Errors
    /// When the feed cannot be read.
    pub fn next(&mut self, bytes: &mut dyn BufRead, lines: &mut u64) -> io::Result<Option<Record>> {
        loop {
            let start = *lines + 1;
            let first = match self.line(bytes, self.used)? {
                Ok(0) => return Ok(None),
                Ok(end) => end,
                Err(TooLong) => {
                    self.long = false;
                    *lines += 1;
                    return Ok(Some(Record { line: start, fields: Err(super::rows::too_long()) }));
                }
            };
            if self.ahead[self.used..first].trim_ascii().is_empty() {
                *lines += 1;
                self.used = first;
                continue;
            }
            return Ok(Some(Record { line: start, fields: self.record(bytes, first, lines)? }));
        }
    }

    /// The record whose first line ends at `first`. When its quotes do not work out, only that line is used.
    fn record(
        &mut self,
        bytes: &mut dyn BufRead,
        first: usize,
        lines: &mut u64,
    ) -> io::Result<Result<Vec<String>, String>> {
        let mut end = first;
        let mut scanner = Scanner::default();
        let mut count = 1;
        let mut state = scanner.feed(&self.ahead[self.used..end]);
        while state == Quotes::Open && end - self.used <= ROW_MAX {
            let next = match self.line(bytes, end)? {
                Ok(0) | Err(TooLong) => break,
                Ok(next) => next,
            };
            state = scanner.feed(&self.ahead[end..next]);
            end = next;
            count += 1;
        }
        let fields = match state {
            Quotes::Closed if end - self.used <= ROW_MAX => fields(&self.ahead[self.used..end]),
            Quotes::Closed => Err(super::rows::too_long()),
            Quotes::Open => Err("a quote is opened and never closed".to_owned()),
            Quotes::Broken => Err("text follows a closing quote".to_owned()),
        };
        let well_quoted = state == Quotes::Closed;
        self.used = if well_quoted { end } else { first };
        *lines += if well_quoted { count } else { 1 };
        self.shrink();
        Ok(fields)
    }

    /// Where the line that begins at `from` ends; 0 at the end of the feed.
    fn line(&mut self, bytes: &mut dyn BufRead, from: usize) -> io::Result<Result<usize, TooLong>> {
        if let Some(at) = self.ahead[from..].iter().position(|b| *b == b'\n') {
            return Ok(Ok(from + at + 1));
        }
        // What is ahead always ends with a whole line, but for the last of the feed.
        if from < self.ahead.len() {
            return Ok(Ok(self.ahead.len()));
        }
        if self.long {
            return Ok(Err(TooLong));
        }
        Ok(match read_line(bytes, &mut self.ahead, ROW_MAX)? {
            Line::Read => Ok(self.ahead.len()),
            Line::TooLong => {
                self.long = true;
                Err(TooLong)
            }
            Line::End => Ok(0),
        })
    }

    fn shrink(&mut self) {
        if self.used == self.ahead.len() {
            self.ahead.clear();
            self.used = 0;
        } else if self.used > ROW_MAX {
            self.ahead.drain(..self.used);
            self.used = 0;
        }
    }
}

struct TooLong;

/// Follows the quotes of a record over its lines.
struct Scanner {
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Bare,
    Quoted,
    QuoteInQuoted,
    ReturnAfterQuoted,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { at: At::FieldStart }
    }
}

impl Scanner {
    fn feed(&mut self, bytes: &[u8]) -> Quotes {
        for byte in bytes {
            self.at = match (self.at, byte) {
                (At::FieldStart, b'"') | (At::QuoteInQuoted, b'"') => At::Quoted,
                (At::Quoted, b'"') => At::QuoteInQuoted,
                (At::Quoted, _) => At::Quoted,
                (At::ReturnAfterQuoted, b',') => return Quotes::Broken,
                (_, b',' | b'\n') => At::FieldStart,
                (At::QuoteInQuoted, b'\r') => At::ReturnAfterQuoted,
                (At::QuoteInQuoted | At::ReturnAfterQuoted, _) => return Quotes::Broken,
                (At::FieldStart | At::Bare, _) => At::Bare,
            };
        }
        if self.at == At::Quoted { Quotes::Open } else { Quotes::Closed }
    }
}

/// The fields of a record whose quotes work out.
fn fields(record: &[u8]) -> Result<Vec<String>, String> {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    let text =
        std::str::from_utf8(record).map_err(|e| format!("not UTF-8 from byte {} of the row", e.valid_up_to() + 1))?;
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        out.push(field);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok(out),
        }
    }
}

/// The field whose text follows an opening quote, and what follows its closing quote.
fn quoted_field(mut rest: &str) -> (String, &str) {
    let mut field = String::new();
    while let Some(at) = rest.find('"') {
        field.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => return (field, rest),
        }
    }
    field.push_str(rest);
    (field, "")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Vec<String>, String>)> {
        let mut bytes = Cursor::new(text.as_bytes().to_vec());
        let mut pending = Pending::default();
        let mut lines = 0;
        let mut out = Vec::new();
        while let Some(record) = pending.next(&mut bytes, &mut lines).expect("readable") {
            out.push((record.line, record.fields));
        }
        out
    }

    fn ok(fields: &[&str]) -> Result<Vec<String>, String> {
        Ok(fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn quotes_commas_and_line_feeds_are_taken_as_written() {
        let records = read("a,\"b,\"\"c\"\"\nd\",\r\n\n\"\",x\n\"last\"");
        assert_eq!(records, [(1, ok(&["a", "b,\"c\"\nd", ""])), (4, ok(&["", "x"])), (5, ok(&["last"]))]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        let records = read("a,b\nc,\"d\ne,f\ng,h\n");
        assert_eq!(records[0], (1, ok(&["a", "b"])));
        assert_eq!(records[1], (2, Err("a quote is opened and never closed".to_owned())));
        assert_eq!(records[2..], [(3, ok(&["e", "f"])), (4, ok(&["g", "h"]))]);
    }

    #[test]
    fn text_after_a_closing_quote_costs_one_line() {
        let records = read("a,\"b\"c\nd,e\n");
        assert_eq!(records, [(1, Err("text follows a closing quote".to_owned())), (2, ok(&["d", "e"]))]);
    }

    #[test]
    fn a_runaway_quote_is_given_up_after_the_longest_row() {
        let filler = format!("{}\n", "x".repeat(1_000)).repeat(ROW_MAX / 1_000 + 50);
        let records = read(&format!("a,\"b\n{filler}c,d\n"));
        assert_eq!(records[0], (1, Err("a quote is opened and never closed".to_owned())));
        assert_eq!(records.last().map(|(_, fields)| fields.clone()), Some(ok(&["c", "d"])));
        assert_eq!(records.len(), ROW_MAX / 1_000 + 52);
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r é]{0,6}", 2..4), 1..5)) {
            let quoted = |f: &String| format!("\"{}\"", f.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",");
            let text = rows.iter().map(line).collect::<Vec<_>>().join("\n");
            let read: Vec<Vec<String>> = read(&text).into_iter().map(|(_, f)| f.expect("well quoted")).collect();
            prop_assert_eq!(read, rows);
        }
        #[test]
        fn nothing_makes_it_panic_or_stop(text in "[a,\"\n\r]{0,60}") {
            let lines = text.lines().count() as u64;
            for (line, _) in read(&text) {
                prop_assert!(line <= lines);
            }
        }
    }
}
