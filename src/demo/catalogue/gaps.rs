//! Sentences with gaps: `{key}` is filled with a word, `{key?when it holds|when not}` with one of two texts. It is a few
//! lines of text work, not a template language.

use std::collections::BTreeMap;

/// What begins with a vowel when it is spoken, among the demo's words.
const AN: [&str; 15] = ["A", "E", "I", "O", "a", "e", "i", "o", "8", "11", "18", "HD", "LED", "LCD", "LTPO"];

/// What fills the gaps.
#[derive(Debug, Default)]
pub struct Gaps {
    words: BTreeMap<String, String>,
    holds: BTreeMap<String, bool>,
}

impl Gaps {
    /// A word for a gap.
    pub fn word(&mut self, key: &str, word: impl Into<String>) {
        self.words.insert(key.to_owned(), word.into());
    }
    /// Words for a gap, listed: as they are for `{key}`, with small first letters for `{=key}`.
    pub fn words(&mut self, key: &str, words: &[String]) {
        self.word(key, listed(words));
        self.word(&format!("={key}"), listed(&words.iter().map(|w| small(w)).collect::<Vec<_>>()));
    }
    /// Which of two texts a gap takes.
    pub fn choice(&mut self, key: &str, holds: bool) {
        self.holds.insert(key.to_owned(), holds);
    }
    /// The sentence without gaps, its first letter large, `a` made `an` where it must be; a gap that nothing fills stays as it is, for the tests to find.
    pub fn fill(&self, sentence: &str) -> String {
        let mut out = String::with_capacity(sentence.len() * 2);
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((gap, after)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match self.filling(gap) {
                Some(text) => {
                    let article = out.ends_with(" a ") || out == "A ";
                    if article && AN.iter().any(|sound| text.starts_with(sound)) {
                        out.insert(out.len() - 1, 'n');
                    }
                    out.push_str(text);
                }
                None => out.extend(["{", gap, "}"]),
            }
            rest = after;
        }
        out.push_str(rest);
        capital(&out)
    }
    fn filling<'a>(&'a self, gap: &'a str) -> Option<&'a str> {
        let Some((key, texts)) = gap.split_once('?') else {
            return self.words.get(gap).map(String::as_str);
        };
        let (yes, no) = texts.split_once('|').unwrap_or((texts, ""));
        self.holds.get(key).map(|holds| if *holds { yes } else { no })
    }
}

/// With a small first letter, unless it is an abbreviation or a proper noun that the demo uses.
fn small(word: &str) -> String {
    let mut letters = word.chars();
    let Some(first) = letters.next() else { return String::new() };
    let rest = letters.as_str();
    let proper = ["Bluetooth", "Kashmir", "English"].iter().any(|p| word.starts_with(p));
    if proper || rest.starts_with(|c: char| !c.is_lowercase()) {
        word.to_owned()
    } else {
        first.to_lowercase().chain(rest.chars()).collect()
    }
}

/// With a large first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `HDMI, USB and Ethernet`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_unknown_ones_stay() {
        let mut g = Gaps::default();
        g.word("size", "108");
        g.choice("hdr", true);
        g.choice("smart", false);
        assert_eq!(g.fill("A {size} cm TV{hdr? with HDR|}{smart?, smart|}."), "A 108 cm TV with HDR.");
        assert_eq!(g.fill("{nobody} and {open"), "{nobody} and {open");
        g.word("wood", "oak");
        assert_eq!(g.fill("{wood} is a {wood}. A {size} is a {wood}."), "Oak is an oak. A 108 is an oak.");
        assert_eq!(g.fill("A {wood}"), "An oak");
    }

    #[test]
    fn words_are_listed_as_people_do() {
        let w = |n: usize| ["a", "b", "c"][..n].iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            (listed(&w(0)), listed(&w(1)), listed(&w(3))),
            (String::new(), "a".to_owned(), "a, b and c".to_owned())
        );
    }
}
