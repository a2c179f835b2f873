//! A page of hits as GraphQL shows it: places and promises come with the hits, items come through their loader.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use services::{
    kernel::ids::{CategoryId, ItemId},
    search::{self, FoundItem, SearchAnswer},
};

use crate::{
    context::Asking,
    error::Telling,
    ids,
    items::{
        category::{AttributeKind, Category},
        types::Item,
    },
    pages::PageInfo,
    scalars::{DateTime, int},
    serviceability::types::Delivery,
};

/// A page of hits.
#[derive(Clone, Debug)]
pub struct SearchConnection(pub Arc<SearchAnswer>);

/// A page of hits.
#[Object]
impl SearchConnection {
    /// Hits with their cursors and promises.
    fn edges(&self) -> Vec<SearchEdge> {
        (0..self.0.hits.len()).map(|index| SearchEdge { answer: Arc::clone(&self.0), index }).collect()
    }
    /// The items alone. Null only when they cannot be told now.
    async fn nodes(&self, ctx: &Context<'_>) -> Option<Result<Vec<Item>>> {
        let ids: Vec<ItemId> = self.0.hits.iter().map(|h| h.item).collect();
        let items = ctx.scope().loaders.items(&ids).await;
        ctx.tell(items.map(|items| items.into_iter().map(Item).collect()).map_err(Into::into))
    }
    /// Where the page stands.
    fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.0.has_next,
            has_previous_page: self.0.has_previous,
            start_cursor: self.0.hits.first().map(|h| h.cursor.clone()),
            end_cursor: self.0.end_cursor.clone(),
        }
    }
    /// All hits, those on other pages included.
    fn total_count(&self) -> i32 {
        int(self.0.total)
    }
    /// Ways to narrow down, counted on what is shown; a facet's own choice does not lower its other counts.
    fn facets(&self) -> Vec<Facet> {
        self.0.facets.iter().map(Facet::from).collect()
    }
    /// A better spelling; null when none is likelier.
    fn did_you_mean(&self) -> Option<&str> {
        self.0.did_you_mean.as_deref()
    }
    /// Hits left out because they cannot be delivered in time; null when delivery was not looked at.
    fn hidden_undeliverable(&self) -> Option<i32> {
        self.0.hidden_undeliverable.map(int)
    }
    /// When the index behind this answer was last brought up to date.
    fn as_of(&self) -> DateTime {
        self.0.as_of.into()
    }
}

/// One hit.
#[derive(Clone, Debug)]
pub struct SearchEdge {
    answer: Arc<SearchAnswer>,
    index: usize,
}

impl SearchEdge {
    fn hit(&self) -> &FoundItem {
        self.answer.hits.get(self.index).expect("edges are made only of places that their answer has")
    }
}

/// One hit.
#[Object]
impl SearchEdge {
    /// Its place.
    fn cursor(&self) -> &str {
        &self.hit().cursor
    }
    /// The item. Null only when it cannot be told now.
    async fn node(&self, ctx: &Context<'_>) -> Option<Result<Item>> {
        let item = ctx.scope().loaders.item(self.hit().item).await;
        ctx.tell_maybe(item.map(|item| item.map(Item)).map_err(Into::into))
    }
    /// The promise; null when there is no delivery location.
    fn delivery(&self) -> Option<Delivery> {
        self.hit().delivery.as_ref().map(|(_, delivery)| delivery.into())
    }
}

/// A way to narrow a search down.
#[derive(Clone, Debug, SimpleObject)]
pub struct Facet {
    /// Machine name: category, brand, price, rating or an attribute's key.
    pub key: String,
    /// As shown.
    pub label: String,
    /// Its type; NUMBER comes with a range.
    pub kind: AttributeKind,
    /// The choices, most hits first, at most 50.
    pub values: Vec<FacetValue>,
    /// Lowest and highest number found; null unless `kind` is NUMBER.
    pub range: Option<NumberRange>,
}

/// A choice inside a facet.
#[derive(Clone, Debug, SimpleObject)]
pub struct FacetValue {
    /// To be sent in a filter.
    pub value: String,
    /// As shown.
    pub label: String,
    /// Hits it would leave.
    pub count: i32,
    /// Already chosen.
    pub selected: bool,
}

/// From the lowest to the highest.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct NumberRange {
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
}

/// The facet whose values are ids of categories.
const CATEGORY: &str = "category";

impl From<&search::Facet> for Facet {
    fn from(facet: &search::Facet) -> Self {
        let value = |v: &search::FacetValue| {
            let category = if facet.key == CATEGORY { v.value.parse::<CategoryId>().ok() } else { None };
            FacetValue {
                value: category.map_or_else(|| v.value.clone(), |id| ids::of(id).0),
                label: v.label.clone(),
                count: int(v.count),
                selected: v.selected,
            }
        };
        Self {
            key: facet.key.clone(),
            label: facet.label.clone(),
            kind: facet.kind.into(),
            values: facet.values.iter().map(value).collect(),
            range: facet.range.map(|(min, max)| NumberRange { min, max }),
        }
    }
}

/// What somebody may be about to type.
#[derive(Clone, Debug)]
pub struct SuggestionList {
    /// Whole queries.
    pub queries: Vec<String>,
    /// Categories by name.
    pub categories: Vec<CategoryId>,
    /// Items by title.
    pub items: Vec<ItemId>,
}

/// What somebody may be about to type.
#[Object]
impl SuggestionList {
    /// Whole queries.
    fn queries(&self) -> &[String] {
        &self.queries
    }
    /// Categories by name. Null only when they cannot be told now.
    async fn categories(&self, ctx: &Context<'_>) -> Option<Result<Vec<Category>>> {
        let tree = ctx.scope().shop.items.tree().await;
        ctx.tell(tree.map(|tree| Category::all(&tree, self.categories.iter().copied())).map_err(Into::into))
    }
    /// Items by title. Null only when they cannot be told now.
    async fn items(&self, ctx: &Context<'_>) -> Option<Result<Vec<Item>>> {
        let items = ctx.scope().loaders.items(&self.items).await;
        ctx.tell(items.map(|items| items.into_iter().map(Item).collect()).map_err(Into::into))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn categories_of_a_facet_are_told_by_their_global_ids() {
        let category = CategoryId(Uuid::from_u128(9));
        let facet = search::Facet {
            key: "category".into(),
            label: "Category".into(),
            kind: services::items::AttributeKind::Text,
            values: vec![search::FacetValue {
                value: category.to_string(),
                label: "TVs".into(),
                count: 3,
                selected: false,
            }],
            range: None,
        };
        let shown = Facet::from(&facet);
        assert_eq!(ids::parse::<CategoryId>(&shown.values[0].value), Ok(category));
    }
}
