//! A row of a feed becomes an offer: an item or a variant in the shop's words, its price in rupees, its place in the tree
//! by names. Pure; ids, definitions and saving are `catalogue`'s and `import`'s.

use serde_json::Value;

use super::{
    attributes::{RawAttribute, attributes},
    price::price,
    profile::{Categories, Profile, Variants, Words},
    rows::Row,
    words::{cut, holds, one_line, plain},
};
use crate::{
    items::{
        Rating, SelectedOption,
        category_rules::{DEPTH_MAX, NAME_MAX},
        rules::{BRAND_MAX, DESCRIPTION_MAX, TITLE_MAX, URL_MAX},
    },
    kernel::{handling::HandlingClass, limits::IMAGES_MAX, money::Money},
};

/// Between the columns that make a key.
const KEY_SEPARATOR: &str = "/";

/// What a row offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The line it begins on.
    pub line: u64,
    /// The supplier's own id of it.
    pub key: String,
    /// Its SKU, if it is sold by itself or as a variant.
    pub sku: String,
    /// As shown.
    pub title: String,
    /// Maker or brand.
    pub brand: Option<String>,
    /// Longer text.
    pub description: Option<String>,
    /// Pictures.
    pub images: Vec<String>,
    /// What buyers think.
    pub rating: Option<Rating>,
    /// What one costs.
    pub price: Money,
    /// Before a reduction.
    pub list_price: Option<Money>,
    /// Names from the top of the tree down.
    pub category: Vec<String>,
    /// Its attributes.
    pub attributes: Vec<RawAttribute>,
    /// How a parcel with it must be handled.
    pub handling: HandlingClass,
    /// Units that lie in stock.
    pub stock: Option<u32>,
    /// How it stands to other rows.
    pub role: Role,
}

/// How a row stands to other rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// An item with one variant.
    Alone,
    /// A variant of an item that another row describes.
    Part,
    /// An item whose variants are other rows.
    Group(Vec<PartName>),
}

/// How a group names one of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartName {
    /// The part's SKU.
    pub sku: String,
    /// What tells it from its siblings.
    pub options: Vec<SelectedOption>,
}

/// What a row offers, or why it is refused.
///
/// # Errors
/// The reason, for the supplier.
pub fn offer(row: &Row, line: u64, profile: &Profile) -> Result<Offer, String> {
    let columns = &profile.columns;
    let key = key(row, &columns.key)?;
    let key = if columns.key_is_address { file_stem(&key) } else { key };
    let title = first(row, &columns.title).map(|t| cut(&one_line(&plain(&t)), TITLE_MAX).to_owned());
    let title = title.filter(|t| !t.is_empty()).ok_or_else(|| format!("there is no {}", columns.title.join(" or ")))?;
    let brand = first(row, &columns.brand).map(|b| cut(&one_line(&b), BRAND_MAX).to_owned());
    let description = first(row, &columns.description).map(|d| cut(&plain(&d), DESCRIPTION_MAX).to_owned());
    let (price, list_price) = prices(row, profile)?;
    let sku = if columns.sku.is_empty() { key.clone() } else { self::key(row, &columns.sku)? };
    Ok(Offer {
        line,
        sku,
        title,
        brand: brand.filter(|b| !b.is_empty()),
        description: description.filter(|d| !d.is_empty()),
        images: images(row, profile),
        rating: rating(row, profile),
        price,
        list_price,
        category: category(row, &profile.category),
        attributes: attributes(row, &profile.attributes)?,
        handling: handling(row, profile),
        stock: profile.stock.as_ref().and_then(|s| units(&row.text(&s.quantity)?)),
        role: role(row, profile.variants.as_ref())?,
        key,
    })
}

fn first(row: &Row, columns: &[String]) -> Option<String> {
    columns.iter().find_map(|column| row.text(column))
}

fn key(row: &Row, columns: &[String]) -> Result<String, String> {
    let part = |column: &String| row.text(column).map(|t| one_line(&t)).ok_or_else(|| format!("there is no {column}"));
    Ok(columns.iter().map(part).collect::<Result<Vec<_>, _>>()?.join(KEY_SEPARATOR))
}

/// `4984700` of `https://pictures.example/a/4984700.jpg`.
fn file_stem(address: &str) -> String {
    let file = address.rsplit('/').next().unwrap_or(address);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if stem.is_empty() { address.to_owned() } else { stem.to_owned() }
}

fn prices(row: &Row, profile: &Profile) -> Result<(Money, Option<Money>), String> {
    let columns = &profile.columns;
    let value = |columns: &[String]| columns.iter().find_map(|c| row.get(c).map(std::borrow::Cow::into_owned));
    let own = value(&columns.price).ok_or_else(|| format!("there is no {}", columns.price.join(" or ")))?;
    let own = price(&own, &profile.price)?;
    // A list price that is no reduction says nothing, so it is left out.
    let list = value(&columns.list_price).and_then(|list| price(&list, &profile.price).ok());
    Ok((own, list.filter(|list| list.minor > own.minor)))
}

fn units(text: &str) -> Option<u32> {
    // Feeds write whole units as 100 or 100.0000.
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    whole.parse().ok()
}

fn images(row: &Row, profile: &Profile) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for value in profile.columns.images.iter().filter_map(|column| row.get(column)) {
        for address in texts(&value, Some(",")) {
            let address = one_line(&address);
            let absolute = address.starts_with("http://") || address.starts_with("https://");
            let address = if absolute { address } else { format!("{}{address}", profile.columns.image_base) };
            let usable = absolute || address.starts_with('/') || address.starts_with("http");
            if usable && address.len() <= URL_MAX && !out.contains(&address) && out.len() < IMAGES_MAX {
                out.push(address);
            }
        }
    }
    out
}

fn rating(row: &Row, profile: &Profile) -> Option<Rating> {
    let average: f32 = first(row, &profile.columns.rating)?.parse().ok()?;
    let count = first(row, &profile.columns.rating_count).and_then(|c| c.parse().ok()).unwrap_or(1);
    (1.0..=5.0).contains(&average).then_some(Rating { average, count })
}

fn handling(row: &Row, profile: &Profile) -> HandlingClass {
    let rule = profile.handling.rules.iter().find(|rule| fits(row, &rule.when));
    rule.map_or(profile.handling.default, |rule| rule.class)
}

fn fits(row: &Row, words: &Words) -> bool {
    words.columns.iter().filter_map(|column| row.text(column)).any(|text| {
        let text = text.to_lowercase();
        words.any.iter().any(|phrase| holds(&text, phrase))
    })
}

/// Where a row belongs, names from the top down.
pub fn category(row: &Row, how: &Categories) -> Vec<String> {
    let found = how.column.as_deref().and_then(|column| row.get(column)).map(|value| levels(&value, how));
    let Some(mut path) = found.filter(|path| !path.is_empty()) else {
        let rule = how.rules.iter().find(|rule| fits(row, &rule.when));
        return rule.map_or_else(|| how.default.clone(), |rule| rule.path.clone());
    };
    if how.depth_max > 0 {
        path.truncate(how.depth_max);
    }
    let mut out = how.below.clone();
    out.append(&mut path);
    out.truncate(DEPTH_MAX);
    out
}

fn levels(value: &Value, how: &Categories) -> Vec<String> {
    let mut names = match value {
        Value::Array(list) if list.iter().any(Value::is_object) => {
            list.iter().filter_map(|level| level["name"].as_str().map(str::to_owned)).collect()
        }
        Value::Array(list) => list.iter().filter_map(|level| level.as_str().map(str::to_owned)).collect(),
        _ => {
            let path = texts(value, how.path_separator.as_deref()).into_iter().next().unwrap_or_default();
            path.split(how.separator.as_str()).map(str::to_owned).collect::<Vec<_>>()
        }
    };
    // A path cut short by its sender ends in a name that is none.
    if how.drop_last || names.last().is_some_and(|name| name.trim_end().ends_with("...")) {
        names.pop();
    }
    let clean = names.iter().map(|name| cut(&one_line(name), NAME_MAX).to_owned());
    clean.filter(|name| !name.is_empty() && !how.skip.contains(name)).collect()
}

/// The texts of a value: a list's, those of a text that is a JSON list, or a text's parts.
fn texts(value: &Value, separator: Option<&str>) -> Vec<String> {
    let of_list = |list: &[Value]| list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect::<Vec<_>>();
    match value {
        Value::Array(list) => of_list(list),
        Value::String(text) if text.starts_with('[') => match serde_json::from_str(text) {
            Ok(Value::Array(list)) => of_list(&list),
            _ => vec![text.clone()],
        },
        // Addresses hold commas; only paths are parted by them.
        Value::String(text) if text.starts_with("http") => vec![text.clone()],
        Value::String(text) => match separator {
            Some(separator) => text.split(separator).map(|t| t.trim().to_owned()).collect(),
            None => vec![text.clone()],
        },
        _ => Vec::new(),
    }
}

fn role(row: &Row, variants: Option<&Variants>) -> Result<Role, String> {
    let Some(variants) = variants else { return Ok(Role::Alone) };
    let is = |column: &super::profile::ColumnIs| row.text(&column.column).as_deref() == Some(column.is.as_str());
    if is(&variants.group) {
        let text = row.text(&variants.column).ok_or_else(|| format!("there is no {}", variants.column))?;
        let parts: Result<Vec<PartName>, String> =
            text.split(variants.between_parts.as_str()).map(|part| part_name(part, variants)).collect();
        return parts.map(Role::Group);
    }
    Ok(if is(&variants.part) { Role::Part } else { Role::Alone })
}

fn part_name(part: &str, variants: &Variants) -> Result<PartName, String> {
    let mut sku = None;
    let mut options = Vec::new();
    for pair in part.split(variants.between_pairs.as_str()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` is no name=value"))?;
        if name.trim() == variants.sku {
            sku = Some(one_line(value));
        } else {
            let name = super::words::label(&one_line(name));
            options.push(SelectedOption { name, value: one_line(value) });
        }
    }
    let sku = sku.filter(|s| !s.is_empty()).ok_or_else(|| format!("the part `{part}` has no {}", variants.sku))?;
    Ok(PartName { sku, options })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile(more: &str) -> Profile {
        let base = "format = 'jsonl'\nsupplier = 'x'\n";
        Profile::parse(&format!("{base}{more}")).expect("a profile")
    }

    fn plain_profile() -> Profile {
        profile(
            "[columns]\nkey = ['id']\ntitle = ['title', 'name']\nbrand = ['brand']\ndescription = ['text']
            price = ['price']\nlist_price = ['mrp']\nimages = ['image', 'more']\nimage_base = '/images/x'
            rating = ['stars']\n[category]\ndefault = ['Other']\ncolumn = 'tree'\ndrop_last = true\ndepth_max = 2
            rules = [{ columns = ['title'], any = ['lamp'], path = ['Home', 'Lamps'] }]
            [handling]\nrules = [{ columns = ['title'], any = ['battery'], class = 'HAZARDOUS' }]",
        )
    }

    fn row(value: Value) -> Row {
        match value {
            Value::Object(fields) => Row::Object(fields),
            other => panic!("{other} is no row"),
        }
    }

    fn read(value: Value) -> Result<Offer, String> {
        offer(&row(value), 7, &plain_profile())
    }

    #[test]
    fn a_row_becomes_an_offer() {
        let offer = read(json!({"id": 42, "title": " A&amp;B\nLamp ", "brand": " ", "price": "10", "mrp": "12.5",
            "text": "<b>Bright</b>", "image": "[\"http://a/1,2.jpg\", \"http://a/1,2.jpg\"]", "more": "/p.jpg,/q.jpg",
            "stars": "No rating available"}))
        .expect("a good row");
        assert_eq!(
            (offer.key.as_str(), offer.sku.as_str(), offer.title.as_str(), offer.line),
            ("42", "42", "A&B Lamp", 7)
        );
        assert_eq!((offer.price, offer.list_price), (Money::inr(1_000), Some(Money::inr(1_250))));
        assert_eq!((offer.brand, offer.description.as_deref(), offer.rating), (None, Some("Bright"), None));
        assert_eq!(offer.images, ["http://a/1,2.jpg", "/images/x/p.jpg", "/images/x/q.jpg"]);
        assert_eq!(offer.category, ["Home", "Lamps"]);
        assert_eq!(offer.role, Role::Alone);
    }

    #[test]
    fn what_is_missing_is_told() {
        assert_eq!(read(json!({"title": "x", "price": 1})), Err("there is no id".to_owned()));
        assert_eq!(read(json!({"id": "1", "price": 1})), Err("there is no title or name".to_owned()));
        assert_eq!(read(json!({"id": "1", "name": "x", "price": ""})), Err("there is no price".to_owned()));
        assert!(read(json!({"id": "1", "name": "x", "price": "free"})).is_err_and(|e| e.contains("free")));
    }

    #[test]
    fn a_list_price_that_is_no_reduction_is_left_out() {
        let of = |mrp: Value| read(json!({"id": "1", "title": "x", "price": 10, "mrp": mrp})).map(|o| o.list_price);
        assert_eq!(of(json!(10)), Ok(None));
        assert_eq!(of(json!("?")), Ok(None));
        assert_eq!(of(json!(11)), Ok(Some(Money::inr(1_100))));
    }

    #[test]
    fn category_paths_are_cleaned() {
        let of = |tree: Value| read(json!({"id": "1", "title": "x", "price": 10, "tree": tree})).map(|o| o.category);
        let path = |names: &[&str]| Ok(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(json!("[\"Clothing >> Women >> Shorts >> The shorts\"]")), path(&["Clothing", "Women"]));
        assert_eq!(of(json!("[\"Clothing >> Wom...\"]")), path(&["Clothing"]));
        assert_eq!(of(json!("[\"The shorts themselves\"]")), path(&["Other"]));
        assert_eq!(of(json!(["A", "B", "C"])), path(&["A", "B"]));
        assert_eq!(of(json!([{"id": "1", "name": "A"}, {"id": "2", "name": "B"}])), path(&["A"]));
    }

    #[test]
    fn an_address_may_be_the_key() {
        assert_eq!(file_stem("https://pictures.example/a.b/4984700_sb.jpg"), "4984700_sb");
        assert_eq!(file_stem("4984700"), "4984700");
        assert_eq!(file_stem("x/"), "x/");
    }

    #[test]
    fn words_decide_the_handling() {
        let of = |title: &str| read(json!({"id": "1", "title": title, "price": 10})).map(|o| o.handling);
        assert_eq!(of("Batteries and a BATTERY"), Ok(HandlingClass::Hazardous));
        assert_eq!(of("Chair"), Ok(HandlingClass::Standard));
    }

    #[test]
    fn groups_name_their_parts() {
        let profile = profile(
            "[columns]\nkey = ['sku']\ntitle = ['name']\nprice = ['price']\n[category]\ndefault = ['Other']
            [stock]\nquantity = 'qty'\n[variants]\ngroup = { column = 'type', is = 'configurable' }
            part = { column = 'visible', is = 'no' }\ncolumn = 'variations'\nbetween_parts = '|'\nbetween_pairs = ','
            sku = 'sku'\nwindow = 10",
        );
        let of = |value: Value| offer(&row(value), 1, &profile).map(|o| (o.role, o.stock));
        let named = |sku: &str, size: &str| PartName {
            sku: sku.to_owned(),
            options: vec![SelectedOption { name: "Size".to_owned(), value: size.to_owned() }],
        };
        let group = json!({"sku": "G", "name": "Shirt", "price": 5, "type": "configurable", "qty": "0",
            "variations": "sku=A,size=S|sku=B,size=M"});
        assert_eq!(of(group), Ok((Role::Group(vec![named("A", "S"), named("B", "M")]), Some(0))));
        let part =
            json!({"sku": "A", "name": "Shirt S", "price": 5, "type": "simple", "visible": "no", "qty": "100.0"});
        assert_eq!(of(part), Ok((Role::Part, Some(100))));
        let alone = json!({"sku": "C", "name": "Bag", "price": 5, "type": "simple", "visible": "yes"});
        assert_eq!(of(alone), Ok((Role::Alone, None)));
        let broken = json!({"sku": "G", "name": "Shirt", "price": 5, "type": "configurable", "variations": "size=S"});
        assert!(of(broken).is_err_and(|e| e.contains("has no sku")));
    }
}
