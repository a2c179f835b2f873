//! The category tree: branches by id, slug and parent, and the attribute definitions that a branch has and inherits. It
//! reads what is there without judging it (a branch whose parent is missing stands at the top, a cycle is cut); what may
//! be saved is decided in `rules`.

use std::collections::{HashMap, HashSet};

use super::model::{AttributeDefinition, Category};
use crate::kernel::ids::CategoryId;

/// All categories, ready to be walked. Nothing in it changes.
#[derive(Clone, Debug, Default)]
pub struct CategoryTree {
    by_id: HashMap<CategoryId, Category>,
    by_slug: HashMap<String, CategoryId>,
    children: HashMap<CategoryId, Vec<CategoryId>>,
    top: Vec<CategoryId>,
    /// Place of each own definition, by key.
    keys: HashMap<CategoryId, HashMap<String, usize>>,
}

impl CategoryTree {
    /// From all categories; of two with one id the later counts.
    pub fn new(categories: impl IntoIterator<Item = Category>) -> Self {
        let mut tree = Self::default();
        for category in categories {
            tree.by_id.insert(category.id, category);
        }
        tree.index();
        tree
    }

    /// The same tree with categories added or replaced.
    #[must_use]
    pub fn with(&self, categories: impl IntoIterator<Item = Category>) -> Self {
        Self::new(self.by_id.values().cloned().chain(categories))
    }

    fn index(&mut self) {
        let mut ids: Vec<CategoryId> = self.by_id.keys().copied().collect();
        ids.sort_by_cached_key(|id| {
            let category = &self.by_id[id];
            (category.position, category.name.clone(), *id)
        });
        for id in ids {
            let category = &self.by_id[&id];
            self.by_slug.entry(category.slug.clone()).or_insert(id);
            let keys = category.attributes.iter().enumerate().rev().map(|(i, d)| (d.key.clone(), i)).collect();
            self.keys.insert(id, keys);
            match category.parent.filter(|parent| self.by_id.contains_key(parent) && !self.is_cut(id)) {
                Some(parent) => self.children.entry(parent).or_default().push(id),
                None => self.top.push(id),
            }
        }
    }

    /// Whether a category is the smallest of a cycle: there the cycle is cut, so that every category can be reached.
    fn is_cut(&self, id: CategoryId) -> bool {
        let mut smallest = id;
        let mut at = id;
        for _ in 0..self.by_id.len() {
            match self.by_id.get(&at).and_then(|c| c.parent) {
                Some(parent) if parent == id => return smallest == id,
                Some(parent) => at = parent,
                None => return false,
            }
            smallest = smallest.min(at);
        }
        false
    }

    /// A category.
    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.by_id.get(&id)
    }
    /// A category by its slug.
    pub fn by_slug(&self, slug: &str) -> Option<&Category> {
        self.by_slug.get(slug).and_then(|id| self.get(*id))
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
    /// All of them, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Category> {
        self.by_id.values()
    }
    /// The branches at the top, by position and name.
    pub fn top(&self) -> Vec<&Category> {
        self.top.iter().filter_map(|id| self.get(*id)).collect()
    }
    /// The branches right below one, by position and name.
    pub fn children(&self, id: CategoryId) -> Vec<&Category> {
        self.children.get(&id).into_iter().flatten().filter_map(|id| self.get(*id)).collect()
    }
    /// From the top down to the category itself; empty when there is no such category.
    pub fn path(&self, id: CategoryId) -> Vec<&Category> {
        let mut path = Vec::new();
        let mut seen = HashSet::new();
        let mut at = self.get(id);
        while let Some(category) = at {
            if !seen.insert(category.id) {
                break;
            }
            path.push(category);
            at = category.parent.and_then(|parent| self.get(parent));
        }
        path.reverse();
        path
    }
    /// All below a category, itself not included, branch by branch.
    pub fn descendants(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut out = Vec::new();
        let mut seen = HashSet::from([id]);
        let mut open: Vec<CategoryId> = self.children.get(&id).into_iter().flatten().rev().copied().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                out.push(next);
                open.extend(self.children.get(&next).into_iter().flatten().rev());
            }
        }
        out
    }
    /// The definitions that items of a category may use: those of the branches above first, then its own. A branch that
    /// defines a key again replaces the definition above, in the place of the one above.
    pub fn definitions(&self, id: CategoryId) -> Vec<&AttributeDefinition> {
        let path = self.path(id);
        let mut out: Vec<&AttributeDefinition> = Vec::new();
        let mut place: HashMap<&str, usize> = HashMap::new();
        for definition in path.iter().flat_map(|c| &c.attributes) {
            match place.get(definition.key.as_str()) {
                Some(at) => out[*at] = definition,
                None => {
                    place.insert(&definition.key, out.len());
                    out.push(definition);
                }
            }
        }
        out
    }
    /// The definition of one key that holds in a category: its own, else the nearest above.
    pub fn definition(&self, id: CategoryId, key: &str) -> Option<&AttributeDefinition> {
        self.path(id).into_iter().rev().find_map(|category| self.own_definition(category, key))
    }
    /// Where a key stands in the order of a category's definitions.
    pub(super) fn place(&self, path: &[&Category], key: &str) -> (usize, usize) {
        let found = path
            .iter()
            .enumerate()
            .find_map(|(depth, category)| Some((depth, *self.keys.get(&category.id)?.get(key)?)));
        found.unwrap_or((usize::MAX, usize::MAX))
    }
    /// As [`Self::definition`], along a path found before.
    pub(super) fn definition_on(&self, path: &[&Category], key: &str) -> Option<&AttributeDefinition> {
        path.iter().rev().find_map(|category| {
            let category = self.get(category.id)?;
            self.own_definition(category, key)
        })
    }
    /// A category's own definition of a key.
    pub(super) fn own_definition<'a>(&'a self, category: &'a Category, key: &str) -> Option<&'a AttributeDefinition> {
        let at = *self.keys.get(&category.id)?.get(key)?;
        category.attributes.get(at)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::items::AttributeKind;

    pub(crate) fn id(n: u128) -> CategoryId {
        CategoryId(Uuid::from_u128(n))
    }

    pub(crate) fn definition(key: &str, kind: AttributeKind) -> AttributeDefinition {
        AttributeDefinition { key: key.to_owned(), label: key.to_owned(), kind, unit: None, facetable: true }
    }

    pub(crate) fn category(n: u128, parent: Option<u128>, attributes: Vec<AttributeDefinition>) -> Category {
        Category {
            id: id(n),
            parent: parent.map(id),
            slug: format!("c{n}"),
            name: format!("Category {n}"),
            position: u32::try_from(n).unwrap_or(0),
            attributes,
        }
    }

    fn ids(categories: &[&Category]) -> Vec<CategoryId> {
        categories.iter().map(|c| c.id).collect()
    }

    #[test]
    fn a_path_leads_from_the_top_down_to_the_category_itself() {
        let tree =
            CategoryTree::new([category(3, Some(2), vec![]), category(2, Some(1), vec![]), category(1, None, vec![])]);
        assert_eq!(ids(&tree.path(id(3))), [id(1), id(2), id(3)]);
        assert_eq!(ids(&tree.top()), [id(1)]);
        assert_eq!(tree.descendants(id(1)), [id(2), id(3)]);
        assert!(tree.path(id(9)).is_empty());
        assert_eq!(tree.by_slug("c2").map(|c| c.id), Some(id(2)));
    }

    #[test]
    fn a_branch_inherits_definitions_and_may_word_them_anew() {
        let mut own = definition("size", AttributeKind::Text);
        own.label = "Screen size".to_owned();
        let tree = CategoryTree::new([
            category(1, None, vec![definition("size", AttributeKind::Text), definition("colour", AttributeKind::List)]),
            category(2, Some(1), vec![definition("panel", AttributeKind::Text), own]),
        ]);
        let labels: Vec<&str> = tree.definitions(id(2)).iter().map(|d| d.label.as_str()).collect();
        assert_eq!(labels, ["Screen size", "colour", "panel"]);
        assert_eq!(tree.definition(id(2), "size").map(|d| d.label.as_str()), Some("Screen size"));
        assert_eq!(tree.definition(id(1), "size").map(|d| d.label.as_str()), Some("size"));
        assert_eq!(tree.definition(id(1), "panel"), None);
    }

    #[test]
    fn a_cycle_or_a_missing_parent_hides_no_category() {
        let tree = CategoryTree::new([
            category(1, Some(3), vec![]),
            category(2, Some(1), vec![]),
            category(3, Some(2), vec![]),
            category(4, Some(99), vec![]),
            category(5, Some(3), vec![]),
        ]);
        let mut reached: Vec<CategoryId> = tree.top().iter().map(|c| c.id).collect();
        for top in tree.top() {
            reached.extend(tree.descendants(top.id));
        }
        reached.sort();
        assert_eq!(reached, [id(1), id(2), id(3), id(4), id(5)]);
        assert!(tree.path(id(2)).len() <= 3);
    }
}
