//! Puts `__typename @include(if: $x)` as `... @include(if: $x) { __typename }`, which means the same. The engine's
//! validation does not look at the directives of `__typename`: it would call a variable used only there unused, and
//! would let an unknown directive pass.

use async_graphql_parser::{
    Positioned,
    types::{ExecutableDocument, InlineFragment, Selection, SelectionSet},
};

/// Rewrites a document in place. The parser has bounded how deep it is.
pub fn unfold(document: &mut ExecutableDocument) {
    use async_graphql_parser::types::DocumentOperations::{Multiple, Single};
    match &mut document.operations {
        Single(operation) => selection_set(&mut operation.node.selection_set.node),
        Multiple(all) => all.values_mut().for_each(|o| selection_set(&mut o.node.selection_set.node)),
    }
    document.fragments.values_mut().for_each(|f| selection_set(&mut f.node.selection_set.node));
}

fn selection_set(set: &mut SelectionSet) {
    for selection in &mut set.items {
        let pos = selection.pos;
        match &mut selection.node {
            Selection::Field(field) if field.node.name.node == "__typename" => {
                let directives = std::mem::take(&mut field.node.directives);
                if !directives.is_empty() {
                    let items = vec![Positioned::new(Selection::Field(field.clone()), pos)];
                    let selection_set = Positioned::new(SelectionSet { items }, pos);
                    let inline = InlineFragment { type_condition: None, directives, selection_set };
                    selection.node = Selection::InlineFragment(Positioned::new(inline, pos));
                }
            }
            Selection::Field(field) => selection_set(&mut field.node.selection_set.node),
            Selection::InlineFragment(inline) => selection_set(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}
