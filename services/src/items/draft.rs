//! From a draft to the item that is saved: ids, options and order follow from the draft; what it does not say stays as it
//! was. Pure; the checks are in `rules`.

use super::{
    error::Error,
    model::{Attribute, Item, ItemDraft, ItemOption, Variant, VariantDraft},
    tree::CategoryTree,
};
use crate::kernel::{
    clock::Timestamp,
    ids::{ItemId, SupplierId, VariantId, named},
    text::slug,
};

/// The id of what a supplier calls `external_id`.
pub fn item_id(supplier: SupplierId, external_id: &str) -> ItemId {
    ItemId(named("item", supplier, external_id))
}

/// The id of a supplier's SKU.
pub fn variant_id(supplier: SupplierId, sku: &str) -> VariantId {
    VariantId(named("variant", supplier, sku))
}

/// What a draft asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    /// This item, to be saved.
    Save(Box<Item>),
    /// Nothing: the item is so already, at this version.
    Unchanged(u64),
}

/// Decides what a draft that passed the rules asks for. An explicit version that is older, or the same with another
/// content, is refused.
pub(super) fn decide(
    draft: ItemDraft,
    present: Option<&Item>,
    tree: &CategoryTree,
    now: Timestamp,
) -> Result<Wanted, Error> {
    let offered = draft.version;
    let mut item = build(draft, present, tree, now);
    let Some(present) = present else {
        return Ok(Wanted::Save(Box::new(item)));
    };
    let same = same_content(&item, present);
    match offered {
        Some(offered) if offered > present.version => Ok(Wanted::Save(Box::new(item))),
        Some(offered) if offered == present.version && same => Ok(Wanted::Unchanged(offered)),
        Some(offered) => Err(Error::Stale { offered, present: present.version }),
        None if same => Ok(Wanted::Unchanged(present.version)),
        None => {
            item.version = present.version.saturating_add(1);
            Ok(Wanted::Save(Box::new(item)))
        }
    }
}

fn build(draft: ItemDraft, present: Option<&Item>, tree: &CategoryTree, now: Timestamp) -> Item {
    let id = item_id(draft.supplier, &draft.external_id);
    Item {
        id,
        version: draft.version.unwrap_or(1).max(1),
        slug: present.map_or_else(|| slug(&draft.title), |p| p.slug.clone()),
        title: draft.title,
        brand: draft.brand,
        description: draft.description,
        category: draft.category,
        images: draft.images,
        rating: draft.rating,
        attributes: in_order(draft.attributes, draft.category, tree),
        options: options(&draft.variants),
        variants: variants(draft.supplier, draft.variants, present),
        handling: draft.handling,
        supplier: draft.supplier,
        external_id: draft.external_id,
        created_at: present.map_or(now, |p| p.created_at),
        updated_at: now,
        withdrawn: present.is_some_and(|p| p.withdrawn),
    }
}

fn in_order(
    mut attributes: Vec<Attribute>,
    category: crate::kernel::ids::CategoryId,
    tree: &CategoryTree,
) -> Vec<Attribute> {
    let path = tree.path(category);
    attributes.sort_by_cached_key(|a| tree.place(&path, &a.key));
    attributes
}

fn variants(supplier: SupplierId, drafts: Vec<VariantDraft>, present: Option<&Item>) -> Vec<Variant> {
    let variant = |draft: VariantDraft| {
        let id = variant_id(supplier, &draft.sku);
        Variant {
            id,
            sku: draft.sku,
            options: draft.options,
            price: draft.price,
            list_price: draft.list_price,
            image: present.and_then(|p| p.variant(id)).and_then(|v| v.image),
        }
    };
    drafts.into_iter().map(variant).collect()
}

/// What can be chosen: the names of the variants' options with every value, in the order in which they come.
fn options(variants: &[VariantDraft]) -> Vec<ItemOption> {
    let mut out: Vec<ItemOption> = Vec::new();
    for selected in variants.iter().flat_map(|v| &v.options) {
        let at = out.iter().position(|o| o.name == selected.name).unwrap_or_else(|| {
            out.push(ItemOption { name: selected.name.clone(), values: Vec::new() });
            out.len() - 1
        });
        if !out[at].values.contains(&selected.value) {
            out[at].values.push(selected.value.clone());
        }
    }
    out
}

/// Whether two items differ only in version and time.
fn same_content(a: &Item, b: &Item) -> bool {
    // Every field is named, so that a new one cannot be forgotten here.
    let Item {
        id,
        version: _,
        slug,
        title,
        brand,
        description,
        category,
        images,
        rating,
        attributes,
        options,
        variants,
        handling,
        supplier,
        external_id,
        created_at,
        updated_at: _,
        withdrawn,
    } = a;
    *id == b.id
        && *slug == b.slug
        && *title == b.title
        && *brand == b.brand
        && *description == b.description
        && *category == b.category
        && *images == b.images
        && *rating == b.rating
        && *attributes == b.attributes
        && *options == b.options
        && *variants == b.variants
        && *handling == b.handling
        && *supplier == b.supplier
        && *external_id == b.external_id
        && *created_at == b.created_at
        && *withdrawn == b.withdrawn
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        items::{
            AttributeKind, AttributeValue, SelectedOption,
            tree::tests::{category, definition, id},
        },
        kernel::{handling::HandlingClass, money::Money},
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const LATER: Timestamp = Timestamp::from_seconds(2_000);

    fn tree() -> CategoryTree {
        let definitions = vec![definition("a", AttributeKind::Number), definition("b", AttributeKind::Boolean)];
        CategoryTree::new([category(1, None, definitions)])
    }

    fn variant(sku: &str, size: &str, colour: &str) -> VariantDraft {
        let chosen = |name: &str, value: &str| SelectedOption { name: name.to_owned(), value: value.to_owned() };
        VariantDraft {
            sku: sku.to_owned(),
            options: vec![chosen("Size", size), chosen("Colour", colour)],
            price: Money::inr(100),
            list_price: None,
        }
    }

    fn draft(version: Option<u64>, title: &str) -> ItemDraft {
        let attribute = |key: &str, value| Attribute { key: key.to_owned(), value };
        ItemDraft {
            supplier: SupplierId(Uuid::from_u128(7)),
            external_id: "42".to_owned(),
            version,
            category: id(1),
            title: title.to_owned(),
            brand: None,
            description: None,
            images: vec![],
            rating: None,
            attributes: vec![
                attribute("b", AttributeValue::Boolean(true)),
                attribute("a", AttributeValue::Number(0.1 + 0.2)),
            ],
            handling: HandlingClass::Standard,
            variants: vec![variant("1", "S", "Red"), variant("2", "M", "Red"), variant("3", "S", "Blue")],
        }
    }

    fn saved(draft: ItemDraft, present: Option<&Item>, now: Timestamp) -> Item {
        match decide(draft, present, &tree(), now) {
            Ok(Wanted::Save(item)) => *item,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_and_order_follow_from_the_draft_and_the_category() {
        let item = saved(draft(None, "Shirt"), None, NOW);
        let values: Vec<_> = item.options.iter().map(|o| (o.name.as_str(), o.values.join(" "))).collect();
        assert_eq!(values, [("Size", "S M".to_owned()), ("Colour", "Red Blue".to_owned())]);
        assert_eq!(item.attributes.iter().map(|a| a.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(item.version, 1);
        assert_eq!(item.slug, "shirt");
    }

    #[test]
    fn the_same_draft_again_changes_nothing_even_after_a_round_through_json() {
        let item = saved(draft(None, "Shirt"), None, NOW);
        let text = serde_json::to_string(&item).expect("an item is plain data");
        let read: Item = serde_json::from_str(&text).expect("what was written can be read");
        assert_eq!(decide(draft(None, "Shirt"), Some(&read), &tree(), LATER).ok(), Some(Wanted::Unchanged(1)));
    }

    #[test]
    fn a_change_counts_up_and_keeps_slug_and_birthday() {
        let old = saved(draft(None, "Shirt"), None, NOW);
        let new = saved(draft(None, "Better shirt"), Some(&old), LATER);
        assert_eq!((new.version, new.slug.as_str(), new.created_at, new.updated_at), (2, "shirt", NOW, LATER));
    }

    #[test]
    fn an_explicit_version_is_taken_only_when_it_is_newer() {
        let old = saved(draft(Some(5), "Shirt"), None, NOW);
        assert_eq!(saved(draft(Some(9), "Shirt"), Some(&old), LATER).version, 9);
        assert_eq!(decide(draft(Some(5), "Shirt"), Some(&old), &tree(), LATER).ok(), Some(Wanted::Unchanged(5)));
        for (version, title) in [(5, "Coat"), (4, "Shirt")] {
            let refused = decide(draft(Some(version), title), Some(&old), &tree(), LATER);
            assert!(matches!(refused, Err(Error::Stale { present: 5, .. })), "{version} {title}");
        }
    }

    #[test]
    fn a_withdrawn_item_stays_withdrawn_when_its_feed_comes_again() {
        let mut old = saved(draft(None, "Shirt"), None, NOW);
        old.withdrawn = true;
        assert!(saved(draft(None, "Coat"), Some(&old), LATER).withdrawn);
    }
}
