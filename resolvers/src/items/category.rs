//! Categories: handles into the tree that the item service keeps in memory.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, SimpleObject};
use services::{
    items::{self, CategoryTree},
    kernel::{error::EngineResult, ids::CategoryId},
};

use crate::{context::Scope, ids};

/// A branch of the shop.
#[derive(Clone)]
pub struct Category {
    tree: Arc<CategoryTree>,
    id: CategoryId,
}

impl std::fmt::Debug for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Category").field(&self.id).finish()
    }
}

impl Category {
    /// A handle, when the tree holds the id.
    pub fn of(tree: Arc<CategoryTree>, id: CategoryId) -> Option<Self> {
        tree.get(id).is_some().then_some(Self { tree, id })
    }
    /// A category by id; `None` when there is none.
    pub async fn find(scope: &Scope, id: CategoryId) -> EngineResult<Option<Self>> {
        Ok(Self::of(scope.shop.items.tree().await?, id))
    }
    /// Handles of ids that the tree holds.
    pub fn all(tree: &Arc<CategoryTree>, ids: impl IntoIterator<Item = CategoryId>) -> Vec<Self> {
        ids.into_iter().filter_map(|id| Self::of(Arc::clone(tree), id)).collect()
    }
    fn row(&self) -> &items::Category {
        self.tree.get(self.id).expect("handles are made only of ids that their tree holds")
    }
}

/// A branch of the shop.
#[Object]
impl Category {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.id)
    }
    /// As in the address.
    fn slug(&self) -> &str {
        &self.row().slug
    }
    /// As shown.
    fn name(&self) -> &str {
        &self.row().name
    }
    /// From the top of the tree down to this one, itself included.
    fn path(&self) -> Vec<Category> {
        Self::all(&self.tree, self.tree.path(self.id).into_iter().map(|c| c.id))
    }
    /// The branches below, in the shop's order.
    fn children(&self) -> Vec<Category> {
        Self::all(&self.tree, self.tree.children(self.id).into_iter().map(|c| c.id))
    }
    /// The attributes that items of this category may have, those of the branches above included.
    fn attribute_definitions(&self) -> Vec<AttributeDefinition> {
        self.tree.definitions(self.id).into_iter().map(AttributeDefinition::from).collect()
    }
}

/// An attribute that items of a category may have.
#[derive(Clone, Debug, SimpleObject)]
pub struct AttributeDefinition {
    /// Machine name, such as screen_size.
    pub key: String,
    /// As shown, such as Screen size.
    pub label: String,
    /// Its type.
    pub kind: AttributeKind,
    /// Unit of a number, such as cm; null when it has none.
    pub unit: Option<String>,
    /// Offered as a facet.
    pub facetable: bool,
}

impl From<&items::AttributeDefinition> for AttributeDefinition {
    fn from(d: &items::AttributeDefinition) -> Self {
        Self {
            key: d.key.clone(),
            label: d.label.clone(),
            kind: d.kind.into(),
            unit: d.unit.clone(),
            facetable: d.facetable,
        }
    }
}

/// Types of attributes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "items::AttributeKind")]
pub enum AttributeKind {
    /// Words.
    Text,
    /// A number, with a unit where it has one.
    Number,
    /// Yes or no.
    Boolean,
    /// Several words.
    List,
}
