//! How text becomes words: the same rules for what is indexed, what is asked and what stands in the synonyms file.
//! It deliberately knows no index, no ranking and no dictionary; an engine maps these words onto its own analysis.
//!
//! Rules, in order: letters are lower-cased and lose their accents; words part where neither a letter nor a digit stands;
//! parts that are joined by a hyphen, a dot, an apostrophe or `&` are also one word (`Wi-Fi` is `wi`, `fi` and `wifi`);
//! letters and digits part as well (`27inch` is `27inch`, `27` and `inch`); English plurals fall away.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest word kept, bytes; what is longer is no word that anybody types.
const WORD_MAX: usize = 60;
/// Most parts that are also joined to one word.
const JOIN_MAX: usize = 6;

/// A word as it is indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded and without its plural ending.
    pub text: String,
    /// Where it starts, bytes.
    pub from: usize,
    /// Where it ends, bytes.
    pub to: usize,
    /// Its place among the words: pieces of one spelling follow each other, whole spellings stand at their first piece.
    pub position: usize,
}

/// A word as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedWord {
    /// Folded, as typed.
    pub plain: String,
    /// As indexed.
    pub stem: String,
    /// The pieces that may stand apart in a document, as indexed; empty for a plain word.
    pub pieces: Vec<String>,
}

/// A run of letters and digits inside a spelling.
#[derive(Debug)]
struct Part {
    folded: String,
    from: usize,
    to: usize,
}

/// The words of a text as an index keeps them.
pub fn indexed(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut position = 0;
    for spelling in spellings(text) {
        let start = position;
        for part in &spelling {
            let pieces = pieces(&part.folded);
            if pieces.len() > 1 {
                words.push(Word { text: stem(&part.folded), from: part.from, to: part.to, position });
            }
            for piece in pieces {
                words.push(Word { text: stem(piece), from: part.from, to: part.to, position });
                position += 1;
            }
        }
        if let Some(joined) = joined(&spelling) {
            let (from, to) = (spelling[0].from, spelling[spelling.len() - 1].to);
            words.push(Word { text: stem(&joined), from, to, position: start });
        }
    }
    words.retain(|w| w.text.len() <= WORD_MAX);
    words.sort_by_key(|w| w.position);
    words
}

/// The words of a search text.
pub fn asked(text: &str) -> Vec<AskedWord> {
    let word = |plain: String, pieces: Vec<String>| AskedWord { stem: stem(&plain), plain, pieces };
    let mut words = Vec::new();
    for spelling in spellings(text) {
        let all: Vec<String> = spelling.iter().flat_map(|p| pieces(&p.folded)).map(stem).collect();
        match joined(&spelling) {
            Some(joined) => words.push(word(joined, all)),
            None => words.extend(spelling.iter().map(|part| {
                let pieces: Vec<String> = pieces(&part.folded).into_iter().map(stem).collect();
                word(part.folded.clone(), if pieces.len() > 1 { pieces } else { Vec::new() })
            })),
        }
    }
    words.retain(|w| w.plain.len() <= WORD_MAX);
    words
}

/// The words of a text as typed: folded, whole, plurals kept; for completions and spelling.
pub fn plain(text: &str) -> Vec<String> {
    spellings(text).into_iter().flatten().map(|p| p.folded).filter(|w| w.len() <= WORD_MAX).collect()
}

/// Lower case without accents: how values are compared that are not parted into words.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| fold(c, &mut out));
    out
}

/// The singular of an English word, or what stands for it on both sides of a comparison; words with digits stay.
pub fn stem(word: &str) -> String {
    if let Some((_, single)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return (*single).to_owned();
    }
    let letters = word.len();
    if letters <= 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let cut = |n: usize| word[..letters - n].to_owned();
    match word {
        w if w.ends_with("ies") && letters > 4 => cut(3) + "y",
        w if w.ends_with("ie") && letters > 4 => cut(2) + "y",
        w if ["sses", "xes", "ches", "shes", "zes"].iter().any(|e| w.ends_with(e)) => cut(2),
        w if ["xe", "che", "she", "ze"].iter().any(|e| w.ends_with(e)) => cut(1),
        w if w.ends_with('s') && !["ss", "us", "is"].iter().any(|e| w.ends_with(e)) => cut(1),
        w => w.to_owned(),
    }
}

/// Plurals that no rule finds, and singulars that look like plurals.
const IRREGULAR: [(&str, &str); 14] = [
    ("men", "man"),
    ("women", "woman"),
    ("children", "child"),
    ("kids", "kid"),
    ("mice", "mouse"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("knives", "knife"),
    ("shelves", "shelf"),
    ("scarves", "scarf"),
    ("lens", "lens"),
    ("lenses", "lens"),
    ("sarees", "saree"),
    ("buses", "bus"),
];

/// Spellings: runs of parts that only joiners part.
fn spellings(text: &str) -> Vec<Vec<Part>> {
    let mut out: Vec<Vec<Part>> = Vec::new();
    let mut open = false;
    let mut chars = text.char_indices().peekable();
    while let Some((from, c)) = chars.next() {
        if !is_word(c) {
            let after_digit = out.last().and_then(|s| s.last()).is_some_and(|p| p.to == from && ends_in_digit(p));
            if is_inch(c) && after_digit {
                out.push(vec![Part { folded: "inch".into(), from, to: from + c.len_utf8() }]);
                open = false;
            } else {
                open = open && is_joiner(c) && chars.peek().is_some_and(|(_, next)| is_word(*next));
            }
            continue;
        }
        let mut part = Part { folded: String::new(), from, to: from + c.len_utf8() };
        fold(c, &mut part.folded);
        while let Some(&(at, next)) = chars.peek() {
            let decimal =
                next == '.' && ends_in_digit(&part) && text[at + 1..].starts_with(|n: char| n.is_ascii_digit());
            if !is_word(next) && !decimal {
                break;
            }
            fold(next, &mut part.folded);
            part.to = at + next.len_utf8();
            chars.next();
        }
        let possessive = open && part.folded == "s" && text[..from].ends_with(['\'', '’']);
        if possessive || part.folded.is_empty() {
            open = false;
            continue;
        }
        match out.last_mut() {
            Some(spelling) if open => spelling.push(part),
            _ => out.push(vec![part]),
        }
        open = true;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '_' | '.' | '&' | '\'' | '’')
}

fn is_inch(c: char) -> bool {
    matches!(c, '"' | '″' | '”')
}

fn ends_in_digit(part: &Part) -> bool {
    part.folded.ends_with(|c: char| c.is_ascii_digit())
}

/// Appends a character in lower case without Latin accents. Marks of other scripts carry meaning and stay.
fn fold(c: char, out: &mut String) {
    match c {
        _ if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        'ß' | 'ẞ' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'œ' | 'Œ' => out.push_str("oe"),
        'ø' | 'Ø' => out.push('o'),
        'đ' | 'Đ' | 'ð' | 'Ð' => out.push('d'),
        'ł' | 'Ł' => out.push('l'),
        _ => out.extend(c.nfkd().filter(|d| !matches!(d, '\u{300}'..='\u{36f}')).flat_map(char::to_lowercase)),
    }
}

/// Parts where letters meet digits; a decimal point belongs to its number.
fn pieces(word: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut before: Option<bool> = None;
    for (at, c) in word.char_indices() {
        let number = c.is_ascii_digit() || c == '.';
        if before.is_some_and(|b| b != number) {
            out.push(&word[start..at]);
            start = at;
        }
        before = Some(number);
    }
    out.push(&word[start..]);
    out
}

fn joined(spelling: &[Part]) -> Option<String> {
    let fits = (2..=JOIN_MAX).contains(&spelling.len());
    let joined: String = if fits { spelling.iter().map(|p| p.folded.as_str()).collect() } else { return None };
    (joined.len() <= WORD_MAX).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        indexed(text).into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn model_numbers_are_found_in_every_spelling() {
        assert_eq!(texts("WH-1000XM4"), ["wh", "wh1000xm4", "1000xm4", "1000", "xm", "4"]);
        assert_eq!(texts("27inch"), ["27inch", "27", "inch"]);
        assert_eq!(texts("27\" TV"), ["27", "inch", "tv"]);
        let q = asked("wh-1000xm4");
        assert_eq!(q[0].stem, "wh1000xm4");
        assert_eq!(q[0].pieces, ["wh", "1000", "xm", "4"]);
    }

    #[test]
    fn numbers_keep_their_decimal_point() {
        assert_eq!(texts("2.4GHz 15.6."), ["2.4ghz", "2.4", "ghz", "15.6"]);
    }

    #[test]
    fn accents_fall_and_scripts_stay_whole() {
        assert_eq!(texts("Crème Brûlée"), ["creme", "brulee"]);
        assert_eq!(texts("हिन्दी साड़ी").len(), 2);
        assert_eq!(texts("Straße ÆØ"), ["strasse", "aeo"]);
        assert_eq!(folded("ＳＯＮＹ"), "sony");
        assert_eq!(texts("Intel® Core™ i7"), ["intel", "core", "i7", "i", "7"]);
    }

    #[test]
    fn plurals_meet_their_singulars() {
        for (a, b) in [
            ("batteries", "battery"),
            ("watches", "watch"),
            ("glasses", "glass"),
            ("movies", "movie"),
            ("lenses", "lens"),
            ("cases", "case"),
            ("mice", "mouse"),
            ("sizes", "size"),
            ("caches", "cache"),
            ("women", "woman"),
        ] {
            assert_eq!(stem(a), stem(b), "{a} and {b}");
        }
        for stays in ["gps", "bus", "glass", "tennis", "ps4", "usb"] {
            assert_eq!(stem(stays), stays);
        }
    }

    #[test]
    fn joined_and_possessive_spellings() {
        assert_eq!(texts("Wi-Fi"), ["wi", "wifi", "fi"]);
        assert_eq!(texts("men's shirt"), ["man", "shirt"]);
        assert_eq!(asked("t-shirts")[0].stem, "tshirt");
        assert_eq!(plain("Men's T-Shirts, 2 pack"), ["men", "t", "shirts", "2", "pack"]);
    }

    #[test]
    fn nothing_gives_no_words() {
        for empty in ["", "  ", "\"*()'", "🎧", "---"] {
            assert!(indexed(empty).is_empty(), "{empty}");
            assert!(asked(empty).is_empty(), "{empty}");
        }
        assert!(indexed(&"x".repeat(5_000)).is_empty());
    }

    #[test]
    fn positions_of_pieces_follow_each_other() {
        let at: Vec<(String, usize)> = indexed("a WH-1000XM4 b").into_iter().map(|w| (w.text, w.position)).collect();
        let place = |t: &str| at.iter().find(|(w, _)| w == t).map(|(_, p)| *p);
        assert_eq!(place("a"), Some(0));
        assert_eq!(place("wh1000xm4"), Some(1));
        assert_eq!(place("xm"), Some(3));
        assert_eq!(place("b"), Some(5));
    }
}
