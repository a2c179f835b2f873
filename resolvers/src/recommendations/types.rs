//! Recommended items with their reasons. What was withdrawn, or cannot be brought to where the caller's things go, is left
//! out; where the model says too little, what moves in the shop fills up, and says so.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{Enum, SimpleObject};
use services::{
    items,
    kernel::{
        ids::{CategoryId, ItemId},
        limits::PAGE_MAX,
    },
    recommendations::{Model, Reason, Recommendations, Suggestion, service::Beside},
    serviceability::Delivery,
    trends::{Kind, Span, Subject},
};

use crate::{
    context::Scope,
    error::{Attempt, Refused},
    items::types::{Item, goods},
    scalars::DateTime,
};

/// How two items go together.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Beside")]
pub enum RecommendationKind {
    /// They are looked at by the same shoppers.
    Similar,
    /// They are bought together.
    BoughtTogether,
}

/// A recommended item.
#[derive(Clone, Debug, SimpleObject)]
pub struct Recommendation {
    /// The item.
    pub item: Item,
    /// Why, for people.
    pub reason: String,
    /// How well it fits; comparable within one list only.
    pub score: f64,
    /// Which model says so; null for what merely moves in the shop.
    pub model_version: Option<String>,
}

/// Recommended items, best first.
#[derive(Clone, Debug, SimpleObject)]
pub struct RecommendationList {
    /// Items with their reasons.
    pub items: Vec<Recommendation>,
    /// The model that was asked; null before the first was learnt.
    pub model_version: Option<String>,
    /// When that model was made.
    pub as_of: Option<DateTime>,
}

/// What recommendations are about.
#[derive(Clone, Debug)]
pub enum About {
    /// The caller, perhaps within a category.
    Viewer(Option<CategoryId>),
    /// An item.
    Item(ItemId, Beside),
    /// The caller's cart.
    Cart,
}

impl RecommendationList {
    /// Asks the model, and fills up with what moves in the shop.
    pub async fn read(scope: &Scope, about: About, first: i32) -> Attempt<Self> {
        let most = usize::try_from(first).ok().filter(|n| (1..=PAGE_MAX / 2).contains(n));
        let most = most.ok_or_else(|| Refused::Argument("first", format!("1 to {}", PAGE_MAX / 2)))?;
        let model = scope.shop.recommendations.model().await?;
        let in_cart = cart_items(scope, &about).await?;
        let mut found = match &model {
            Some(model) => asked(scope, model, &about, &in_cart, most * 4).await?,
            None => Vec::new(),
        };
        let from_model = found.len();
        found.extend(moving(scope, most * 2).await?);
        let mut once: HashSet<ItemId> = in_cart.into_iter().collect();
        if let About::Item(item, _) = about {
            once.insert(item);
        }
        let version = model.as_ref().map(|m| m.version.to_string());
        let of = |at: usize| if at < from_model { version.clone() } else { None };
        let found = found.into_iter().enumerate().map(|(at, s)| (s, of(at)));
        let found = found.filter(|(s, _)| once.insert(s.item)).collect();
        let items = shown(scope, found, &about, most).await?;
        Ok(Self { items, model_version: version, as_of: model.map(|m| m.made_at.into()) })
    }
}

async fn asked(
    scope: &Scope,
    model: &Model,
    about: &About,
    in_cart: &[ItemId],
    most: usize,
) -> Attempt<Vec<Suggestion>> {
    let service = &scope.shop.recommendations;
    let mut found = match (about, scope.caller.owner) {
        (About::Item(item, how), _) => Recommendations::beside(model, *item, *how, most),
        (About::Cart, Some(owner)) => service.for_cart(model, owner.uuid(), in_cart, most).await?,
        (About::Viewer(_), Some(owner)) => service.for_owner(model, owner.uuid(), most).await?,
        (About::Viewer(_) | About::Cart, None) => Vec::new(),
    };
    // Of an item it is said what goes with it, or nothing: what is merely popular comes from the trends below.
    if !matches!(about, About::Item(..)) {
        found.extend(Recommendations::popular(model, most));
    }
    Ok(found)
}

/// What moves in the shop today.
async fn moving(scope: &Scope, most: usize) -> Attempt<Vec<Suggestion>> {
    let mut found = Vec::new();
    for kind in [Kind::Bought, Kind::Viewed] {
        let report = scope.shop.trends.report(Span::Day, kind, most).await?;
        found.extend(report.entries.into_iter().filter_map(|entry| match entry.subject {
            Subject::Item(item) => Some(Suggestion { item, score: 0.0, reason: Reason::Popular }),
            _ => None,
        }));
    }
    Ok(found)
}

async fn cart_items(scope: &Scope, about: &About) -> Attempt<Vec<ItemId>> {
    let (About::Cart, Some(owner)) = (about, scope.caller.owner) else { return Ok(Vec::new()) };
    let cart = scope.shop.carts.cart(owner).await?;
    let variants: Vec<_> = cart.lines.iter().map(|l| l.variant).collect();
    let items = scope.loaders.items_of(&variants).await?;
    let mut items: Vec<ItemId> = items.values().map(|i| i.id).collect();
    items.sort_unstable();
    items.dedup();
    Ok(items)
}

/// Those that can be shown, with their reasons; one reading of items and one of promises for the whole list.
async fn shown(
    scope: &Scope,
    found: Vec<(Suggestion, Option<String>)>,
    about: &About,
    most: usize,
) -> Attempt<Vec<Recommendation>> {
    let from = |s: &Suggestion| match &s.reason {
        Reason::BoughtWith(item) | Reason::SeenWith(item) => Some(*item),
        _ => None,
    };
    let ids: Vec<ItemId> = found.iter().flat_map(|(s, _)| [Some(s.item), from(s)]).flatten().collect();
    let items = scope.loaders.items(&ids).await?;
    let items: HashMap<ItemId, Arc<items::Item>> =
        items.into_iter().filter(|i| !i.withdrawn).map(|i| (i.id, i)).collect();
    let tree = scope.shop.items.tree().await?;
    let within = |item: &items::Item| match about {
        About::Viewer(Some(category)) => {
            item.category == *category || tree.descendants(*category).contains(&item.category)
        }
        _ => true,
    };
    let to = scope.deliver_to(None).await?;
    let mut told = Vec::new();
    for (suggestion, model_version) in found {
        let Some(item) = items.get(&suggestion.item).filter(|i| within(i)) else { continue };
        if let Some(to) = to {
            let all: Vec<_> = item.variants.iter().map(|v| goods(item, v.id)).collect();
            let answers = scope.loaders.deliveries(&all, to).await?;
            if !answers.iter().any(|d| matches!(**d, Delivery::Deliverable { .. })) {
                continue;
            }
        }
        let reason = reason(&suggestion.reason, from(&suggestion).and_then(|id| items.get(&id)));
        told.push(Recommendation { item: Item(Arc::clone(item)), reason, score: suggestion.score, model_version });
        if told.len() == most {
            break;
        }
    }
    Ok(told)
}

fn reason(reason: &Reason, from: Option<&Arc<items::Item>>) -> String {
    match (reason, from) {
        (Reason::BoughtWith(_), Some(from)) => format!("Bought together with {}", from.title),
        (Reason::BoughtWith(_), None) => "Bought together".to_owned(),
        (Reason::SeenWith(_), Some(from)) => format!("Shoppers who looked at {} looked at this too", from.title),
        (Reason::SeenWith(_), None) => "Shoppers looked at this too".to_owned(),
        (Reason::SearchedFor(words), _) => format!("You searched for “{words}”"),
        (Reason::BoughtBefore, _) => "You bought this before".to_owned(),
        (Reason::Popular, _) => "Popular in the shop now".to_owned(),
    }
}
