//! Where offers go in the shop's tree: categories by their names and definitions by key and type, made when they are not
//! there. It works on its own copy of the tree and tells which categories must be saved before the items; the copy is as
//! good as the tree because an import is the only one that makes these (what somebody else changed is refused by the item
//! service and told).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{attributes::RawAttribute, parse::Offer, profile::Attributes};
use crate::{
    items::{
        Attribute, AttributeDefinition, AttributeKind, AttributeValue, Category, CategoryTree,
        category_rules::{DEFINITIONS_MAX, SLUG_MAX},
        rules::LIST_MAX,
    },
    kernel::{
        ids::{CategoryId, SupplierId, named},
        limits::{ATTRIBUTES_MAX, TEXT_MAX},
        text::slug,
    },
};

/// The tree as an import knows it.
pub struct Catalogue {
    categories: HashMap<CategoryId, Category>,
    /// Branches by parent and name in lower case.
    by_name: HashMap<(Option<CategoryId>, String), CategoryId>,
    slugs: HashSet<String>,
    /// How many branches stand below each.
    siblings: HashMap<Option<CategoryId>, u32>,
    /// Types of keys anywhere in a top branch or below it.
    kinds: HashMap<CategoryId, HashMap<String, AttributeKind>>,
    /// Keys that a top branch defines itself.
    top_keys: HashMap<CategoryId, HashSet<String>>,
    changed: HashSet<CategoryId>,
}

impl Catalogue {
    /// From the tree as it is.
    pub fn new(tree: &Arc<CategoryTree>) -> Self {
        let mut catalogue = Self {
            categories: HashMap::new(),
            by_name: HashMap::new(),
            slugs: HashSet::new(),
            siblings: HashMap::new(),
            kinds: HashMap::new(),
            top_keys: HashMap::new(),
            changed: HashSet::new(),
        };
        for category in tree.all() {
            let root = tree.path(category.id).first().map_or(category.id, |top| top.id);
            let kinds = catalogue.kinds.entry(root).or_default();
            kinds.extend(category.attributes.iter().map(|d| (d.key.clone(), d.kind)));
            if root == category.id {
                let keys = category.attributes.iter().map(|d| d.key.clone()).collect();
                catalogue.top_keys.insert(root, keys);
            }
            catalogue.by_name.insert((category.parent, category.name.to_lowercase()), category.id);
            catalogue.slugs.insert(category.slug.clone());
            *catalogue.siblings.entry(category.parent).or_default() += 1;
            catalogue.categories.insert(category.id, category.clone());
        }
        catalogue
    }

    /// The category of a path of names, made with those above it when it is missing; nothing for an empty path.
    pub fn place(&mut self, path: &[String]) -> Option<CategoryId> {
        let mut parent = None;
        for depth in 0..path.len() {
            let name = (parent, path[depth].to_lowercase());
            let id = match self.by_name.get(&name) {
                Some(id) => *id,
                None => self.make(name, &path[..=depth]),
            };
            parent = Some(id);
        }
        parent
    }

    fn make(&mut self, name: (Option<CategoryId>, String), path: &[String]) -> CategoryId {
        // The same names give the same id, whoever sends them.
        let words = path.join("\u{1f}").to_lowercase();
        let id = CategoryId(named("category", SupplierId(Uuid::nil()), &words));
        let parent = name.0;
        let position = self.siblings.entry(parent).or_default();
        let category = Category {
            id,
            parent,
            slug: String::new(),
            name: path.last().cloned().unwrap_or_default(),
            position: *position,
            attributes: Vec::new(),
        };
        *position += 1;
        let slug = self.free_slug(&category);
        self.slugs.insert(slug.clone());
        self.categories.insert(id, Category { slug, ..category });
        self.by_name.insert(name, id);
        self.changed.insert(id);
        id
    }

    /// The name's own slug, the one with the parent's before it, or one with digits of the id: the first that is free.
    fn free_slug(&self, category: &Category) -> String {
        let own = slug(&category.name);
        let parent = category.parent.and_then(|p| self.categories.get(&p)).map(|p| format!("{}-{own}", p.slug));
        let id = category.id.0.simple().to_string();
        let tail = format!("{own}-{}", &id[id.len() - 8..]);
        let fits = |slug: &String| slug.len() <= SLUG_MAX && !self.slugs.contains(slug);
        [Some(own), parent].into_iter().flatten().find(fits).unwrap_or(tail)
    }

    /// An offer's attributes as its category defines them, with new definitions in the branch at the top. A value whose
    /// type differs from the definition's is put in that type where nothing is lost, else under a key with a suffix.
    pub fn define(&mut self, offer: &Offer, category: CategoryId, how: &Attributes) -> Vec<Attribute> {
        let root = self.root(category);
        let mut out: Vec<Attribute> = Vec::with_capacity(offer.attributes.len());
        let mut used: HashSet<String> = HashSet::new();
        for raw in offer.attributes.iter().take(ATTRIBUTES_MAX) {
            let Some(attribute) = self.fit(raw, root, how) else { continue };
            if used.insert(attribute.key.clone()) {
                out.push(attribute);
            }
        }
        out
    }

    fn root(&self, category: CategoryId) -> CategoryId {
        let mut at = category;
        for _ in 0..self.categories.len() {
            match self.categories.get(&at).and_then(|c| c.parent).filter(|p| self.categories.contains_key(p)) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }

    fn fit(&mut self, raw: &RawAttribute, root: CategoryId, how: &Attributes) -> Option<Attribute> {
        let came = raw.value.kind();
        let suffixed = format!("{}_{}", raw.key, suffix(came));
        for key in [&raw.key, &suffixed] {
            let present = self.kinds.entry(root).or_default().get(key).copied();
            let kind = present.unwrap_or(came);
            if let Some(value) = into_kind(&raw.value, kind) {
                self.ensure(raw, key, kind, root, how)?;
                return Some(Attribute { key: key.clone(), value });
            }
        }
        None
    }

    /// Makes sure that the top branch defines a key; nothing when it has no room for another.
    fn ensure(
        &mut self,
        raw: &RawAttribute,
        key: &str,
        kind: AttributeKind,
        root: CategoryId,
        how: &Attributes,
    ) -> Option<()> {
        if self.top_keys.entry(root).or_default().contains(key) {
            return Some(());
        }
        let category = self.categories.get_mut(&root)?;
        if category.attributes.len() >= DEFINITIONS_MAX {
            return None;
        }
        let label = if key == raw.key { raw.label.clone() } else { format!("{} ({})", raw.label, suffix(kind)) };
        let numeric = kind == AttributeKind::Number;
        category.attributes.push(AttributeDefinition {
            key: key.to_owned(),
            label,
            kind,
            unit: how.units.get(&raw.key).filter(|_| numeric).cloned(),
            facetable: how.facetable(&raw.key, kind),
        });
        let rank = |d: &AttributeDefinition| how.first.iter().position(|k| *k == d.key).unwrap_or(usize::MAX);
        if how.first.iter().any(|k| k == key) {
            category.attributes.sort_by_key(rank);
        }
        self.kinds.entry(root).or_default().insert(key.to_owned(), kind);
        self.top_keys.entry(root).or_default().insert(key.to_owned());
        self.changed.insert(root);
        Some(())
    }

    /// The categories that are new or changed since the last call, as they must be saved, parents before their branches.
    pub fn take_changed(&mut self) -> Vec<Category> {
        let mut changed: Vec<Category> =
            self.changed.drain().filter_map(|id| self.categories.get(&id).cloned()).collect();
        changed.sort_by_key(|c| (c.parent, c.position));
        changed
    }
}

fn suffix(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::Text => "text",
        AttributeKind::Number => "number",
        AttributeKind::Boolean => "flag",
        AttributeKind::List => "list",
    }
}

/// The value in a type, where nothing is lost.
fn into_kind(value: &AttributeValue, kind: AttributeKind) -> Option<AttributeValue> {
    match (value, kind) {
        (value, kind) if value.kind() == kind => Some(value.clone()),
        (AttributeValue::Text(text), AttributeKind::List) => Some(AttributeValue::List(vec![text.clone()])),
        (AttributeValue::List(list), AttributeKind::Text) => {
            let joined = list.join(", ");
            (joined.len() <= TEXT_MAX && list.len() <= LIST_MAX).then_some(AttributeValue::Text(joined))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        inbound::parse::Role,
        kernel::{handling::HandlingClass, money::Money},
    };

    fn path(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn offer(attributes: Vec<(&str, AttributeValue)>) -> Offer {
        Offer {
            line: 1,
            key: "k".to_owned(),
            sku: "k".to_owned(),
            title: "t".to_owned(),
            brand: None,
            description: None,
            images: vec![],
            rating: None,
            price: Money::inr(1),
            list_price: None,
            category: vec![],
            attributes: attributes.into_iter().filter_map(|(k, v)| RawAttribute::new(k, v)).collect(),
            handling: HandlingClass::Standard,
            stock: None,
            role: Role::Alone,
        }
    }

    fn text(text: &str) -> AttributeValue {
        AttributeValue::Text(text.to_owned())
    }

    fn empty() -> Catalogue {
        Catalogue::new(&Arc::new(CategoryTree::default()))
    }

    #[test]
    fn the_same_names_are_the_same_category_whatever_their_case() {
        let mut catalogue = empty();
        let shirts = catalogue.place(&path(&["Men", "Shirts"]));
        assert_eq!(catalogue.place(&path(&["men", "SHIRTS"])), shirts);
        assert_ne!(catalogue.place(&path(&["Women", "Shirts"])), shirts);
        assert_eq!(catalogue.place(&[]), None);
        let saved = catalogue.take_changed();
        let slugs: HashSet<&str> = saved.iter().map(|c| c.slug.as_str()).collect();
        assert_eq!(slugs, HashSet::from(["men", "shirts", "women", "women-shirts"]));
        assert_eq!(saved[0].parent, None);
        let again = Catalogue::new(&Arc::new(CategoryTree::new(saved))).place(&path(&["Men", "Shirts"]));
        assert_eq!(again, shirts);
    }

    #[test]
    fn definitions_are_made_once_in_the_top_branch() {
        let mut catalogue = empty();
        let shirts = catalogue.place(&path(&["Men", "Shirts"])).expect("a category");
        let how = Attributes { first: vec!["fit".to_owned()], ..Attributes::default() };
        let given = offer(vec![("Length", AttributeValue::Number(1.5)), ("fit", text("Slim"))]);
        assert_eq!(catalogue.define(&given, shirts, &how).len(), 2);
        let saved = catalogue.take_changed();
        let top = saved.iter().find(|c| c.name == "Men").expect("the top branch");
        let keys: Vec<(&str, bool)> = top.attributes.iter().map(|d| (d.key.as_str(), d.facetable)).collect();
        assert_eq!(keys, [("fit", false), ("length", true)]);
        catalogue.define(&given, shirts, &how);
        assert!(catalogue.take_changed().is_empty());
    }

    #[test]
    fn another_type_is_put_in_the_defined_one_or_under_another_key() {
        let mut catalogue = empty();
        let men = catalogue.place(&path(&["Men"])).expect("a category");
        let how = Attributes::default();
        let list = AttributeValue::List(vec!["a".to_owned(), "b".to_owned()]);
        catalogue.define(&offer(vec![("size", text("S")), ("climate", list.clone())]), men, &how);
        let given = offer(vec![("size", AttributeValue::Number(5.0)), ("climate", text("Cool"))]);
        let fitted: Vec<(String, AttributeValue)> =
            catalogue.define(&given, men, &how).into_iter().map(|a| (a.key, a.value)).collect();
        assert_eq!(
            fitted,
            [
                ("size_number".to_owned(), AttributeValue::Number(5.0)),
                ("climate".to_owned(), AttributeValue::List(vec!["Cool".to_owned()])),
            ]
        );
        let joined = catalogue.define(&offer(vec![("size", list)]), men, &how);
        assert_eq!(joined[0].value, text("a, b"));
    }
}
