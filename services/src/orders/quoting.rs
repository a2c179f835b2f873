//! Drawing up a quote: prices, charges, and from where and by when each line arrives, frozen under one expiry.

use std::{collections::HashMap, sync::Arc};

use super::{
    allocation,
    charges::{self, Charged},
    error::Error,
    model::{Obstacle, Quote, QuoteLine, WantedLine},
    service::Orders,
};
use crate::{
    items::Item,
    kernel::{
        caller::Owner,
        clock::Timestamp,
        ids::{ItemId, OrderId, QuoteId, VariantId},
        limits::{CART_LINES_MAX, QUANTITY_MAX},
        money::{Money, MoneyError},
        pincodes::Pincode,
    },
    serviceability::{Delivery, Goods, NotDeliverableReason, Promise},
    users::{PostalAddress, rules::check_postal, rules::normal_email},
};

/// What is asked to be quoted.
pub(super) struct Wanted {
    pub owner: Owner,
    pub lines: Vec<WantedLine>,
    pub from_cart: bool,
    pub address: PostalAddress,
    pub email: Option<String>,
    pub retry_of: Option<OrderId>,
}

/// A variant of an item that is sold, with what was asked of it.
struct Wish {
    /// Position in the input of its first mention.
    line: usize,
    variant: VariantId,
    quantity: u32,
    item: Arc<Item>,
    price: Money,
}

impl Wish {
    fn goods(&self) -> Goods {
        Goods { variant: self.variant, handling: self.item.handling, quantity: self.quantity }
    }
}

impl Orders {
    /// Draws up a quote without keeping it. Everything that stands in the way is listed.
    pub(super) async fn draw_up(&self, wanted: Wanted) -> Result<Quote, Error> {
        let now = self.now();
        let expires_at = now + self.settings.quote_ttl;
        let mut obstacles = Vec::new();
        let email = self.email_of(&wanted, &mut obstacles).await?;
        if let Err(problems) = check_postal(&wanted.address) {
            obstacles.extend(problems.into_iter().map(|(field, message)| Obstacle::Address { field, message }));
        }
        let lines = merged(&wanted.lines, &mut obstacles);
        let wishes = self.wishes(lines, &mut obstacles).await?;
        let allocated = if wishes.is_empty() {
            Vec::new()
        } else {
            self.allocate(&wishes, wanted.address.pincode, expires_at, &mut obstacles).await?
        };
        if !obstacles.is_empty() {
            return Err(Error::Obstacles(obstacles));
        }
        let lines = quoted(&wishes, &allocated).map_err(too_large)?;
        let charged: Vec<Charged<'_>> = lines.iter().map(Charged::of).collect();
        let delivery = self.settings.charges.delivery(&charged).map_err(too_large)?;
        let charges: Vec<_> = delivery.into_iter().collect();
        let subtotal = charges::subtotal(&charged).map_err(too_large)?;
        let total = charges::total(subtotal, &charges).map_err(too_large)?;
        if total.minor > self.settings.charges.total_max.minor {
            return Err(too_large(MoneyError::TooLarge));
        }
        Ok(Quote {
            id: QuoteId(self.parts.ids.next(now)),
            owner: wanted.owner,
            expires_at,
            address: wanted.address,
            email,
            lines,
            charges,
            total,
            from_cart: wanted.from_cart,
            retry_of: wanted.retry_of,
        })
    }

    /// Where mail goes: as given, else the account's. A guest must give one.
    async fn email_of(&self, wanted: &Wanted, obstacles: &mut Vec<Obstacle>) -> Result<Option<String>, Error> {
        let problem = |message: &str| Obstacle::Address { field: "email", message: message.into() };
        match (&wanted.email, wanted.owner) {
            (Some(given), _) => {
                let email = normal_email(given);
                if email.is_none() {
                    obstacles.push(problem("it is not an e-mail address: write it like name@example.org"));
                }
                Ok(email)
            }
            (None, Owner::Shopper(id)) => Ok(self.parts.users.shopper(id).await?.map(|s| s.email.clone())),
            (None, Owner::Guest(_)) => {
                obstacles.push(problem("a guest's order needs an e-mail address: add one to the address"));
                Ok(None)
            }
        }
    }

    /// The items behind the lines; those that are gone become obstacles.
    async fn wishes(&self, lines: Vec<(usize, WantedLine)>, obstacles: &mut Vec<Obstacle>) -> Result<Vec<Wish>, Error> {
        let variants: Vec<VariantId> = lines.iter().map(|(_, l)| l.variant).collect();
        if variants.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.parts.items.items_of_variants(&variants).await?;
        let mut wishes = Vec::with_capacity(lines.len());
        for (line, WantedLine { variant, quantity }) in lines {
            let item = items.get(&variant).filter(|i| !i.withdrawn);
            match item.and_then(|i| Some((i, i.variant(variant)?.price))) {
                Some((item, price)) => wishes.push(Wish { line, variant, quantity, item: Arc::clone(item), price }),
                None => obstacles.push(Obstacle::Gone { line, variant }),
            }
        }
        Ok(wishes)
    }

    /// The promise of each line; lines without one become obstacles.
    async fn allocate(
        &self,
        wishes: &[Wish],
        to: Pincode,
        paid_at: Timestamp,
        obstacles: &mut Vec<Obstacle>,
    ) -> Result<Vec<Promise>, Error> {
        let goods: Vec<Goods> = wishes.iter().map(Wish::goods).collect();
        let promises = self.parts.serviceability.from_warehouses(&goods, to, paid_at).await?;
        let allocated: Vec<Option<Promise>> = allocation::allocate(&promises).into_iter().map(|p| p.cloned()).collect();
        let without: Vec<&Wish> = wishes.iter().zip(&allocated).filter(|(_, p)| p.is_none()).map(|(w, _)| w).collect();
        if !without.is_empty() {
            obstacles.extend(self.why_not(&without, to, paid_at).await?);
        }
        Ok(allocated.into_iter().flatten().collect())
    }

    /// Why lines cannot be brought: too few units in reach, or no way to the address.
    async fn why_not(&self, wishes: &[&Wish], to: Pincode, paid_at: Timestamp) -> Result<Vec<Obstacle>, Error> {
        let goods: Vec<Goods> = wishes.iter().map(|w| w.goods()).collect();
        let single: Vec<Goods> = goods.iter().map(|g| Goods { quantity: 1, ..*g }).collect();
        let reasons = self.parts.serviceability.deliveries_at(&goods, to, paid_at).await?;
        let reaching = self.parts.serviceability.from_warehouses(&single, to, paid_at).await?;
        let variants: Vec<VariantId> = wishes.iter().map(|w| w.variant).collect();
        let levels = self.parts.inventory.levels(&variants).await?;
        let mut obstacles = Vec::with_capacity(wishes.len());
        for ((wish, reason), reach) in wishes.iter().zip(reasons).zip(reaching) {
            let (line, variant) = (wish.line, wish.variant);
            let stock = levels.get(&variant).map_or(&[][..], Vec::as_slice);
            let from = |p: &Promise| stock.iter().find(|l| l.warehouse == p.warehouse).map_or(0, |l| l.available);
            let available = reach.iter().map(from).max().unwrap_or(0);
            let sold_out = stock.iter().all(|l| l.available == 0);
            obstacles.push(match reason {
                Delivery::NotDeliverable { reason, .. }
                    if reason != NotDeliverableReason::NoStockInReach || (available == 0 && !sold_out) =>
                {
                    Obstacle::NotDeliverable { line, variant, reason }
                }
                // Too few in one warehouse; or there was enough just now and somebody was quicker.
                _ => Obstacle::InsufficientStock { line, variant, available },
            });
        }
        Ok(obstacles)
    }
}

/// Lines of one variant counted together, at the position of the first; lines of impossible quantity become obstacles.
fn merged(lines: &[WantedLine], obstacles: &mut Vec<Obstacle>) -> Vec<(usize, WantedLine)> {
    if lines.is_empty() {
        obstacles.push(Obstacle::Empty);
    }
    let mut together: Vec<(usize, VariantId, u64)> = Vec::new();
    let mut places: HashMap<VariantId, usize> = HashMap::new();
    for (position, line) in lines.iter().enumerate().take(CART_LINES_MAX) {
        if line.quantity == 0 {
            obstacles.push(Obstacle::Quantity { line: position, quantity: 0 });
            continue;
        }
        let place = *places.entry(line.variant).or_insert_with(|| {
            together.push((position, line.variant, 0));
            together.len() - 1
        });
        together[place].2 += u64::from(line.quantity);
    }
    let mut kept = Vec::with_capacity(together.len());
    for (position, variant, quantity) in together {
        match u32::try_from(quantity) {
            Ok(quantity) if quantity <= QUANTITY_MAX => kept.push((position, WantedLine { variant, quantity })),
            _ => {
                let quantity = i64::try_from(quantity).unwrap_or(i64::MAX);
                obstacles.push(Obstacle::Quantity { line: position, quantity });
            }
        }
    }
    kept
}

fn quoted(wishes: &[Wish], allocated: &[Promise]) -> Result<Vec<QuoteLine>, MoneyError> {
    wishes.iter().zip(allocated).map(|(wish, promise)| quoted_line(wish, promise)).collect()
}

fn quoted_line(wish: &Wish, promise: &Promise) -> Result<QuoteLine, MoneyError> {
    let item: ItemId = wish.item.id;
    let title = wish.item.variant(wish.variant).map_or_else(|| wish.item.title.clone(), |v| wish.item.variant_title(v));
    Ok(QuoteLine {
        variant: wish.variant,
        item,
        title,
        handling: wish.item.handling,
        quantity: wish.quantity,
        unit_price: wish.price,
        total: wish.price.times(wish.quantity)?,
        promised_by: promise.promised_by,
        warehouse: promise.warehouse.clone(),
        courier: promise.courier.clone(),
        delivery: promise.charge,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`, which hands the error over")]
fn too_large(e: MoneyError) -> Error {
    Error::Invalid { field: "lines", message: format!("{e}: order less at a time") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn line(v: u128, quantity: u32) -> WantedLine {
        WantedLine { variant: VariantId(Uuid::from_u128(v)), quantity }
    }

    #[test]
    fn duplicate_variants_count_together() {
        let mut obstacles = Vec::new();
        let lines = merged(&[line(1, 2), line(2, 1), line(1, 3)], &mut obstacles);
        assert_eq!(lines, [(0, line(1, 5)), (1, line(2, 1))]);
        assert!(obstacles.is_empty());
    }

    #[test]
    fn impossible_quantities_are_named_by_their_line() {
        let mut obstacles = Vec::new();
        let lines =
            merged(&[line(1, 0), line(2, 60), line(2, 60), line(3, u32::MAX), line(3, u32::MAX)], &mut obstacles);
        assert!(lines.is_empty());
        let expected = [
            Obstacle::Quantity { line: 0, quantity: 0 },
            Obstacle::Quantity { line: 1, quantity: 120 },
            Obstacle::Quantity { line: 3, quantity: 2 * i64::from(u32::MAX) },
        ];
        assert_eq!(obstacles, expected);
        let mut nothing = Vec::new();
        merged(&[], &mut nothing);
        assert_eq!(nothing, [Obstacle::Empty]);
    }
}
