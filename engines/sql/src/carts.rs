//! Carts. A change locks the owner's cart row first, reads its lines, applies the rules in memory and writes the
//! difference, so two tabs never lose each other's lines.

use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    carts::{
        Cart, CartChange, CartLine, Changed,
        ports::{Applied, CartStore, KeyReused, MoveId},
        service::empty,
    },
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::{CartsEvent, NewEvent},
        ids::{CartLineId, GuestId, ShopperId, VariantId},
        limits::{CART_LINES_MAX, QUANTITY_MAX},
        money::Money,
    },
};

use crate::{Db, Tx, args, value::Row};

const LINES: &str = "SELECT id, variant, quantity, price_minor, currency, added_at FROM cart_lines WHERE owner = ?
                     ORDER BY added_at DESC, id DESC";
const MOVE: &str = "SELECT input_hash, outcomes FROM cart_moves WHERE owner = ? AND move_key = ?";
/// How long a key is remembered: longer than any event or client repeats itself.
const KEYS_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
const CART: &str = "SELECT id, version, updated_at FROM carts WHERE owner = ?";

/// The store of carts.
#[derive(Clone, Debug)]
pub struct SqlCartStore {
    db: Db,
}

impl SqlCartStore {
    /// In a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

fn line_of(row: &Row) -> EngineResult<CartLine> {
    let currency = row.text(4)?.parse().map_err(|_| EngineError::permanent("carts", "a cart line has no currency"))?;
    Ok(CartLine {
        id: row.id(0)?,
        variant: row.id(1)?,
        quantity: row.u32(2)?,
        price_when_added: Money::new(row.int(3)?, currency),
        added_at: row.time(5)?,
    })
}

fn cart_of(owner: Owner, cart: Option<&Row>, lines: &[Row]) -> EngineResult<Cart> {
    let lines = lines.iter().map(line_of).collect::<EngineResult<Vec<_>>>()?;
    match cart {
        Some(row) => Ok(Cart { id: row.id(0)?, version: row.u64(1)?, updated_at: row.time(2)?, lines }),
        None => Ok(Cart { lines, ..empty(owner) }),
    }
}

/// The lines before and after a list of changes; pure but for the ids of new lines.
struct Draft {
    lines: Vec<CartLine>,
    added: Vec<VariantId>,
}

impl Draft {
    fn apply(&mut self, change: &CartChange, new_id: impl FnOnce() -> CartLineId, now: Timestamp) -> Changed {
        match change {
            CartChange::Add(new) => {
                if let Some(line) = self.lines.iter_mut().find(|l| l.variant == new.variant) {
                    let wanted = line.quantity.saturating_add(new.quantity);
                    line.quantity = wanted.min(QUANTITY_MAX);
                    self.added.push(new.variant);
                    return capped(wanted);
                }
                if self.lines.len() >= CART_LINES_MAX {
                    return Changed::Full;
                }
                // Later than every line, also when the clock stands: the order of adding stays the order of the lines.
                let newest = self.lines.iter().map(|l| l.added_at).max().unwrap_or_default();
                let added_at = now.max(newest + Duration::from_micros(1));
                let quantity = new.quantity.min(QUANTITY_MAX);
                let line =
                    CartLine { id: new_id(), variant: new.variant, quantity, price_when_added: new.price, added_at };
                self.lines.push(line);
                self.added.push(new.variant);
                capped(new.quantity)
            }
            CartChange::SetQuantity(id, quantity) => match self.lines.iter().position(|l| l.id == *id) {
                None => Changed::NoSuchLine,
                Some(i) if *quantity == 0 => {
                    self.lines.remove(i);
                    Changed::Done
                }
                Some(i) => {
                    self.lines[i].quantity = (*quantity).min(QUANTITY_MAX);
                    capped(*quantity)
                }
            },
            CartChange::Remove(id) => match self.lines.iter().position(|l| l.id == *id) {
                None => Changed::NoSuchLine,
                Some(i) => {
                    self.lines.remove(i);
                    Changed::Done
                }
            },
            CartChange::Take(variant, quantity) => {
                for line in self.lines.iter_mut().filter(|l| l.variant == *variant) {
                    line.quantity = line.quantity.saturating_sub(*quantity);
                }
                self.lines.retain(|l| l.quantity > 0);
                Changed::Done
            }
        }
    }
}

fn refused(outcome: Changed) -> bool {
    matches!(outcome, Changed::NoSuchLine | Changed::Full)
}

fn capped(wanted: u32) -> Changed {
    if wanted > QUANTITY_MAX { Changed::Capped(QUANTITY_MAX) } else { Changed::Done }
}

async fn load(tx: &mut dyn Tx, owner: Owner) -> EngineResult<Cart> {
    let cart = tx.first(CART, args![owner.uuid()]).await?;
    let lines = tx.query(LINES, args![owner.uuid()]).await?;
    cart_of(owner, cart.as_ref(), &lines)
}

/// Locks the owner's cart row for this transaction, making it if needed, and counts the change.
async fn touch(tx: &mut dyn Tx, owner: Owner, now: Timestamp) -> EngineResult<()> {
    let bump = "UPDATE carts SET version = version + 1, updated_at = ? WHERE owner = ?";
    if tx.execute(bump, args![now, owner.uuid()]).await? == 0 {
        let insert = "INSERT INTO carts (owner, id, version, updated_at) VALUES (?, ?, 1, ?)";
        tx.execute(insert, args![owner.uuid(), empty(owner).id, now]).await?;
    }
    Ok(())
}

async fn write_lines(tx: &mut dyn Tx, owner: Owner, before: &[CartLine], after: &[CartLine]) -> EngineResult<()> {
    for old in before.iter().filter(|o| after.iter().all(|n| n.id != o.id)) {
        tx.execute("DELETE FROM cart_lines WHERE id = ?", args![old.id]).await?;
    }
    for new in after {
        match before.iter().find(|o| o.id == new.id) {
            Some(old) if old == new => {}
            Some(_) => {
                tx.execute("UPDATE cart_lines SET quantity = ? WHERE id = ?", args![new.quantity, new.id]).await?;
            }
            None => {
                let price = new.price_when_added;
                tx.execute(
                    "INSERT INTO cart_lines (id, owner, variant, quantity, price_minor, currency, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    args![new.id, owner.uuid(), new.variant, new.quantity, price.minor, price.currency.code(), new.added_at],
                )
                .await?;
            }
        }
    }
    Ok(())
}

/// Remembers what was done under a key, and forgets the owner's old ones.
async fn remember(
    tx: &mut dyn Tx,
    owner: Owner,
    once: &MoveId,
    outcomes: &[Changed],
    now: Timestamp,
) -> EngineResult<()> {
    tx.execute("DELETE FROM cart_moves WHERE owner = ? AND at < ?", args![owner.uuid(), now - KEYS_KEPT]).await?;
    let told: String = outcomes.iter().map(letter_of).collect();
    tx.execute(
        "INSERT INTO cart_moves (owner, move_key, input_hash, outcomes, at) VALUES (?, ?, ?, ?, ?)",
        args![owner.uuid(), &once.key, &once.input_hash, told, now],
    )
    .await?;
    Ok(())
}

/// Applies changes and tells what they put in; what was only moved here by a merge was told when the guest put it in.
async fn change(
    tx: &mut dyn Tx,
    owner: Owner,
    changes: &[CartChange],
    moved: bool,
    now: Timestamp,
) -> EngineResult<Vec<Changed>> {
    touch(tx, owner, now).await?;
    let before = load(tx, owner).await?.lines;
    let mut draft = Draft { lines: before.clone(), added: Vec::new() };
    let outcomes: Vec<Changed> = changes.iter().map(|c| draft.apply(c, || CartLineId(tx.next_id(now)), now)).collect();
    write_lines(tx, owner, &before, &draft.lines).await?;
    if outcomes.iter().all(|o| refused(*o)) {
        return Ok(outcomes);
    }
    let added = if moved { Vec::new() } else { draft.added };
    tx.emit(now, NewEvent::of(&CartsEvent::CartChanged { owner: owner.uuid(), added })).await?;
    Ok(outcomes)
}

#[async_trait]
impl CartStore for SqlCartStore {
    async fn cart(&self, owner: Owner) -> EngineResult<Option<Cart>> {
        // One statement, so that a cart is read whole while it changes.
        let sql = "SELECT l.id, l.variant, l.quantity, l.price_minor, l.currency, l.added_at, c.id, c.version, c.updated_at
                   FROM carts c LEFT JOIN cart_lines l ON l.owner = c.owner WHERE c.owner = ? ORDER BY l.added_at DESC, l.id DESC";
        let rows = self.db.read("carts", sql, args![owner.uuid()]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.opt_uuid(0)?.is_some() {
                lines.push(line_of(row)?);
            }
        }
        Ok(Some(Cart { id: first.id(6)?, version: first.u64(7)?, updated_at: first.time(8)?, lines }))
    }

    async fn apply(
        &self,
        owner: Owner,
        changes: Vec<CartChange>,
        once: Option<MoveId>,
        now: Timestamp,
    ) -> EngineResult<Result<Applied, KeyReused>> {
        self.db
            .write("carts", move |tx| {
                let (changes, once) = (changes.clone(), once.clone());
                async move {
                    if let Some(once) = &once
                        && let Some(row) = tx.first(MOVE, args![owner.uuid(), &once.key]).await?
                    {
                        if row.text(0)? != once.input_hash {
                            return Ok(Err(KeyReused));
                        }
                        let outcomes = row.text(1)?.chars().map(outcome_of).collect();
                        return Ok(Ok(Applied { cart: load(tx, owner).await?, outcomes, repeated: true }));
                    }
                    let outcomes =
                        if changes.is_empty() { Vec::new() } else { change(tx, owner, &changes, false, now).await? };
                    let nothing_done = !outcomes.is_empty() && outcomes.iter().all(|o| refused(*o));
                    if let Some(once) = once.filter(|_| !nothing_done) {
                        remember(tx, owner, &once, &outcomes, now).await?;
                    }
                    Ok(Ok(Applied { cart: load(tx, owner).await?, outcomes, repeated: false }))
                }
                .boxed()
            })
            .await
    }

    async fn merge(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<()> {
        self.db
            .write("carts", move |tx| {
                async move {
                    let (from, to) = (Owner::Guest(guest), Owner::Shopper(shopper));
                    // Locks the guest's cart, so that what the guest adds meanwhile comes before or after, never between.
                    if tx.execute("UPDATE carts SET version = version + 1 WHERE owner = ?", args![guest]).await? == 0 {
                        return Ok(());
                    }
                    let cart = load(tx, from).await?;
                    // Oldest first, so that the order of adding is kept.
                    let changes: Vec<CartChange> = cart
                        .lines
                        .iter()
                        .rev()
                        .map(|l| {
                            let new = services::carts::NewLine {
                                variant: l.variant,
                                quantity: l.quantity,
                                price: l.price_when_added,
                            };
                            CartChange::Add(new)
                        })
                        .collect();
                    if !changes.is_empty() {
                        change(tx, to, &changes, true, now).await?;
                    }
                    tx.execute("DELETE FROM cart_lines WHERE owner = ?", args![guest]).await?;
                    tx.execute("DELETE FROM carts WHERE owner = ?", args![guest]).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

/// Outcomes are remembered as one letter each.
fn letter_of(outcome: &Changed) -> char {
    match outcome {
        Changed::Done => 'd',
        Changed::Capped(_) => 'c',
        Changed::NoSuchLine => 'n',
        Changed::Full => 'f',
    }
}

fn outcome_of(letter: char) -> Changed {
    match letter {
        'c' => Changed::Capped(QUANTITY_MAX),
        'n' => Changed::NoSuchLine,
        'f' => Changed::Full,
        _ => Changed::Done,
    }
}
