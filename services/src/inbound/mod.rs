//! Inbound: suppliers' feeds become items. Reading order: `source` (bytes), `rows` (with `csv` and `json_array`),
//! `profile` (what columns mean), `parse` (a row becomes an offer), `grouping` (rows that are one item), `catalogue`
//! (categories and definitions), `import` (all of it in bounded memory). Who may send a feed is not decided here.

mod attributes;
mod catalogue;
mod csv;
pub mod generate;
mod grouping;
mod import;
mod json_array;
mod model;
pub mod parse;
mod price;
pub mod profile;
pub mod rows;
mod ruby;
pub mod source;
mod words;

pub use import::{ImportError, import, supplier_named};
pub use model::{Import, Progress, Reject, Stock, Summary};
pub use profile::{NoProfile, Profile};
