//! One pass over a document's bytes before anything parses it: how many tokens, how deeply nested. It tells sizes, not
//! correctness; the parser finds the errors.

/// Why a text is not handed to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLarge {
    /// More tokens than allowed.
    Tokens,
    /// Brackets nested more deeply than allowed.
    Nesting,
}

/// What the pass saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Names, numbers, strings and punctuators.
    pub tokens: usize,
    /// The most brackets open at once.
    pub nesting: usize,
}

/// Measures a text, and stops at the first bound that is passed.
pub fn measure(text: &str, tokens_max: usize, nesting_max: usize) -> Result<Size, TooLarge> {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (0, 0usize);
    let mut size = Size::default();
    while let Some(&byte) = bytes.get(at) {
        let next = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at = end_of_line(bytes, at);
                continue;
            }
            b'{' | b'[' | b'(' => {
                open += 1;
                at + 1
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                at + 1
            }
            b'"' => end_of_string(bytes, at),
            _ if is_word(byte) => at + bytes[at..].iter().take_while(|b| is_word(**b)).count(),
            b'.' if bytes[at..].starts_with(b"...") => at + 3,
            _ => at + 1,
        };
        at = next;
        size.tokens += 1;
        size.nesting = size.nesting.max(open);
        if size.tokens > tokens_max {
            return Err(TooLarge::Tokens);
        }
        if size.nesting > nesting_max {
            return Err(TooLarge::Nesting);
        }
    }
    Ok(size)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'+' || byte >= 0x80
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| from + n)
}

/// The place after a string that begins at `from`; the end of the text when it never closes.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let block = bytes[from..].starts_with(b"\"\"\"");
    let mut at = from + if block { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if block && bytes[at..].starts_with(b"\\\"\"\"") => at += 4,
            b'\\' if !block => at += 2,
            b'"' if block && bytes[at..].starts_with(b"\"\"\"") => return at + 3,
            b'"' if !block => return at + 1,
            b'\n' if !block => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Size {
        measure(text, 1_000, 1_000).expect("within bounds")
    }

    #[test]
    fn tokens_are_names_numbers_strings_and_punctuators() {
        assert_eq!(size("{ a }").tokens, 3);
        assert_eq!(size("query Q($n: Int = -1) { a(first: $n) ...F }").tokens, 21);
        assert_eq!(size("{ a(t: \"} ) { \\\" #\") }").tokens, 8);
        assert_eq!(size("# { { {\n{ a # }\n }").tokens, 3);
    }

    #[test]
    fn brackets_inside_strings_do_not_nest() {
        assert_eq!(size("{ a(t: \"\"\"{{{ \\\"\"\" [[[\"\"\") }").nesting, 2);
        assert_eq!(size("{a{b(c:[{d:1}])}}").nesting, 5);
    }

    #[test]
    fn bounds_hold_to_the_token() {
        assert!(measure("{ a b c }", 5, 9).is_ok());
        assert_eq!(measure("{ a b c d }", 5, 9), Err(TooLarge::Tokens));
        assert!(measure("{a{b}}", 99, 2).is_ok());
        assert_eq!(measure("{a{b{c}}}", 99, 2), Err(TooLarge::Nesting));
    }

    #[test]
    fn an_open_string_ends_with_the_text() {
        for text in ["\"", "\"\"\"", "{ a(t: \"\\", "\"\"\"\\\"\"\"", "é\"é"] {
            assert!(measure(text, 100, 100).is_ok(), "{text}");
        }
    }
}
