//! Walks over the books, page by page, and reads again what looks wrong.

use std::collections::HashSet;

use super::{
    checks,
    model::{Finding, StockBook},
    ports::BooksStore,
};
use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{LedgerId, OrderId, OrderLineId},
};

/// Rows of one page.
const PAGE: usize = 200;
/// Findings after which the walk ends: more would not help anybody.
const FINDINGS_MAX: usize = 1_000;
/// How often what looks wrong is read again before it is reported.
const LOOKS: usize = 3;

/// What was compared, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// When it began.
    pub as_of: Timestamp,
    /// Orders compared.
    pub orders: u64,
    /// Stock levels compared.
    pub levels: u64,
    /// Where the books differ, by rule; empty is good.
    pub findings: Vec<Finding>,
}

/// Where the books differ; empty is good.
///
/// # Errors
/// A failed store.
pub async fn verify(books: &dyn BooksStore, now: Timestamp) -> EngineResult<Vec<Finding>> {
    Ok(verify_counted(books, now).await?.findings)
}

/// The same, with how much was compared.
///
/// # Errors
/// A failed store.
pub async fn verify_counted(books: &dyn BooksStore, now: Timestamp) -> EngineResult<Verified> {
    let mut done = Verified { as_of: now, orders: 0, levels: 0, findings: Vec::new() };
    levels(books, &mut done).await?;
    orders(books, &mut done).await?;
    strays(books, &mut done).await?;
    done.findings.sort();
    done.findings.truncate(FINDINGS_MAX);
    Ok(done)
}

async fn levels(books: &dyn BooksStore, done: &mut Verified) -> EngineResult<()> {
    let mut after = None;
    while done.findings.len() < FINDINGS_MAX {
        let page = books.stock(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.variant, last.warehouse.clone()));
        done.levels += page.len() as u64;
        for book in &page {
            done.findings.extend(level(books, book).await?);
        }
    }
    for (variant, warehouse) in books.without_level(PAGE).await? {
        let book = books.stock_of(variant, &warehouse).await?;
        done.findings.extend(level(books, &book).await?);
    }
    Ok(())
}

async fn level(books: &dyn BooksStore, book: &StockBook) -> EngineResult<Vec<Finding>> {
    let mut findings = checks::stock(book);
    for _ in 1..LOOKS {
        if findings.is_empty() {
            break;
        }
        let again = checks::stock(&books.stock_of(book.variant, &book.warehouse).await?);
        findings.retain(|f| again.contains(f));
    }
    Ok(findings)
}

async fn orders(books: &dyn BooksStore, done: &mut Verified) -> EngineResult<()> {
    let mut after: Option<OrderId> = None;
    while done.findings.len() < FINDINGS_MAX {
        let ids = books.orders(after, PAGE).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        done.orders += ids.len() as u64;
        // A document never changes after its order was let go, so one look is enough.
        let wrong = books.wrong_documents(&ids).await?;
        done.findings.extend(wrong.into_iter().map(|(id, message)| Finding {
            rule: "I11",
            subject: format!("order {id}"),
            message,
        }));
        let mut suspects = ids;
        let mut findings: Option<HashSet<Finding>> = None;
        for _ in 0..LOOKS {
            let mut seen = HashSet::new();
            let mut wrong = Vec::new();
            for book in books.orders_by_ids(&suspects).await? {
                let found = checks::order(&book);
                if !found.is_empty() {
                    wrong.push(book.order.id);
                    seen.extend(found);
                }
            }
            // Only what was wrong in the same way at every look is a drift.
            findings =
                Some(findings.map_or_else(|| seen.clone(), |before| before.intersection(&seen).cloned().collect()));
            suspects = wrong;
            if suspects.is_empty() {
                break;
            }
        }
        done.findings.extend(findings.unwrap_or_default());
    }
    Ok(())
}

/// Stock that is held for lines that were never written.
async fn strays(books: &dyn BooksStore, done: &mut Verified) -> EngineResult<()> {
    let mut after: Option<LedgerId> = None;
    while done.findings.len() < FINDINGS_MAX {
        let page = books.holds(after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        let wanted: Vec<OrderLineId> = page.iter().map(|(_, line)| *line).collect();
        // A line is written in the transaction that holds its stock, so it is there whenever its ledger row is.
        let there: HashSet<OrderLineId> = books.lines(&wanted).await?.into_iter().collect();
        let stray = wanted.iter().filter(|line| !there.contains(line));
        done.findings.extend(stray.map(|line| Finding {
            rule: "I12",
            subject: format!("line {line}"),
            message: "stock was held for a line that is not there".into(),
        }));
    }
    Ok(())
}
