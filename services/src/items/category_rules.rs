//! What a category and a definition may be, judged on the tree as it would be after the change.

use super::{
    error::Refusal,
    model::{AttributeDefinition, Category},
    tree::CategoryTree,
};

/// Bytes of a category's name.
pub const NAME_MAX: usize = 128;
/// Bytes of a slug.
pub const SLUG_MAX: usize = 100;
/// Levels of the tree.
pub const DEPTH_MAX: usize = 12;
/// Definitions of one branch, those that it inherits not counted.
pub const DEFINITIONS_MAX: usize = 10_000;
/// Bytes of a definition's key.
pub const KEY_MAX: usize = 100;
/// Bytes of a definition's label.
pub const LABEL_MAX: usize = 160;
/// Bytes of a unit.
pub const UNIT_MAX: usize = 24;

/// Everything that is wrong with a category on the way from the tree `before` to the tree `after`, which has it.
pub fn check_category(category: &Category, before: &CategoryTree, after: &CategoryTree) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if category.name.trim().is_empty() || category.name.len() > NAME_MAX {
        refusals.push(Refusal::new("name", format!("a name has 1 to {NAME_MAX} bytes")));
    }
    if !is_slug(&category.slug) {
        let message = format!("a slug has 1 to {SLUG_MAX} lower case letters, digits and single hyphens");
        refusals.push(Refusal::new("slug", message));
    }
    if after.by_slug(&category.slug).is_some_and(|other| other.id != category.id) {
        refusals.push(Refusal::new("slug", format!("another category has the slug {}", category.slug)));
    }
    check_parent(category, after, &mut refusals);
    if category.attributes.len() > DEFINITIONS_MAX {
        refusals.push(Refusal::new("attributes", format!("at most {DEFINITIONS_MAX} definitions")));
    }
    let old = before.get(category.id);
    for definition in &category.attributes {
        let kept = old.and_then(|old| before.own_definition(old, &definition.key)) == Some(definition);
        if !kept {
            refusals.extend(check_definition(category, definition, before, after));
        }
    }
    let mut keys = std::collections::HashSet::new();
    if let Some(twice) = category.attributes.iter().find(|d| !keys.insert(&d.key)) {
        refusals.push(Refusal::new(format!("attributes.{}", twice.key), "the definition is given twice"));
    }
    refusals
}

fn check_parent(category: &Category, after: &CategoryTree, refusals: &mut Vec<Refusal>) {
    let Some(parent) = category.parent else { return };
    if after.get(parent).is_none() {
        refusals.push(Refusal::new("parent", "there is no such category"));
    } else if parent == category.id || is_below(after, parent, category) {
        refusals.push(Refusal::new("parent", "a category cannot stand below itself"));
    } else if after.path(category.id).len() > DEPTH_MAX {
        refusals.push(Refusal::new("parent", format!("the tree has at most {DEPTH_MAX} levels")));
    }
}

/// Whether the walk up from `at` meets the category.
fn is_below(tree: &CategoryTree, at: crate::kernel::ids::CategoryId, category: &Category) -> bool {
    tree.path(at).iter().any(|c| c.id == category.id)
}

fn check_definition(
    category: &Category,
    definition: &AttributeDefinition,
    before: &CategoryTree,
    after: &CategoryTree,
) -> Vec<Refusal> {
    let field = || format!("attributes.{}", definition.key);
    let mut refusals = Vec::new();
    if !is_key(&definition.key) {
        let message = format!("a key has 1 to {KEY_MAX} lower case letters, digits and underscores");
        refusals.push(Refusal::new(field(), message));
    }
    if definition.label.trim().is_empty() || definition.label.len() > LABEL_MAX {
        refusals.push(Refusal::new(field(), format!("a label has 1 to {LABEL_MAX} bytes")));
    }
    if definition.unit.as_ref().is_some_and(|unit| unit.is_empty() || unit.len() > UNIT_MAX) {
        refusals.push(Refusal::new(field(), format!("a unit has 1 to {UNIT_MAX} bytes")));
    }
    let own = before.get(category.id).and_then(|old| before.own_definition(old, &definition.key));
    if own.is_some_and(|own| own.kind != definition.kind) {
        refusals.push(Refusal::new(field(), "items use it already: its type cannot change, choose another key"));
    }
    if differs_along_the_line(category, definition, after) {
        refusals
            .push(Refusal::new(field(), "a branch above or below defines it with another type: choose another key"));
    }
    refusals
}

/// Whether a branch above or below defines the same key with another type.
fn differs_along_the_line(category: &Category, definition: &AttributeDefinition, tree: &CategoryTree) -> bool {
    let above = tree.path(category.id).into_iter().map(|c| c.id);
    above
        .chain(tree.descendants(category.id))
        .filter(|id| *id != category.id)
        .filter_map(|id| tree.get(id).and_then(|c| tree.own_definition(c, &definition.key)))
        .any(|other| other.kind != definition.kind)
}

fn is_slug(slug: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    !slug.is_empty()
        && slug.len() <= SLUG_MAX
        && slug.split('-').all(|word| !word.is_empty() && word.chars().all(plain))
}

/// Whether a text can be the key of an attribute.
pub fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= KEY_MAX
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::{
        AttributeKind,
        tree::tests::{category, definition},
    };

    fn fields(before: &CategoryTree, change: &Category) -> Vec<String> {
        let after = before.with([change.clone()]);
        check_category(change, before, &after).into_iter().map(|r| r.field).collect()
    }

    fn tree() -> CategoryTree {
        CategoryTree::new([
            category(1, None, vec![definition("size", AttributeKind::Text)]),
            category(2, Some(1), vec![definition("panel", AttributeKind::Text)]),
            category(3, Some(2), vec![]),
        ])
    }

    #[test]
    fn a_category_never_stands_below_itself() {
        assert_eq!(fields(&tree(), &category(1, Some(3), vec![])), ["parent"]);
        assert_eq!(fields(&tree(), &category(1, Some(1), vec![])), ["parent"]);
        assert_eq!(fields(&tree(), &category(4, Some(99), vec![])), ["parent"]);
        assert_eq!(fields(&tree(), &category(4, Some(3), vec![])), [""; 0]);
    }

    #[test]
    fn slugs_and_names_are_checked() {
        let mut taken = category(4, None, vec![]);
        taken.slug = "c1".to_owned();
        assert_eq!(fields(&tree(), &taken), ["slug"]);
        for bad in ["", "A", "a--b", "-a", "a b", "é"] {
            taken.slug = bad.to_owned();
            assert_eq!(fields(&tree(), &taken), ["slug"], "{bad}");
        }
        assert_eq!(fields(&tree(), &Category { name: " ".to_owned(), ..category(4, None, vec![]) }), ["name"]);
    }

    #[test]
    fn a_type_is_the_same_along_a_branch_and_never_changes() {
        let number = definition("size", AttributeKind::Number);
        assert_eq!(fields(&tree(), &category(2, Some(1), vec![number.clone()])), ["attributes.size"]);
        assert_eq!(fields(&tree(), &category(1, None, vec![number.clone()])), ["attributes.size"]);
        assert_eq!(fields(&tree(), &category(4, None, vec![number])), [""; 0]);
        let panel = definition("panel", AttributeKind::Boolean);
        assert_eq!(fields(&tree(), &category(1, None, vec![panel])), ["attributes.panel"]);
    }

    #[test]
    fn definitions_have_plain_keys_and_are_given_once() {
        assert_eq!(
            fields(&tree(), &category(4, None, vec![definition("Big Key", AttributeKind::Text)])),
            ["attributes.Big Key"]
        );
        let twice = vec![definition("a", AttributeKind::Text); 2];
        assert_eq!(fields(&tree(), &category(4, None, twice)), ["attributes.a"]);
    }

    #[test]
    fn the_tree_has_a_bounded_depth() {
        let deep = (1..=DEPTH_MAX as u128).map(|n| category(n, (n > 1).then(|| n - 1), vec![]));
        let tree = CategoryTree::new(deep);
        assert_eq!(fields(&tree, &category(100, Some(DEPTH_MAX as u128), vec![])), ["parent"]);
    }
}
