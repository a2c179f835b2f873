//! The elements of one large JSON array, one after the other, from bounded memory. It only finds where elements begin and
//! end; whether they are well formed is the caller's to judge.

use std::io::{self, BufRead};

use super::{rows::BadRow, source::ROW_MAX};

/// An element's bytes with the line it begins on.
pub type Found = Result<(u64, Vec<u8>), BadRow>;

/// Where the reading stands.
#[derive(Debug, Default)]
pub struct Elements {
    /// Line feeds met.
    lines: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Before,
    Inside,
    After,
}

/// Follows one element.
#[derive(Default)]
struct Element {
    bytes: Vec<u8>,
    depth: usize,
    in_text: bool,
    escaped: bool,
    too_long: bool,
}

impl Element {
    /// Takes a byte; answers whether it belongs to the element.
    fn take(&mut self, byte: u8) -> bool {
        if self.in_text {
            (self.in_text, self.escaped) = match (self.escaped, byte) {
                (true, _) => (true, false),
                (false, b'\\') => (true, true),
                (false, b'"') => (false, false),
                (false, _) => (true, false),
            };
        } else {
            match byte {
                b',' | b']' if self.depth == 0 => return false,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                b'"' => self.in_text = true,
                _ => {}
            }
        }
        if self.bytes.len() >= ROW_MAX {
            self.too_long = true;
        } else {
            self.bytes.push(byte);
        }
        true
    }
}

impl Elements {
    /// The next element with the line it begins on; `None` after the last.
    ///
    /// # Errors
    /// When the feed cannot be read, or does not begin with an array.
    pub fn next(&mut self, bytes: &mut dyn BufRead) -> io::Result<Option<Found>> {
        if self.stage == Stage::Before {
            self.enter(bytes)?;
        }
        if self.stage == Stage::After {
            return Ok(None);
        }
        let Some(first) = self.skip_blank(bytes)? else {
            return Ok(self.broken_off());
        };
        if first == b']' {
            self.stage = Stage::After;
            return Ok(None);
        }
        let line = self.lines + 1;
        let mut element = Element::default();
        while let Some(byte) = peek(bytes)? {
            if !element.take(byte) {
                if byte == b',' {
                    bytes.consume(1);
                }
                return Ok(Some(finished(element, line)));
            }
            self.lines += u64::from(byte == b'\n');
            bytes.consume(1);
        }
        self.stage = Stage::After;
        Ok(Some(Err(BadRow { line, reason: "the feed ends in the middle of this element".to_owned() })))
    }

    fn enter(&mut self, bytes: &mut dyn BufRead) -> io::Result<()> {
        match self.skip_blank(bytes)? {
            Some(b'[') => bytes.consume(1),
            None => {
                self.stage = Stage::After;
                return Ok(());
            }
            Some(_) => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the feed does not begin with a JSON array"));
            }
        }
        self.stage = Stage::Inside;
        Ok(())
    }

    fn skip_blank(&mut self, bytes: &mut dyn BufRead) -> io::Result<Option<u8>> {
        while let Some(byte) = peek(bytes)? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.lines += u64::from(byte == b'\n');
            bytes.consume(1);
        }
        Ok(None)
    }

    fn broken_off(&mut self) -> Option<Found> {
        self.stage = Stage::After;
        Some(Err(BadRow { line: self.lines + 1, reason: "the feed ends before its array does".to_owned() }))
    }
}

fn finished(element: Element, line: u64) -> Found {
    if element.too_long {
        return Err(BadRow { line, reason: super::rows::too_long() });
    }
    Ok((line, element.bytes))
}

fn peek(bytes: &mut dyn BufRead) -> io::Result<Option<u8>> {
    loop {
        match bytes.fill_buf() {
            Ok(available) => return Ok(available.first().copied()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(text: &str) -> Vec<Result<(u64, String), String>> {
        let mut bytes = Cursor::new(text.as_bytes().to_vec());
        let mut elements = Elements::default();
        let mut out = Vec::new();
        while let Some(element) = elements.next(&mut bytes).expect("an array") {
            out.push(match element {
                Ok((line, bytes)) => Ok((line, String::from_utf8_lossy(&bytes).trim().to_owned())),
                Err(bad) => Err(format!("{}: {}", bad.line, bad.reason)),
            });
        }
        out
    }

    #[test]
    fn an_empty_array_and_an_empty_feed_have_no_elements() {
        assert!(read(" [ ] ").is_empty());
        assert!(read("").is_empty());
    }

    #[test]
    fn a_feed_that_breaks_off_tells_so() {
        assert_eq!(read("[{}"), [Err("1: the feed ends in the middle of this element".to_owned())]);
        assert_eq!(
            read("[{},\n"),
            [Ok((1, "{}".to_owned())), Err("2: the feed ends before its array does".to_owned())]
        );
    }

    #[test]
    fn a_huge_element_is_refused_and_the_next_is_read() {
        let text = format!("[\"{}\",\n{{}}]", "x".repeat(ROW_MAX));
        let read = read(&text);
        assert_eq!(read, [Err(format!("1: {}", crate::inbound::rows::too_long())), Ok((2, "{}".to_owned()))]);
    }

    #[test]
    fn what_does_not_begin_with_an_array_is_no_feed() {
        let mut bytes = Cursor::new(b"{}".to_vec());
        assert!(Elements::default().next(&mut bytes).is_err());
    }
}
