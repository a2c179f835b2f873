//! Inputs made from choices. The bytes of a fuzzer are read as choices, so that an input that is kept by it is one that
//! can be made again; with no bytes left every choice is the first one, so that making ends.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::seeds;

/// Edits of one input.
const EDITS_MAX: usize = 6;
/// Bytes of an input that is made; most readers take 64 KiB.
const MADE_MAX: usize = 80_000;

/// Choices that a fuzzer's bytes stand for.
pub struct Choices<'a> {
    left: &'a [u8],
}

impl<'a> Choices<'a> {
    /// All of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }
    /// The next byte; 0 when there is none.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.left.split_first() else { return 0 };
        self.left = rest;
        *first
    }
    /// Whether choices are left.
    pub fn any(&self) -> bool {
        !self.left.is_empty()
    }
    /// A number below `n`; 0 for none.
    pub fn below(&mut self, n: usize) -> usize {
        let wide = (usize::from(self.byte()) << 8) | usize::from(self.byte());
        wide.checked_rem(n).unwrap_or(0)
    }
    /// One of several.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<'b, T>(&mut self, from: &'b [T]) -> &'b T {
        &from[self.below(from.len())]
    }
    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }
}

/// One of the seeds after some edits: parts cut, doubled, moved between seeds, words of the language put in, a word
/// repeated many times, single bytes changed.
pub fn edited(choices: &mut Choices<'_>, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = choices.pick(seeds).clone();
    for _ in 0..=choices.below(EDITS_MAX) {
        if !choices.any() {
            break;
        }
        edit(choices, &mut input, seeds, words);
    }
    input.truncate(MADE_MAX);
    input
}

fn edit(choices: &mut Choices<'_>, input: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str]) {
    let at = choices.below(input.len() + 1);
    let to = (at + choices.below(64)).min(input.len());
    match choices.below(9) {
        0 => drop(input.drain(at..to)),
        1 => {
            let part = input[at..to].to_vec();
            input.splice(at..at, part);
        }
        2 | 3 => drop(input.splice(at..at, choices.pick(words).bytes())),
        4 => drop(input.splice(at..to, choices.pick(words).bytes())),
        5 => {
            let other = choices.pick(seeds);
            let from = choices.below(other.len() + 1);
            let until = (from + choices.below(200)).min(other.len());
            input.splice(at..to, other[from..until].iter().copied());
        }
        6 => {
            let many = choices.pick(words).repeat(choices.below(2_000));
            input.splice(at..at, many.bytes().take(MADE_MAX));
        }
        7 => input.truncate(at),
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte = choices.byte();
            }
        }
    }
}

/// Runs a target over an input that was made; when it panics the input is written below the build's folder, to be kept
/// beside the target's other finds.
pub fn watched(target: &str, input: &[u8], run: fn(&[u8])) {
    let _kept = Kept { target, input };
    run(input);
}

struct Kept<'a> {
    target: &'a str,
    input: &'a [u8],
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let mut hasher = DefaultHasher::new();
        self.input.hash(&mut hasher);
        let folder = seeds::root().join("target/fuzz-found").join(self.target);
        let path = folder.join(format!("{:016x}", hasher.finish()));
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, self.input));
        match written {
            Ok(()) => {
                eprintln!("the input lies in {}; keep it in __fuzz__/{}__bytes/crashes", path.display(), self.target);
            }
            Err(e) => eprintln!("the input cannot be written ({e}): {}", self.input.escape_ascii()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_choices_make_the_same_input() {
        let seeds = [b"{ a }".to_vec(), b"{ b { c } }".to_vec()];
        let bytes: Vec<u8> = (0..200).map(|n| (n * 37 % 251) as u8).collect();
        let made = |bytes: &[u8]| edited(&mut Choices::new(bytes), &seeds, &["{", "..."]);
        assert_eq!(made(&bytes), made(&bytes));
        assert_ne!(made(&bytes), seeds[0], "it was edited");
        assert_eq!(made(&[]), seeds[0], "without choices nothing is edited");
    }
}
