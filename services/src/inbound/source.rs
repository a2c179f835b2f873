//! A feed as bytes: plain or gzip, told apart by its first bytes, cut into lines that are bounded. It knows nothing of
//! formats. A line that is too long is dropped without being held in memory.

use std::io::{self, BufRead, BufReader, Cursor, Read};

/// Bytes of a row, after unpacking. A longer row is refused.
pub const ROW_MAX: usize = 1 << 20;
/// The reader's buffer.
const BUFFER: usize = 1 << 16;

/// Bytes that come.
pub type Bytes = Box<dyn BufRead + Send>;

/// Unpacks a feed when it is gzip, and leaves a byte order mark out.
///
/// # Errors
/// When the first bytes cannot be read.
pub fn unpacked(reader: impl Read + Send + 'static) -> io::Result<Bytes> {
    let (head, reader) = peeked::<2>(reader)?;
    let packed = head == [0x1f, 0x8b];
    let whole = Cursor::new(head).chain(reader);
    let plain: Box<dyn Read + Send> = if packed {
        Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(BUFFER, whole)))
    } else {
        Box::new(whole)
    };
    let (head, plain) = peeked::<3>(plain)?;
    let head = if head == [0xef, 0xbb, 0xbf] { Vec::new() } else { head };
    Ok(Box::new(BufReader::with_capacity(BUFFER, Cursor::new(head).chain(plain))))
}

fn peeked<const N: usize>(mut reader: impl Read) -> io::Result<(Vec<u8>, impl Read)> {
    let mut head = Vec::with_capacity(N);
    reader.by_ref().take(N as u64).read_to_end(&mut head)?;
    Ok((head, reader))
}

/// What a read of a line found.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, now at the end of the buffer given, with its line feed if it has one.
    Read,
    /// A line longer than allowed; it was skipped.
    TooLong,
    /// There is nothing more.
    End,
}

/// Appends the next line to `into`, at most `max` bytes of it.
///
/// # Errors
/// When the reader fails.
pub fn read_line(reader: &mut dyn BufRead, into: &mut Vec<u8>, max: usize) -> io::Result<Line> {
    let start = into.len();
    let mut too_long = false;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if available.is_empty() {
            break;
        }
        let (taken, ended) = match available.iter().position(|b| *b == b'\n') {
            Some(at) => (at + 1, true),
            None => (available.len(), false),
        };
        if into.len() - start + taken > max {
            too_long = true;
            into.truncate(start);
        }
        if !too_long {
            into.extend_from_slice(&available[..taken]);
        }
        reader.consume(taken);
        if ended {
            return Ok(if too_long { Line::TooLong } else { Line::Read });
        }
    }
    Ok(match (too_long, into.len() > start) {
        (true, _) => Line::TooLong,
        (false, true) => Line::Read,
        (false, false) => Line::End,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn lines(bytes: &[u8], max: usize) -> Vec<Result<String, ()>> {
        let mut reader = unpacked(Cursor::new(bytes.to_vec())).expect("readable");
        let mut out = Vec::new();
        loop {
            let mut line = Vec::new();
            match read_line(&mut *reader, &mut line, max).expect("readable") {
                Line::End => return out,
                Line::TooLong => out.push(Err(())),
                Line::Read => out.push(Ok(String::from_utf8_lossy(&line).into_owned())),
            }
        }
    }

    #[test]
    fn lines_end_at_line_feeds_and_the_last_may_have_none() {
        assert_eq!(lines(b"a\nb\r\n\nc", 9), [Ok("a\n".into()), Ok("b\r\n".into()), Ok("\n".into()), Ok("c".into())]);
        assert!(lines(b"", 9).is_empty());
        assert_eq!(lines(b"\xef\xbb\xbfa", 9), [Ok("a".into())]);
        assert_eq!(lines(b"x", 9), [Ok("x".into())]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_is_read() {
        let long = "x".repeat(200_000);
        let text = format!("a\n{long}\nb\n{long}");
        assert_eq!(lines(text.as_bytes(), 100), [Ok("a\n".into()), Err(()), Ok("b\n".into()), Err(())]);
    }

    #[test]
    fn gzip_is_told_by_its_first_bytes_also_in_several_members() {
        let member = |text: &str| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(text.as_bytes()).expect("memory takes it");
            packer.finish().expect("memory takes it")
        };
        let bytes = [member("\u{feff}one\n"), member("two\n")].concat();
        assert_eq!(lines(&bytes, 9), [Ok("one\n".into()), Ok("two\n".into())]);
    }

    #[test]
    fn a_broken_gzip_is_an_error_and_no_end() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(&[b'x'; 10_000]).expect("memory takes it");
        let mut bytes = packer.finish().expect("memory takes it");
        bytes.truncate(bytes.len() - 6);
        let read = unpacked(Cursor::new(bytes)).and_then(|mut r| {
            let mut all = Vec::new();
            r.read_to_end(&mut all)
        });
        assert!(read.is_err());
    }
}
