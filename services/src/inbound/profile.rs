//! Feed profiles: what the columns of a supplier's feed mean, written as TOML. Some are shipped; any other is a file of the
//! same shape. A profile says nothing about a single row; `parse` applies it.

use std::collections::HashMap;

use serde::Deserialize;

use super::rows::Format;
use crate::{
    items::AttributeKind,
    kernel::{handling::HandlingClass, money::Currency},
};

/// The shipped profiles: name and text.
pub const SHIPPED: [(&str, &str); 5] = [
    ("icecat", include_str!("profiles/icecat.toml")),
    ("flipkart", include_str!("profiles/flipkart.toml")),
    ("magento-apparel", include_str!("profiles/magento-apparel.toml")),
    ("bestbuy-phones", include_str!("profiles/bestbuy-phones.toml")),
    ("bestbuy-categories", include_str!("profiles/bestbuy-categories.toml")),
];

/// What the columns of a feed mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// How the feed is written.
    pub format: Format,
    /// Who sends it, unless the import says otherwise.
    pub supplier: String,
    /// What its rows are.
    #[serde(default)]
    pub rows: RowsAre,
    /// Which column holds what.
    pub columns: Columns,
    /// What prices are in.
    #[serde(default)]
    pub price: Prices,
    /// Where items belong.
    pub category: Categories,
    /// How attributes are spelt.
    #[serde(default)]
    pub attributes: Attributes,
    /// Which rows are variants of which.
    pub variants: Option<Variants>,
    /// How parcels must be handled.
    #[serde(default)]
    pub handling: Handling,
    /// What lies in stock at the first import; nothing when absent.
    pub stock: Option<StockColumns>,
}

/// What the rows of a feed are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowsAre {
    /// Goods.
    #[default]
    Items,
    /// Branches of the category tree.
    Categories,
}

/// Which column holds what. Where several are named the first that holds something counts, but for `key` and `images`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Together they name the item at the supplier, for ever.
    pub key: Vec<String>,
    /// The key is an address: only its last part counts, without the file's ending.
    pub key_is_address: bool,
    /// The SKU of a row that is a variant by itself; the key when absent.
    pub sku: Vec<String>,
    /// As shown.
    pub title: Vec<String>,
    /// Maker or brand.
    pub brand: Vec<String>,
    /// Longer text; HTML becomes plain text.
    pub description: Vec<String>,
    /// What one costs.
    pub price: Vec<String>,
    /// Before a reduction.
    pub list_price: Vec<String>,
    /// Pictures: an address, a list of them, or the text of a JSON list. All columns count.
    pub images: Vec<String>,
    /// Put before a picture's address that has no scheme.
    pub image_base: String,
    /// What buyers think, 1 to 5.
    pub rating: Vec<String>,
    /// How many rated.
    pub rating_count: Vec<String>,
}

/// What prices are in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    /// The feed's currency.
    pub currency: Currency,
    /// Rupees for one unit of the currency, a decimal; `1` for rupees.
    pub rate: String,
    /// Whether prices are whole minor units (cents) and not major units (dollars).
    pub minor_units: bool,
    /// Prices in the shop are whole multiples of so many paise, rounded up.
    pub round_to_paise: u32,
}

impl Default for Prices {
    fn default() -> Self {
        Self { currency: Currency::INR, rate: "1".to_owned(), minor_units: false, round_to_paise: 1 }
    }
}

/// Where items belong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categories {
    /// Where items go of which nothing better is known, from the top down.
    pub default: Vec<String>,
    /// Put above every path found in a column.
    #[serde(default)]
    pub below: Vec<String>,
    /// Holds the path: text with separators, the text of a JSON list of one such text, a JSON list of names, or a JSON
    /// list of objects with a `name`.
    pub column: Option<String>,
    /// Between the levels of a path.
    #[serde(default = "default_separator")]
    pub separator: String,
    /// Between several paths in one text, of which the first counts.
    pub path_separator: Option<String>,
    /// Names of levels that are left out.
    #[serde(default)]
    pub skip: Vec<String>,
    /// The last level is the item's own name: leave it out.
    #[serde(default)]
    pub drop_last: bool,
    /// Levels deeper than this are cut; 0 cuts none.
    #[serde(default)]
    pub depth_max: usize,
    /// Looked at in order when there is no path; the first that fits decides.
    #[serde(default)]
    pub rules: Vec<CategoryRule>,
}

fn default_separator() -> String {
    " >> ".to_owned()
}

/// Puts rows whose text holds certain words somewhere.
#[derive(Clone, Debug, Deserialize)]
pub struct CategoryRule {
    /// Which rows.
    #[serde(flatten)]
    pub when: Words,
    /// Where they go, from the top down.
    pub path: Vec<String>,
}

/// Rows whose columns hold one of some words, whatever the case.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Words {
    /// The columns looked at.
    pub columns: Vec<String>,
    /// Words or phrases, matched at word boundaries; a plural `s` may follow.
    pub any: Vec<String>,
}

/// How attributes are spelt.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attributes {
    /// The spelling.
    pub spelling: Spelling,
    /// The column with all attributes, for spellings that have one.
    pub column: Option<String>,
    /// Keys left out, as the feed spells them without prefix.
    pub skip: Vec<String>,
    /// Keys whose values are lists, also when there is one value.
    pub lists: Vec<String>,
    /// Keys whose values are yes or no.
    pub flags: Vec<String>,
    /// Keys whose values are numbers.
    pub numbers: Vec<String>,
    /// Units of numbers, by key.
    pub units: HashMap<String, String>,
    /// Keys shown first, in this order; the others follow as they come.
    pub first: Vec<String>,
    /// Keys offered as facets. When absent the kind decides: numbers, truth values and lists are, texts are not.
    pub facets: Option<Vec<String>>,
}

impl Attributes {
    /// Whether a definition is offered as a facet.
    pub fn facetable(&self, key: &str, kind: AttributeKind) -> bool {
        match &self.facets {
            Some(keys) => keys.iter().any(|k| k == key),
            None => kind != AttributeKind::Text,
        }
    }
}

/// Ways in which feeds spell attributes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Spelling {
    /// There are none.
    #[default]
    None,
    /// A column each, whose prefix tells the type.
    TypedPrefix {
        /// Before the keys of texts.
        text: String,
        /// Before the keys of numbers.
        number: String,
        /// Before the keys of truth values.
        flag: String,
    },
    /// `key=value,key=a|b` in one column.
    Pairs {
        /// Between pairs.
        between: String,
        /// Between the values of a list.
        list: String,
    },
    /// The text of a Ruby hash in one column, `{"name"=>[{"key"=>"…", "value"=>"…"}]}`.
    RubyHash,
    /// Plain columns.
    Columns {
        /// Which.
        names: Vec<String>,
    },
}

/// Which rows are variants of which: a row of a group names its parts by SKU.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variants {
    /// A row is a group when this column holds the value.
    pub group: ColumnIs,
    /// A row waits for its group when this column holds the value.
    pub part: ColumnIs,
    /// In a group: `sku=A,size=S,color=Red|sku=B,…`.
    pub column: String,
    /// Between parts.
    pub between_parts: String,
    /// Between the pairs of a part.
    pub between_pairs: String,
    /// Which pair names the part's SKU; the others are its options.
    pub sku: String,
    /// A group and its parts stand at most so many rows apart.
    pub window: usize,
    /// The options become list attributes of the item, so that they can be filtered.
    #[serde(default)]
    pub options_are_attributes: bool,
}

/// A column with a value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnIs {
    /// The column.
    pub column: String,
    /// The value.
    pub is: String,
}

/// How parcels must be handled.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Handling {
    /// When no rule fits.
    pub default: HandlingClass,
    /// The first that fits decides.
    pub rules: Vec<HandlingRule>,
}

/// Rows whose text holds certain words are handled so.
#[derive(Clone, Debug, Deserialize)]
pub struct HandlingRule {
    /// Which rows.
    #[serde(flatten)]
    pub when: Words,
    /// How.
    pub class: HandlingClass,
}

/// What lies in stock at the first import.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockColumns {
    /// Whole units of the row.
    pub quantity: String,
}

/// A profile that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoProfile {
    /// No shipped profile has the name.
    #[error("there is no profile `{0}`; shipped are {names}", names = names())]
    Unknown(String),
    /// The text is no profile.
    #[error("the profile cannot be read: {0}")]
    Malformed(String),
}

fn names() -> String {
    SHIPPED.map(|(name, _)| name).join(", ")
}

impl Profile {
    /// A shipped profile.
    ///
    /// # Errors
    /// When none has the name.
    pub fn named(name: &str) -> Result<Self, NoProfile> {
        let (_, text) = SHIPPED.iter().find(|(n, _)| *n == name).ok_or_else(|| NoProfile::Unknown(name.to_owned()))?;
        Self::parse(text)
    }

    /// From TOML.
    ///
    /// # Errors
    /// When it is malformed or leaves out what every import needs.
    pub fn parse(text: &str) -> Result<Self, NoProfile> {
        let profile: Self = toml::from_str(text).map_err(|e| NoProfile::Malformed(e.to_string()))?;
        let need = |there: bool, what: &str| {
            if there { Ok(()) } else { Err(NoProfile::Malformed(what.to_owned())) }
        };
        let items = profile.rows == RowsAre::Items;
        need(!profile.category.default.is_empty(), "category.default names no category")?;
        need(!items || !profile.columns.key.is_empty(), "columns.key names no column")?;
        need(!items || !profile.columns.title.is_empty(), "columns.title names no column")?;
        need(!items || !profile.columns.price.is_empty(), "columns.price names no column")?;
        need(items || profile.category.column.is_some(), "a feed of categories needs category.column")?;
        let foreign = profile.price.currency != Currency::INR;
        need(
            !foreign || profile.price.rate != "1",
            "prices in another currency need price.rate, in rupees for one unit",
        )?;
        need(super::price::Rate::parse(&profile.price.rate).is_some(), "price.rate is no positive decimal")?;
        need(profile.price.round_to_paise > 0, "price.round_to_paise is 0")?;
        need(profile.variants.as_ref().is_none_or(|v| v.window > 0), "variants.window is 0")?;
        Ok(profile)
    }

    /// The columns without which a feed is not of this profile.
    pub fn required_columns(&self) -> Vec<&str> {
        let columns = &self.columns;
        let mut required: Vec<&str> = columns.key.iter().map(String::as_str).collect();
        required.extend([&columns.title, &columns.price].into_iter().filter(|c| c.len() == 1).map(|c| c[0].as_str()));
        if let Some(variants) = &self.variants {
            required.extend([&variants.group.column, &variants.part.column, &variants.column].map(String::as_str));
        }
        if self.rows == RowsAre::Categories {
            required.extend(self.category.column.as_deref());
        }
        required
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_can_be_read() {
        for (name, _) in SHIPPED {
            let profile = Profile::named(name);
            assert!(profile.is_ok(), "{name}: {profile:?}");
        }
    }

    #[test]
    fn what_is_missing_or_misspelt_is_told() {
        let unknown = Profile::named("nope").map(drop).map_err(|e| e.to_string());
        assert!(unknown.is_err_and(|e| e.contains("icecat, flipkart")));
        let base = "format = 'csv'\nsupplier = 'x'\n[category]\ndefault = ['Other']\n[columns]\n";
        let told = |rest: &str| Profile::parse(&format!("{base}{rest}")).map(drop).map_err(|e| e.to_string());
        assert!(told("key = ['k']\ntitle = ['t']\nprice = ['p']").is_ok());
        assert!(told("key = ['k']\ntitle = ['t']").is_err_and(|e| e.contains("columns.price")));
        assert!(told("key = ['k']\ntitel = ['t']").is_err_and(|e| e.contains("titel")));
        let foreign = told("key = ['k']\ntitle = ['t']\nprice = ['p']\n[price]\ncurrency = 'USD'");
        assert!(foreign.is_err_and(|e| e.contains("price.rate")));
    }
}
