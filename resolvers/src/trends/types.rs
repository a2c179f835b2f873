//! Windows of trends. What is no longer sold is left out, so that a report never leads nowhere.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, SimpleObject, Union};
use services::{
    kernel::{caller::Role, ids::ItemId, limits::PAGE_MAX},
    trends::{self, Entry, Kind, Span, Subject},
};

use crate::{
    context::Scope,
    error::{Attempt, Refused},
    items::{category::Category, types::Item},
    scalars::{DateTime, Long, int},
};

/// How far back a trend looks.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrendWindow {
    /// 30 minutes.
    #[graphql(name = "LAST_30_MINUTES")]
    HalfHour,
    /// One hour.
    #[graphql(name = "LAST_HOUR")]
    Hour,
    /// 24 hours.
    #[graphql(name = "LAST_DAY")]
    Day,
}

/// What a trend counts.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrendKind {
    /// Units bought, by item.
    Bought,
    /// Shoppers who searched, by their words; told from three shoppers on.
    Searched,
    /// Pages opened, by item.
    Viewed,
    /// Put on a wishlist, by item.
    Wishlisted,
    /// Units bought, by district.
    Places,
    /// Operator: money taken, in minor units of INR, by category.
    Revenue,
}

impl From<TrendWindow> for Span {
    fn from(window: TrendWindow) -> Self {
        match window {
            TrendWindow::HalfHour => Self::HalfHour,
            TrendWindow::Hour => Self::Hour,
            TrendWindow::Day => Self::Day,
        }
    }
}

impl From<TrendKind> for Kind {
    fn from(kind: TrendKind) -> Self {
        match kind {
            TrendKind::Bought => Self::Bought,
            TrendKind::Searched => Self::Searched,
            TrendKind::Viewed => Self::Viewed,
            TrendKind::Wishlisted => Self::Wishlisted,
            TrendKind::Places => Self::Places,
            TrendKind::Revenue => Self::Revenue,
        }
    }
}

/// Words that shoppers search for.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchWords {
    /// In lower case.
    pub text: String,
}

/// A district of India.
#[derive(Clone, Debug, SimpleObject)]
pub struct Place {
    /// The district.
    pub district: String,
    /// Its state.
    pub state: String,
}

/// What a trend can be about.
#[derive(Clone, Debug, Union)]
pub enum TrendSubject {
    /// An item.
    Item(Item),
    /// A category.
    Category(Category),
    /// Words.
    Words(SearchWords),
    /// A district.
    Place(Place),
}

/// One line of a trend.
#[derive(Clone, Debug, SimpleObject)]
pub struct TrendEntry {
    /// What it is about.
    pub subject: TrendSubject,
    /// How many.
    pub count: Long,
}

/// What moved in a window.
#[derive(Clone, Debug, SimpleObject)]
pub struct TrendReport {
    /// Most first.
    pub entries: Vec<TrendEntry>,
    /// The window's end: what was counted by then.
    pub as_of: DateTime,
    /// How late an event may arrive and still be counted, in seconds.
    pub lateness_seconds: i32,
    /// Events left out since the counting began because they arrived later than that.
    pub late_count: Long,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How far back.
    pub window: TrendWindow,
    /// What is counted.
    pub kind: TrendKind,
    /// Lines at most.
    pub first: i32,
}

impl TrendReport {
    /// Reads a report that the caller may see.
    pub async fn read(scope: &Scope, wanted: Wanted) -> Attempt<(Vec<Entry>, Self)> {
        let kind = Kind::from(wanted.kind);
        if !kind.is_public() {
            scope.require(Role::Operator)?;
        }
        let first = usize::try_from(wanted.first).ok().filter(|n| (1..=PAGE_MAX).contains(n));
        let first = first.ok_or_else(|| Refused::Argument("first", format!("1 to {PAGE_MAX}")))?;
        let report = scope.shop.trends.report(wanted.window.into(), kind, first).await?;
        Ok((report.entries.clone(), Self::of(scope, report).await?))
    }

    async fn of(scope: &Scope, report: trends::Report) -> Attempt<Self> {
        let item = |e: &Entry| if let Subject::Item(id) = e.subject { Some(id) } else { None };
        let ids: Vec<ItemId> = report.entries.iter().filter_map(item).collect();
        let items = scope.loaders.items(&ids).await?;
        let items: HashMap<ItemId, _> = items.into_iter().filter(|i| !i.withdrawn).map(|i| (i.id, i)).collect();
        let tree = scope.shop.items.tree().await?;
        let subject = |subject: Subject| match subject {
            Subject::Item(id) => items.get(&id).cloned().map(|i| TrendSubject::Item(Item(i))),
            Subject::Category(id) => Category::of(Arc::clone(&tree), id).map(TrendSubject::Category),
            Subject::Words(text) => Some(TrendSubject::Words(SearchWords { text })),
            Subject::Place { district, state } => Some(TrendSubject::Place(Place { district, state })),
        };
        let entry = |e: Entry| Some(TrendEntry { subject: subject(e.subject)?, count: long(e.count) });
        Ok(Self {
            entries: report.entries.into_iter().filter_map(entry).collect(),
            as_of: report.as_of.into(),
            lateness_seconds: int(report.lateness_seconds),
            late_count: long(report.late),
        })
    }
}

fn long(count: u64) -> Long {
    Long(i64::try_from(count).unwrap_or(i64::MAX))
}
