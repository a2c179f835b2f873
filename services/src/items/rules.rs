//! What an item, a category and a definition may be. Pure: a draft and the tree go in, refusals come out, each with the
//! field and what to do. All broken rules are listed, not only the first.

use std::collections::HashSet;

use super::{
    error::Refusal,
    model::{Attribute, AttributeDefinition, AttributeKind, AttributeValue, ItemDraft, VariantDraft},
    tree::CategoryTree,
};
use crate::kernel::{
    limits::{ATTRIBUTES_MAX, IMAGES_MAX, TEXT_MAX, VARIANTS_MAX},
    money::{Currency, Money},
};

/// The only currency that the shop sells in.
pub const CURRENCY: Currency = Currency::INR;
/// Bytes of a title.
pub const TITLE_MAX: usize = 512;
/// Bytes of a brand.
pub const BRAND_MAX: usize = 128;
/// Bytes of a description.
pub const DESCRIPTION_MAX: usize = 20_000;
/// Bytes of an external id.
pub const EXTERNAL_ID_MAX: usize = 255;
/// Bytes of a SKU.
pub const SKU_MAX: usize = 128;
/// Bytes of an option's name or value.
pub const OPTION_MAX: usize = 128;
/// Options of a variant.
pub const OPTIONS_MAX: usize = 5;
/// Values of a list attribute.
pub const LIST_MAX: usize = 100;
/// Bytes of a picture's address.
pub const URL_MAX: usize = 2_048;

/// Everything that is wrong with a draft; empty when it may be saved.
pub fn check(draft: &ItemDraft, tree: &CategoryTree) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    check_words(draft, &mut refusals);
    check_pictures(draft, &mut refusals);
    if let Some(rating) = draft.rating
        && !(1.0..=5.0).contains(&rating.average)
    {
        refusals.push(Refusal::new("rating.average", "a rating is between 1 and 5"));
    }
    if tree.get(draft.category).is_none() {
        refusals.push(Refusal::new("category", "there is no such category: make it first"));
    } else {
        check_attributes(draft, tree, &mut refusals);
    }
    check_variants(&draft.variants, &mut refusals);
    refusals
}

fn check_words(draft: &ItemDraft, refusals: &mut Vec<Refusal>) {
    line("external_id", &draft.external_id, EXTERNAL_ID_MAX, refusals);
    line("title", &draft.title, TITLE_MAX, refusals);
    if let Some(brand) = &draft.brand {
        line("brand", brand, BRAND_MAX, refusals);
    }
    if let Some(description) = &draft.description {
        bounded("description", description, DESCRIPTION_MAX, refusals);
        if description.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            refusals.push(Refusal::new("description", "control characters are not text: take them out"));
        }
    }
}

fn check_pictures(draft: &ItemDraft, refusals: &mut Vec<Refusal>) {
    if draft.images.len() > IMAGES_MAX {
        refusals.push(Refusal::new("images", format!("{} pictures: at most {IMAGES_MAX}", draft.images.len())));
    }
    for (i, image) in draft.images.iter().take(IMAGES_MAX).enumerate() {
        let field = format!("images[{i}].url");
        line(&field, &image.url, URL_MAX, refusals);
        let plain = image.url.starts_with("https://") || image.url.starts_with("http://") || image.url.starts_with('/');
        if !plain {
            refusals.push(Refusal::new(field, "a picture is a path that begins with / or an http address"));
        }
        bounded(&format!("images[{i}].alt"), &image.alt, TEXT_MAX, refusals);
    }
}

fn check_attributes(draft: &ItemDraft, tree: &CategoryTree, refusals: &mut Vec<Refusal>) {
    if draft.attributes.len() > ATTRIBUTES_MAX {
        let message = format!("{} attributes: at most {ATTRIBUTES_MAX}", draft.attributes.len());
        refusals.push(Refusal::new("attributes", message));
        return;
    }
    let path = tree.path(draft.category);
    let mut seen = HashSet::new();
    for attribute in &draft.attributes {
        let field = format!("attributes.{}", attribute.key);
        if !seen.insert(&attribute.key) {
            refusals.push(Refusal::new(field, "the attribute is given twice"));
            continue;
        }
        let Some(definition) = tree.definition_on(&path, &attribute.key) else {
            let category = path.last().map_or("", |c| c.name.as_str());
            refusals
                .push(Refusal::new(field, format!("the category {category} has no such attribute: define it first")));
            continue;
        };
        if let Some(message) = misfit(definition, attribute) {
            refusals.push(Refusal::new(field, message));
        }
    }
}

/// What is wrong with a value for a definition, in words; nothing when it fits.
fn misfit(definition: &AttributeDefinition, attribute: &Attribute) -> Option<String> {
    let came = attribute.value.kind();
    if came != definition.kind {
        return Some(format!("{} is expected, {} came", kind_name(definition.kind), value_words(&attribute.value)));
    }
    match &attribute.value {
        AttributeValue::Number(n) if !n.is_finite() => Some("a number must be finite".to_owned()),
        AttributeValue::Text(text) => misfit_text(text),
        AttributeValue::List(list) if list.is_empty() || list.len() > LIST_MAX => {
            Some(format!("{} values: a list has 1 to {LIST_MAX}", list.len()))
        }
        AttributeValue::List(list) => list.iter().find_map(|text| misfit_text(text)),
        AttributeValue::Number(_) | AttributeValue::Boolean(_) => None,
    }
}

fn misfit_text(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("the text is empty: leave the attribute out".to_owned());
    }
    (text.len() > TEXT_MAX).then(|| format!("{} bytes of text: at most {TEXT_MAX}", text.len()))
}

fn kind_name(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::Text => "text",
        AttributeKind::Number => "a number",
        AttributeKind::Boolean => "yes or no",
        AttributeKind::List => "a list of texts",
    }
}

fn value_words(value: &AttributeValue) -> String {
    match value {
        AttributeValue::Text(text) => format!("the text `{}`", text.chars().take(40).collect::<String>()),
        AttributeValue::Number(n) => format!("the number {n}"),
        AttributeValue::Boolean(b) => format!("the truth value {b}"),
        AttributeValue::List(list) => format!("a list of {}", list.len()),
    }
}

fn check_variants(variants: &[VariantDraft], refusals: &mut Vec<Refusal>) {
    if variants.is_empty() || variants.len() > VARIANTS_MAX {
        let message = format!("{} variants: an item has 1 to {VARIANTS_MAX}", variants.len());
        refusals.push(Refusal::new("variants", message));
        return;
    }
    let names = |v: &VariantDraft| v.options.iter().map(|o| o.name.clone()).collect::<Vec<_>>();
    let wanted = names(&variants[0]);
    let mut skus = HashSet::new();
    let mut combinations = HashSet::new();
    for (i, variant) in variants.iter().enumerate() {
        let field = |name: &str| format!("variants[{i}].{name}");
        line(&field("sku"), &variant.sku, SKU_MAX, refusals);
        if !skus.insert(variant.sku.as_str()) {
            refusals.push(Refusal::new(field("sku"), format!("the SKU {} is given twice", variant.sku)));
        }
        check_options(variant, &wanted, &field("options"), refusals);
        let chosen: Vec<&str> = variant.options.iter().map(|o| o.value.as_str()).collect();
        if !combinations.insert(chosen) {
            let message = "another variant has the same options: each needs its own combination";
            refusals.push(Refusal::new(field("options"), message));
        }
        check_prices(variant.price, variant.list_price, &field("price"), &field("list_price"), refusals);
    }
}

fn check_options(variant: &VariantDraft, wanted: &[String], field: &str, refusals: &mut Vec<Refusal>) {
    if variant.options.len() > OPTIONS_MAX {
        refusals.push(Refusal::new(field, format!("{} options: at most {OPTIONS_MAX}", variant.options.len())));
        return;
    }
    if !variant.options.iter().map(|o| &o.name).eq(wanted) {
        let message = "all variants of an item choose between the same options, in the same order";
        refusals.push(Refusal::new(field, message));
    }
    for (i, option) in variant.options.iter().enumerate() {
        line(&format!("{field}[{i}].name"), &option.name, OPTION_MAX, refusals);
        line(&format!("{field}[{i}].value"), &option.value, OPTION_MAX, refusals);
    }
}

/// What is wrong with the prices of a variant.
pub(super) fn check_prices(
    price: Money,
    list_price: Option<Money>,
    price_field: &str,
    list_field: &str,
    refusals: &mut Vec<Refusal>,
) {
    let foreign = |m: Money| {
        (m.currency != CURRENCY).then(|| format!("the price is in {}: the shop sells in {CURRENCY}", m.currency))
    };
    if let Some(message) = foreign(price) {
        refusals.push(Refusal::new(price_field, message));
    }
    if price.minor <= 0 {
        refusals.push(Refusal::new(price_field, "a price is more than nothing"));
    }
    if let Some(list) = list_price {
        if let Some(message) = foreign(list) {
            refusals.push(Refusal::new(list_field, message));
        } else if list.minor <= price.minor {
            refusals.push(Refusal::new(list_field, "the price before a reduction is above the price, or left out"));
        }
    }
}

/// One line of text: there, bounded, without control characters.
fn line(field: &str, text: &str, max: usize, refusals: &mut Vec<Refusal>) {
    if text.trim().is_empty() {
        refusals.push(Refusal::new(field, "this must not be empty"));
    }
    bounded(field, text, max, refusals);
    if text.chars().any(char::is_control) {
        refusals.push(Refusal::new(field, "control characters are not text: take them out"));
    }
}

fn bounded(field: &str, text: &str, max: usize, refusals: &mut Vec<Refusal>) {
    if text.len() > max {
        refusals.push(Refusal::new(field, format!("{} bytes: at most {max}", text.len())));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        items::{
            Rating, SelectedOption,
            tree::tests::{category, definition, id},
        },
        kernel::{handling::HandlingClass, ids::SupplierId},
    };

    fn tree() -> CategoryTree {
        CategoryTree::new([
            category(1, None, vec![definition("weight", AttributeKind::Number)]),
            category(
                2,
                Some(1),
                vec![
                    definition("panel", AttributeKind::Text),
                    definition("smart", AttributeKind::Boolean),
                    definition("ports", AttributeKind::List),
                ],
            ),
        ])
    }

    fn variant(sku: &str, size: Option<&str>) -> VariantDraft {
        let options = size.map(|s| SelectedOption { name: "Size".to_owned(), value: s.to_owned() });
        VariantDraft {
            sku: sku.to_owned(),
            options: options.into_iter().collect(),
            price: Money::inr(100),
            list_price: None,
        }
    }

    fn draft() -> ItemDraft {
        ItemDraft {
            supplier: SupplierId(Uuid::from_u128(1)),
            external_id: "x".to_owned(),
            version: None,
            category: id(2),
            title: "Television".to_owned(),
            brand: Some("Acme".to_owned()),
            description: Some("Two\nlines".to_owned()),
            images: vec![],
            rating: None,
            attributes: vec![],
            handling: HandlingClass::Standard,
            variants: vec![variant("s", None)],
        }
    }

    fn with(attribute: &str, value: AttributeValue) -> ItemDraft {
        ItemDraft { attributes: vec![Attribute { key: attribute.to_owned(), value }], ..draft() }
    }

    fn fields(draft: &ItemDraft) -> Vec<String> {
        check(draft, &tree()).into_iter().map(|r| r.field).collect()
    }

    #[test]
    fn a_plain_draft_and_inherited_attributes_pass() {
        assert_eq!(check(&draft(), &tree()), []);
        assert_eq!(check(&with("weight", AttributeValue::Number(7.5)), &tree()), []);
        assert_eq!(check(&with("ports", AttributeValue::List(vec!["HDMI".to_owned()])), &tree()), []);
    }

    #[test]
    fn a_wrong_type_is_refused_by_name_with_what_is_expected_and_what_came() {
        let refusals = check(&with("weight", AttributeValue::Text("heavy".to_owned())), &tree());
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0].field, "attributes.weight");
        assert_eq!(refusals[0].message, "a number is expected, the text `heavy` came");
        assert_eq!(fields(&with("smart", AttributeValue::Number(1.0))), ["attributes.smart"]);
    }

    #[test]
    fn unknown_repeated_and_endless_attributes_are_refused() {
        assert_eq!(fields(&with("colour", AttributeValue::Text("red".to_owned()))), ["attributes.colour"]);
        assert_eq!(fields(&with("weight", AttributeValue::Number(f64::NAN))), ["attributes.weight"]);
        assert_eq!(fields(&with("weight", AttributeValue::Number(f64::INFINITY))), ["attributes.weight"]);
        assert_eq!(fields(&with("ports", AttributeValue::List(vec![]))), ["attributes.ports"]);
        assert_eq!(
            fields(&with("ports", AttributeValue::List(vec!["x".to_owned(); LIST_MAX + 1]))),
            ["attributes.ports"]
        );
        assert_eq!(fields(&with("panel", AttributeValue::Text("é".repeat(TEXT_MAX)))), ["attributes.panel"]);
        let mut twice = with("weight", AttributeValue::Number(1.0));
        twice.attributes.push(twice.attributes[0].clone());
        assert_eq!(fields(&twice), ["attributes.weight"]);
    }

    #[test]
    fn words_are_bounded_and_plain() {
        assert_eq!(fields(&ItemDraft { title: " ".to_owned(), ..draft() }), ["title"]);
        assert_eq!(fields(&ItemDraft { title: "x".repeat(TITLE_MAX + 1), ..draft() }), ["title"]);
        assert_eq!(fields(&ItemDraft { brand: Some("a\u{0}b".to_owned()), ..draft() }), ["brand"]);
        assert_eq!(
            fields(&ItemDraft { description: Some("x".repeat(DESCRIPTION_MAX + 1)), ..draft() }),
            ["description"]
        );
        assert_eq!(fields(&ItemDraft { category: id(9), ..draft() }), ["category"]);
        let unrated = Rating { average: 0.5, count: 1 };
        assert_eq!(fields(&ItemDraft { rating: Some(unrated), ..draft() }), ["rating.average"]);
    }

    #[test]
    fn variants_need_their_own_sku_and_combination() {
        let of = |variants| fields(&ItemDraft { variants, ..draft() });
        assert_eq!(of(vec![]), ["variants"]);
        assert_eq!(
            of((0..=VARIANTS_MAX).map(|i| variant(&i.to_string(), Some(&i.to_string()))).collect()),
            ["variants"]
        );
        assert_eq!(of(vec![variant("a", Some("S")), variant("a", Some("M"))]), ["variants[1].sku"]);
        assert_eq!(of(vec![variant("a", Some("S")), variant("b", Some("S"))]), ["variants[1].options"]);
        assert_eq!(of(vec![variant("a", Some("S")), variant("b", None)]), ["variants[1].options"]);
        assert_eq!(of(vec![variant("a", None), variant("b", None)]), ["variants[1].options"]);
        assert_eq!(of(vec![variant("a", Some("S")), variant("b", Some("M"))]), [""; 0]);
    }

    #[test]
    fn prices_are_positive_in_the_shops_currency_and_below_the_list_price() {
        let of = |price, list_price| {
            let variants = vec![VariantDraft { price, list_price, ..variant("a", None) }];
            check(&ItemDraft { variants, ..draft() }, &tree())
        };
        assert_eq!(of(Money::inr(1), Some(Money::inr(2))), []);
        assert_eq!(of(Money::inr(0), None)[0].field, "variants[0].price");
        assert_eq!(of(Money::inr(-5), None)[0].field, "variants[0].price");
        assert_eq!(of(Money::inr(5), Some(Money::inr(5)))[0].field, "variants[0].list_price");
        let foreign = of(Money::new(5, Currency::USD), None);
        assert_eq!(foreign[0].message, "the price is in USD: the shop sells in INR");
    }
}
