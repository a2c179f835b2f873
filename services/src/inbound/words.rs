//! Small text work of feeds: HTML to plain text, bounded cuts, machine names, and looking for words.

use unicode_normalization::UnicodeNormalization;

/// The text cut to at most `max` bytes, at a character's boundary.
pub fn cut(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = (0..=max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].trim_end()
}

/// One line without control characters: runs of blanks become one space.
pub fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Plain text: without control characters but line feeds, at most one empty line between paragraphs.
pub fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(one_line) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty > 1 || (line.is_empty() && out.is_empty()) {
            continue;
        }
        out.push_str(&line);
        out.push('\n');
    }
    out.trim_end().to_owned()
}

/// Plain text from text that may be HTML: tags fall away, block ends become line feeds, entities become characters.
pub fn plain(text: &str) -> String {
    if !text.contains('<') && !text.contains('&') {
        return paragraphs(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('<') { tag(rest, &mut out) } else { entity(rest, &mut out) };
    }
    out.push_str(rest);
    paragraphs(&out)
}

/// Takes a tag, or a `<` that opens none.
fn tag<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let opens = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
    let Some(end) = rest.find('>').filter(|_| opens) else {
        out.push('<');
        return &rest[1..];
    };
    let name: String = rest[1..end].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
    if matches!(name.to_ascii_lowercase().as_str(), "p" | "br" | "li" | "ul" | "ol" | "div" | "tr" | "h1" | "h2" | "h3")
    {
        out.push('\n');
    }
    &rest[end + 1..]
}

/// Takes an entity, or an `&` that begins none.
fn entity<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
    let found = end.and_then(|end| Some((end, named(&rest[1..end])?)));
    match found {
        Some((end, c)) => {
            out.push(c);
            &rest[end + 1..]
        }
        None => {
            out.push('&');
            &rest[1..]
        }
    }
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => ' ',
        "bull" => '•',
        "ndash" => '–',
        "mdash" => '—',
        "reg" => '®',
        "trade" => '™',
        "deg" => '°',
        "hellip" => '…',
        "frac12" => '½',
        "eacute" => 'é',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// A machine name: lower case ASCII letters, digits and single underscores, at most `max` bytes; empty when nothing is
/// left of the text.
pub fn key(text: &str, max: usize) -> String {
    let mut out = String::new();
    for c in text.nfkd().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('_') && !unicode_normalization::char::is_combining_mark(c) {
            out.push('_');
        }
        if out.len() >= max {
            break;
        }
    }
    out.trim_end_matches('_').to_owned()
}

/// A label from a machine name: `cable_length` becomes `Cable length`.
pub fn label(key: &str) -> String {
    let words = one_line(&key.replace('_', " "));
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => words,
    }
}

/// Whether a text holds a phrase between word boundaries, both in lower case; a plural `s` may follow.
pub fn holds(text: &str, phrase: &str) -> bool {
    if phrase.is_empty() {
        return false;
    }
    let bounded = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(phrase).any(|(at, _)| {
        let after = &text[at + phrase.len()..];
        let after = after.strip_prefix('s').filter(|rest| bounded(rest.chars().next())).unwrap_or(after);
        bounded(text[..at].chars().next_back()) && bounded(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_plain_text() {
        let html = "<p>Two &amp; a half &#8211; 5 &lt; 6</p>\n<p>&bull; One<br />&bull; 3 < 4 & more</p>";
        assert_eq!(plain(html), "Two & a half – 5 < 6\n\n• One\n• 3 < 4 & more");
        assert_eq!(plain("a\u{0}b  c\r\n\r\n\r\n\r\nd"), "a b c\n\nd");
        assert_eq!(plain("<unclosed"), "<unclosed");
        assert_eq!(plain("&nosuch; &"), "&nosuch; &");
    }

    #[test]
    fn cuts_keep_characters_whole() {
        assert_eq!(cut("नमस्ते", 4), "न");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("ab cd", 3), "ab");
        assert_eq!(cut("🛒", 2), "");
    }

    #[test]
    fn names_and_labels() {
        assert_eq!(key("Ideal For (Ünit)", 50), "ideal_for_unit");
        assert_eq!(key("operating_temperature__t_t_", 50), "operating_temperature_t_t");
        assert_eq!(key("हिन्दी", 50), "");
        assert_eq!(key("abc def", 4), "abc");
        assert_eq!(label("cable_length"), "Cable length");
    }

    #[test]
    fn words_are_found_at_their_boundaries() {
        assert!(holds("two hdmi cables, black", "cable"));
        assert!(holds("laser printer", "laser printer"));
        assert!(!holds("cabled", "cable"));
        assert!(!holds("uncable", "cable"));
        assert!(!holds("glasses", "glas"));
        assert!(!holds("x", ""));
    }
}
