//! How much the words of a text count, for every index alike: the same search ranks alike on each. What is a word is said
//! in `words`, how a query is built of it by the index.

/// Words of a text that are looked at.
pub const WORDS_MAX: usize = 32;
/// Other spellings of one word.
pub const SPELLINGS_MAX: usize = 5;
/// Completions of a last word that stands nowhere.
pub const COMPLETIONS_MAX: usize = 8;
/// With fewer hits for all words (a page), hits for some of them are shown behind them.
pub const ENOUGH: usize = 24;
/// What having one more of the words counts then: more than any word alone, so that fuller hits come first.
pub const ONE_MORE: f32 = 30.0;

/// How much a word counts in a title, beside what it counts among all of an item's words.
pub const IN_TITLE: f32 = 2.5;
/// The same for a description.
pub const IN_DESCRIPTION: f32 = 1.2;
/// The same for the name of a category.
pub const IN_CATEGORY: f32 = 0.5;
/// The same for a brand.
pub const IN_BRAND: f32 = 0.3;
/// How much the words count that follow each other in a title as they were asked.
pub const IN_ORDER: f32 = 0.5;
/// How much a synonym counts.
pub const SYNONYM: f32 = 0.8;
/// How much another spelling counts, by its distance.
pub const SPELLING: [f32; 3] = [1.0, 0.6, 0.35];

/// A word in fewer items than this may be a slip.
pub const WELL_KNOWN: u64 = 3;
/// A better spelling stands in so many times more items.
pub const MUCH_MORE: u64 = 10;
