//! The import of a feed: a reader thread parses and groups rows, this side makes categories, saves items in batches of one
//! transaction each, puts stock in place and tells what became of every row. Memory is bounded whatever the feed's length;
//! a feed that is sent again changes nothing, and one that broke off is simply sent again.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    io::{self, Read},
};

use tokio::sync::mpsc;

use super::{
    catalogue::Catalogue,
    grouping::{Grouping, Settled, Unit},
    model::{Import, Progress, Reject, Stock, Summary},
    parse::{self, Offer},
    profile::{Profile, RowsAre},
    rows::{BadRow, Rows},
    source::unpacked,
};
use crate::{
    inventory::{Inventory, Movement, StockMove},
    items::{
        AttributeValue, Image, ItemDraft, Items, VariantDraft, item_id, ports::Saved, rules::LIST_MAX, variant_id,
    },
    kernel::{
        error::EngineError,
        ids::{CategoryId, SupplierId},
    },
};

/// Rows of one transaction.
const BATCH_ROWS: usize = 500;
/// Batches that are parsed ahead.
const BATCHES_AHEAD: usize = 2;
/// Stock movements of one transaction.
const MOVES_PER_BATCH: usize = 500;

/// Why an import stopped. What was saved before stays; the same feed may be sent again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The feed cannot be read (further).
    #[error("the feed cannot be read: {0}")]
    Feed(#[from] io::Error),
    /// A store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The categories that the feed needs are refused.
    #[error("the feed's categories are refused: {0}")]
    Categories(String),
}

/// Reads a feed to its end. `progress` hears of each refused row and, after each batch, of the counts so far.
///
/// # Errors
/// When the feed cannot be read, is not of the profile, or a store fails.
pub async fn import(
    reader: impl Read + Send + 'static,
    import: Import,
    items: &Items,
    inventory: &Inventory,
    mut progress: impl FnMut(Progress),
) -> Result<Summary, ImportError> {
    let (sender, mut batches) = mpsc::channel(BATCHES_AHEAD);
    let profile = import.profile.clone();
    let parsing = tokio::task::spawn_blocking(move || parse_all(reader, &profile, &sender));
    let mut saver = Saver {
        catalogue: Catalogue::new(&items.tree().await?),
        import,
        items,
        inventory,
        summary: Summary::default(),
    };
    while let Some(batch) = batches.recv().await {
        saver.save(batch, &mut progress).await?;
    }
    parsing.await.map_err(|e| io::Error::other(format!("the reader stopped: {e}")))??;
    Ok(saver.summary)
}

/// What the reader hands over.
#[derive(Default)]
struct Batch {
    units: Vec<Unit>,
    /// Branches of the tree, with their line.
    branches: Vec<Vec<String>>,
    rejects: Vec<Reject>,
    /// Rows read for it.
    rows: u64,
    /// Rows among its units.
    pending: usize,
}

fn parse_all(reader: impl Read + Send + 'static, profile: &Profile, out: &mpsc::Sender<Batch>) -> io::Result<()> {
    let mut rows = Rows::open(unpacked(reader)?, profile.format, &profile.required_columns())?;
    let mut parser = Parser {
        profile,
        grouping: Grouping::new(profile.variants.as_ref().map_or(0, |v| v.window)),
        seen: Seen::default(),
        batch: Batch::default(),
    };
    while let Some(row) = rows.next_row()? {
        parser.batch.rows += 1;
        match row {
            Ok((line, row)) => parser.take(&row, line),
            Err(bad) => parser.refuse(bad, String::new()),
        }
        if parser.batch.pending.max(parser.batch.rejects.len()).max(parser.batch.branches.len()) >= BATCH_ROWS {
            // Nobody listens any more: the saver has failed and tells why.
            if out.blocking_send(std::mem::take(&mut parser.batch)).is_err() {
                return Ok(());
            }
        }
    }
    let settled = parser.grouping.finish();
    parser.settled(settled);
    let _ = out.blocking_send(parser.batch);
    Ok(())
}

struct Parser<'a> {
    profile: &'a Profile,
    grouping: Grouping,
    seen: Seen,
    batch: Batch,
}

/// Keys met in this feed, as hashes: the second row of a key would undo the first, and do so again with every import.
#[derive(Default)]
struct Seen {
    keys: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    fn is_new(&mut self, key: &str) -> bool {
        self.keys.insert(self.hasher.hash_one(key))
    }
}

impl Parser<'_> {
    fn take(&mut self, row: &super::rows::Row, line: u64) {
        if self.profile.rows == RowsAre::Categories {
            self.batch.branches.push(parse::category(row, &self.profile.category));
            return;
        }
        match parse::offer(row, line, self.profile) {
            Ok(offer) if !self.seen.is_new(&offer.key) => {
                let reason = "an earlier row of the feed has the same key".to_owned();
                self.refuse(BadRow { line, reason }, offer.key);
            }
            Ok(offer) => {
                let settled = self.grouping.take(offer);
                self.settled(settled);
            }
            Err(reason) => {
                let key = self.profile.columns.key.iter().find_map(|column| row.text(column)).unwrap_or_default();
                self.refuse(BadRow { line, reason }, key);
            }
        }
    }

    fn settled(&mut self, settled: Vec<Settled>) {
        for settled in settled {
            match settled {
                Settled::Unit(unit) => {
                    self.batch.pending += 1 + unit.parts.len();
                    self.batch.units.push(*unit);
                }
                Settled::Refused(bad, key) => self.refuse(bad, key),
            }
        }
    }

    fn refuse(&mut self, bad: BadRow, key: String) {
        self.batch.rejects.push(Reject { line: bad.line, key, reason: bad.reason });
    }
}

struct Saver<'a> {
    catalogue: Catalogue,
    import: Import,
    items: &'a Items,
    inventory: &'a Inventory,
    summary: Summary,
}

impl Saver<'_> {
    async fn save(&mut self, batch: Batch, progress: &mut impl FnMut(Progress)) -> Result<(), ImportError> {
        self.summary.rows += batch.rows;
        for reject in batch.rejects {
            self.reject(reject, progress);
        }
        for path in &batch.branches {
            self.catalogue.place(path);
            self.summary.accepted += 1;
        }
        let drafts: Vec<ItemDraft> = batch.units.iter().map(|unit| self.draft(unit)).collect();
        self.save_categories().await?;
        let moves = self.moves(&batch.units, &drafts);
        let outcomes = self.items.save(drafts).await?;
        let mut refused = HashSet::new();
        for (unit, outcome) in batch.units.iter().zip(outcomes) {
            match outcome {
                Ok((_, saved)) => self.accept(unit, &saved),
                Err(crate::items::Error::Engine(error)) => return Err(error.into()),
                Err(error) => {
                    refused.insert(item_id(self.import.supplier, &unit.item.key));
                    for (line, key) in unit.rows() {
                        self.reject(Reject { line, key: key.to_owned(), reason: error.to_string() }, progress);
                    }
                }
            }
        }
        let moves: Vec<StockMove> = moves.into_iter().filter(|m| !refused.contains(&m.item)).collect();
        for moves in moves.chunks(MOVES_PER_BATCH) {
            self.inventory.apply(moves.to_vec()).await?;
        }
        progress(Progress::Rows(self.summary.clone()));
        Ok(())
    }

    fn reject(&mut self, reject: Reject, progress: &mut impl FnMut(Progress)) {
        self.summary.rejected += 1;
        progress(Progress::Rejected(reject));
    }

    fn accept(&mut self, unit: &Unit, saved: &Saved) {
        self.summary.accepted += 1 + unit.parts.len() as u64;
        match saved {
            Saved::Created => self.summary.created += 1,
            Saved::Updated => self.summary.updated += 1,
            Saved::Stale { .. } | Saved::SkuTaken { .. } => self.summary.unchanged += 1,
        }
    }

    async fn save_categories(&mut self) -> Result<(), ImportError> {
        let changed = self.catalogue.take_changed();
        if changed.is_empty() {
            return Ok(());
        }
        match self.items.save_categories(changed).await {
            Ok(saved) => {
                self.summary.categories += saved.len() as u64;
                Ok(())
            }
            Err(crate::items::Error::Engine(error)) => Err(error.into()),
            Err(refused) => Err(ImportError::Categories(refused.to_string())),
        }
    }

    fn draft(&mut self, unit: &Unit) -> ItemDraft {
        let offer = &unit.item;
        let profile = &self.import.profile;
        let place = self.catalogue.place(&offer.category).or_else(|| self.catalogue.place(&profile.category.default));
        // A profile always names a default category, so there is a place.
        let category = place.unwrap_or(CategoryId(uuid::Uuid::nil()));
        let with_options = Offer { attributes: self.attributes(unit), ..offer.clone() };
        ItemDraft {
            supplier: self.import.supplier,
            external_id: offer.key.clone(),
            version: None,
            category,
            title: offer.title.clone(),
            brand: offer.brand.clone(),
            description: offer.description.clone(),
            images: images(unit),
            rating: offer.rating,
            attributes: self.catalogue.define(&with_options, category, &self.import.profile.attributes),
            handling: offer.handling,
            variants: variants(unit),
        }
    }

    /// The item's own attributes and, when the profile says so, its variants' options as lists.
    fn attributes(&self, unit: &Unit) -> Vec<super::attributes::RawAttribute> {
        let mut out = unit.item.attributes.clone();
        if !self.import.profile.variants.as_ref().is_some_and(|v| v.options_are_attributes) {
            return out;
        }
        let mut lists: Vec<(&str, Vec<String>)> = Vec::new();
        for option in unit.parts.iter().flat_map(|(name, _)| &name.options) {
            let at = lists.iter().position(|(name, _)| *name == option.name).unwrap_or_else(|| {
                lists.push((&option.name, Vec::new()));
                lists.len() - 1
            });
            let values = &mut lists[at].1;
            if values.len() < LIST_MAX && !values.contains(&option.value) {
                values.push(option.value.clone());
            }
        }
        let lists = lists.into_iter();
        out.extend(
            lists.filter_map(|(name, values)| super::attributes::RawAttribute::new(name, AttributeValue::List(values))),
        );
        out
    }

    /// What comes in stock with a batch; the cause is the same every time, so that it comes once.
    fn moves(&self, units: &[Unit], drafts: &[ItemDraft]) -> Vec<StockMove> {
        let Some(stock) = &self.import.stock else { return Vec::new() };
        let mut out = Vec::new();
        for (unit, draft) in units.iter().zip(drafts) {
            let offers: Vec<&Offer> =
                if unit.parts.is_empty() { vec![&unit.item] } else { unit.parts.iter().map(|(_, p)| p).collect() };
            for (offer, variant) in offers.into_iter().zip(&draft.variants) {
                out.extend(receipts(stock, offer, variant, draft));
            }
        }
        out
    }
}

fn receipts(stock: &Stock, offer: &Offer, variant: &VariantDraft, draft: &ItemDraft) -> Vec<StockMove> {
    let quantity = i64::from(stock.quantity.or(offer.stock).unwrap_or(0));
    let receipt = |warehouse: &String| StockMove {
        variant: variant_id(draft.supplier, &variant.sku),
        item: item_id(draft.supplier, &draft.external_id),
        warehouse: warehouse.clone(),
        movement: Movement::Received,
        quantity,
        cause: "first import".to_owned(),
    };
    let in_bounds = (1..=crate::inventory::rules::MOVE_MAX).contains(&quantity);
    stock.warehouses.iter().filter(|_| in_bounds).map(receipt).collect()
}

fn images(unit: &Unit) -> Vec<Image> {
    let image = |url: &String| Image { url: url.clone(), alt: unit.item.title.clone(), width: None, height: None };
    unit.item.images.iter().map(image).collect()
}

fn variants(unit: &Unit) -> Vec<VariantDraft> {
    let variant = |offer: &Offer, options| VariantDraft {
        sku: offer.sku.clone(),
        options,
        price: offer.price,
        list_price: offer.list_price,
    };
    if unit.parts.is_empty() {
        return vec![variant(&unit.item, Vec::new())];
    }
    unit.parts.iter().map(|(name, offer)| variant(offer, name.options.clone())).collect()
}

/// The id of a supplier by its name, whatever the case.
pub fn supplier_named(name: &str) -> SupplierId {
    SupplierId(crate::kernel::ids::named("supplier", SupplierId(uuid::Uuid::nil()), &name.trim().to_lowercase()))
}
