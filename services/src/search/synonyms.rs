//! Words that mean the same in a shop, from a file that people maintain. A search text is widened when it is asked; what
//! is indexed stays as it was written, so a changed file needs no rebuild.
//!
//! A line is a group of equals, `sofa, couch, settee`, or a one-way widening, `footwear => shoe, sandal`. `#` starts a
//! remark. Terms may have several words. Plurals, case and accents do not matter.

use super::words::{self, AskedWord};

/// Most words of one term.
const TERM_WORDS_MAX: usize = 4;
/// Most terms that one place of a text is widened to.
const WIDER_MAX: usize = 12;

/// A file of synonyms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    rules: std::collections::HashMap<Vec<String>, Vec<Vec<String>>>,
}

/// A place in a search text that may also be said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wider {
    /// Index of the first word that is replaced.
    pub from: usize,
    /// How many words are replaced.
    pub words: usize,
    /// What may stand there, each a run of indexed words.
    pub instead: Vec<Vec<String>>,
}

/// A run of words of a search text that stands or falls together, and what may stand there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment<'w> {
    /// The words.
    pub words: &'w [AskedWord],
    /// Runs of indexed words.
    pub instead: Vec<Vec<String>>,
}

/// How two words are indexed when they are written as one.
pub fn joined(left: &AskedWord, right: &AskedWord) -> String {
    words::stem(&format!("{}{}", left.plain, right.plain))
}

/// A line of the file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the synonyms is refused: {why}")]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Synonyms {
    /// The file that comes with the shop.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../data/synonyms.txt")).expect("a test reads the shipped file")
    }

    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let mut all = Self::default();
        for (at, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                all.read(line).map_err(|why| BadLine { line: at + 1, why })?;
            }
        }
        Ok(all)
    }

    /// Parts the words where synonyms and joined spellings begin and end; the longest term wins. `stands` tells whether a
    /// word, as it is indexed, is in any item.
    ///
    /// # Errors
    /// Those of `stands`.
    pub fn segments<'w, E>(
        &self,
        words: &'w [AskedWord],
        mut stands: impl FnMut(&str) -> Result<bool, E>,
    ) -> Result<Vec<Segment<'w>>, E> {
        let stems: Vec<&str> = words.iter().map(|w| w.stem.as_str()).collect();
        let wider = self.wider(&stems);
        let mut segments = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let term = wider.iter().filter(|w| w.from == at).max_by_key(|w| w.words);
            let mut length = term.map_or(1, |w| w.words);
            let mut instead = term.map(|w| w.instead.clone()).unwrap_or_default();
            if let ([left, right, ..], 1) = (&words[at..], length) {
                let joined = joined(left, right);
                if stands(&joined)? {
                    length = 2;
                    instead = vec![vec![joined]];
                }
            }
            segments.push(Segment { words: &words[at..at + length], instead });
            at += length;
        }
        Ok(segments)
    }

    fn read(&mut self, line: &str) -> Result<(), &'static str> {
        let terms = |side: &str| side.split(',').map(term).collect::<Result<Vec<_>, _>>();
        if let Some((from, to)) = line.split_once("=>") {
            let to = terms(to)?;
            for from in terms(from)? {
                self.add(&from, &to);
            }
            return Ok(());
        }
        let group = terms(line)?;
        if group.len() < 2 {
            return Err("a group needs two terms, parted by commas");
        }
        for from in &group {
            self.add(from, &group);
        }
        Ok(())
    }

    fn add(&mut self, from: &[String], to: &[Vec<String>]) {
        let known = self.rules.entry(from.to_vec()).or_default();
        for term in to {
            if term != from && !known.contains(term) && known.len() < WIDER_MAX {
                known.push(term.clone());
            }
        }
    }

    /// How many terms are widened.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether nothing is widened.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Where and how a text of indexed words may be said otherwise.
    pub fn wider(&self, stems: &[&str]) -> Vec<Wider> {
        let mut found = Vec::new();
        for from in 0..stems.len() {
            for words in 1..=TERM_WORDS_MAX.min(stems.len() - from) {
                let key: Vec<String> = stems[from..from + words].iter().map(|w| (*w).to_owned()).collect();
                if let Some(instead) = self.rules.get(&key) {
                    found.push(Wider { from, words, instead: instead.clone() });
                }
            }
        }
        found
    }
}

fn term(text: &str) -> Result<Vec<String>, &'static str> {
    let words: Vec<String> = words::asked(text).into_iter().map(|w| w.stem).collect();
    match words.len() {
        0 => Err("a term has no word"),
        n if n > TERM_WORDS_MAX => Err("a term has more than four words"),
        _ => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_widen_both_ways_and_arrows_one_way() {
        let s =
            Synonyms::parse("# remark\nsofas, couch\n\nfootwear => shoe, sandals # more\n").expect("it is well formed");
        assert_eq!(s.wider(&["red", "sofa"]), [Wider { from: 1, words: 1, instead: vec![vec!["couch".into()]] }]);
        assert_eq!(s.wider(&["couch"])[0].instead, [vec!["sofa".to_owned()]]);
        assert_eq!(s.wider(&["footwear"])[0].instead.len(), 2);
        assert!(s.wider(&["sandal"]).is_empty());
    }

    #[test]
    fn terms_of_several_words_are_found() {
        let s = Synonyms::parse("washing machine, washer").expect("it is well formed");
        assert_eq!(s.wider(&["washing", "machine", "lg"])[0].words, 2);
        assert_eq!(s.wider(&["washer"])[0].instead, [vec!["washing".to_owned(), "machine".to_owned()]]);
    }

    #[test]
    fn bad_lines_are_named() {
        assert_eq!(Synonyms::parse("a, b\nlonely").map_err(|e| e.line), Err(2));
        assert!(Synonyms::parse("a, , b").is_err());
        assert!(Synonyms::parse("a => one two three four five").is_err());
    }

    #[test]
    fn the_shipped_file_is_well_formed() {
        assert!(Synonyms::parse(include_str!("../../data/synonyms.txt")).is_ok_and(|s| s.len() > 50));
    }
}
