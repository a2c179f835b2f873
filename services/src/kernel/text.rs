//! Small rules about text that several areas share.

use unicode_normalization::UnicodeNormalization;

/// An address part for a URL: lower case ASCII letters and digits, words parted by single hyphens, at most 80 bytes.
/// Accents fall away; text without any letter or digit gives `item`.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.nfkd().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') && !unicode_normalization::char::is_combining_mark(c) {
            out.push('-');
        }
        if out.len() >= 80 {
            break;
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "item".to_owned() } else { out.to_owned() }
}

/// The beginning of a text that somebody else wrote, before it is told or kept: at most so many characters.
pub fn beginning(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// Bytes as hexadecimal, lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        s.push(char::from_digit(u32::from(b >> 4), 16).unwrap_or('0'));
        s.push(char::from_digit(u32::from(b & 15), 16).unwrap_or('0'));
        s
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_ends_between_characters() {
        assert_eq!(beginning("crème", 3), "crè");
        assert_eq!(beginning("crème", 5), "crème");
        assert_eq!(beginning("", 5), "");
    }

    #[test]
    fn slugs_are_plain_and_bounded() {
        assert_eq!(slug("Crème Brûlée — 55\" TV!"), "creme-brulee-55-tv");
        assert_eq!(slug("  "), "item");
        assert_eq!(slug("हिन्दी"), "item");
        assert!(slug(&"long ".repeat(99)).len() <= 80);
    }
}
