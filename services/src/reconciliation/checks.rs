//! The rules, pure: from a page of the books to what is wrong with it.

use super::model::{Finding, OrderBook, StockBook};
use crate::{
    inventory::Movement,
    kernel::money::Money,
    orders::{
        Order, OrderLine, OrderState, OrderStep, ReturnLine, ReturnState, charges,
        returns::{self, Share},
        states,
    },
    payments::PaymentMethod,
};

struct Findings {
    subject: String,
    found: Vec<Finding>,
}

impl Findings {
    fn expect(&mut self, rule: &'static str, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            self.found.push(Finding { rule, subject: self.subject.clone(), message: message() });
        }
    }
}

/// I1 and I2.
pub(super) fn stock(book: &StockBook) -> Vec<Finding> {
    let subject = format!("stock of {} in {}", book.variant, book.warehouse);
    let mut f = Findings { subject, found: Vec::new() };
    let level = book.level.unwrap_or_default();
    f.expect("I1", level == book.ledger, || {
        format!("the ledger says (available, reserved, sold) {:?}, the level says {:?}", book.ledger, book.level)
    });
    f.expect("I1", level.0 >= 0 && level.1 >= 0 && level.2 >= 0, || format!("negative units: {level:?}"));
    f.expect("I2", level.1 == book.held, || format!("unpaid orders hold {}, reserved says {}", book.held, level.1));
    f.expect("I2", level.2 == book.sold, || format!("paid lines have {}, sold says {}", book.sold, level.2));
    f.found
}

/// I3, I4, I5, I12, I13 and I14.
pub(super) fn order(book: &OrderBook) -> Vec<Finding> {
    let mut f = Findings { subject: format!("order {}", book.order.number), found: Vec::new() };
    history(book, &mut f);
    line_stock(book, &mut f);
    sent_back(book, &mut f);
    money(book, &mut f);
    sums(&book.order, &mut f);
    f.found
}

fn history(book: &OrderBook, f: &mut Findings) {
    let (order, events) = (&book.order, &book.events);
    let numbered = events.iter().map(|e| e.sequence).eq(1..=order.sequence);
    f.expect("I3", numbered, || format!("{} events do not count 1 to {}", events.len(), order.sequence));
    f.expect("I3", events.is_sorted_by_key(|e| e.at), || "the history is not in order of time".into());
    let count = |step: OrderStep| events.iter().filter(|e| e.step == step).count();
    for step in [OrderStep::Created, OrderStep::Placed, OrderStep::Failed, OrderStep::Expired] {
        f.expect("I3", count(step) <= 1, || format!("{step:?} happened {} times", count(step)));
    }
    let fates = count(OrderStep::Placed) + count(OrderStep::Failed) + count(OrderStep::Expired);
    let expected =
        usize::from(order.state != OrderState::Created && !(fates == 0 && order.state == OrderState::Cancelled));
    f.expect("I3", fates == expected, || format!("{} has {fates} fates", states::name(order.state)));
    let last = events.last().map(|e| e.state);
    f.expect("I3", last == Some(order.state), || {
        format!("the history ends at {last:?}, the order at {:?}", order.state)
    });
    let lines = states::of_lines(order.lines.iter().map(|l| l.state));
    f.expect("I3", lines == order.state, || format!("the lines stand at {lines:?}, the order at {:?}", order.state));
    let awaiting = order.pay_by.is_some() == (order.state == OrderState::Created);
    f.expect("I3", awaiting, || format!("{:?} with a deadline {:?}", order.state, order.pay_by));
}

/// Units of a line that a movement moved.
fn moved(book: &OrderBook, line: &OrderLine, movement: Movement) -> (usize, i64) {
    let cause = format!("line:{}", line.id);
    let of_line = |c: &str| c.strip_prefix(&cause).is_some_and(|part| part.is_empty() || part.starts_with(':'));
    let rows = book.ledger.iter().filter(|r| r.movement == movement && of_line(&r.cause));
    rows.fold((0, 0), |(n, units), r| (n + 1, units + r.quantity))
}

fn line_stock(book: &OrderBook, f: &mut Findings) {
    let placed = book.events.iter().any(|e| e.step == OrderStep::Placed);
    for line in &book.order.lines {
        let units = i64::from(line.quantity);
        let once = |yes: bool| if yes { (1, units) } else { (0, 0) };
        let held = moved(book, line, Movement::Reserved);
        f.expect("I12", held == once(true), || format!("line {} holds {held:?}, not one time {units}", line.id));
        let sold = moved(book, line, Movement::Sold);
        f.expect("I4", sold == once(placed), || format!("line {} was sold {sold:?}", line.id));
        let ended = states::is_dead(line.state);
        let released = moved(book, line, Movement::Released);
        f.expect("I4", released == once(ended && !placed), || {
            format!("{:?} line {} was released {released:?}", line.state, line.id)
        });
        let restocked = moved(book, line, Movement::Restocked);
        // A binary that knew only whole lines called them off without counting units.
        let called_off = if ended && line.cancelled == 0 { line.quantity } else { line.cancelled };
        let expected = if placed { i64::from(called_off) } else { 0 };
        f.expect("I4", restocked.1 == expected && (expected > 0) == (restocked.0 > 0), || {
            format!("{:?} line {} was restocked {restocked:?}", line.state, line.id)
        });
    }
}

/// What came back, against the stock and the refunds of returns.
fn sent_back(book: &OrderBook, f: &mut Findings) {
    let order = &book.order;
    for line in &order.lines {
        let of = |units: fn(&ReturnLine) -> u32, open: bool| -> i64 {
            let counted = order.returns.iter().filter(|r| r.state.is_open() == open).flat_map(|r| &r.lines);
            counted.filter(|l| l.line == line.id).map(|l| i64::from(units(l))).sum()
        };
        let (fit, broken) = (moved(book, line, Movement::Returned).1, moved(book, line, Movement::ReturnedBroken).1);
        f.expect("I4", fit + broken == i64::from(line.returned), || {
            format!("{:?} line {} was returned {fit} fit and {broken} broken", line.state, line.id)
        });
        let decided = (of(|l| l.restocked, false), of(|l| l.written_off, false));
        f.expect("I14", (fit, broken) == decided, || {
            format!("line {}: returns took back {decided:?}, the stock says {:?}", line.id, (fit, broken))
        });
        let coming = of(|l| l.quantity, true);
        f.expect("I14", coming == i64::from(line.coming_back), || {
            format!("line {}: open returns have {coming}, the line says {}", line.id, line.coming_back)
        });
        let counted = u64::from(line.cancelled) + u64::from(line.coming_back) + u64::from(line.returned);
        f.expect("I14", counted <= u64::from(line.quantity), || {
            format!("line {}: {counted} of {} were called off or sent back", line.id, line.quantity)
        });
        let ended = (line.state == OrderState::Returned)
            == (line.returned > 0 && line.live() == 0 && { line.cancelled + line.returned == line.quantity });
        f.expect("I14", ended, || format!("{:?} line {} with {} returned", line.state, line.id, line.returned));
    }
    for sent in &order.returns {
        let refunded = sent.refund.is_none_or(|id| order.refunds.iter().filter(|r| r.id == id).count() == 1);
        f.expect("I14", refunded, || format!("return {} names a refund that is not there", sent.id));
        let taken = sent.lines.iter().any(|l| l.restocked + l.written_off > 0);
        let accepted = matches!(sent.state, ReturnState::Accepted | ReturnState::Refunded);
        f.expect("I14", taken == accepted, || format!("return {} is {:?}", sent.id, sent.state));
    }
}

fn money(book: &OrderBook, f: &mut Findings) {
    let order = &book.order;
    let back: i64 = order.refunds.iter().map(|r| r.amount.minor).sum();
    if order.payment.method == PaymentMethod::CashOnDelivery {
        f.expect("I5", book.captured == 0 && back == 0, || {
            format!("cash, but {} taken and {back} given back", book.captured)
        });
        return;
    }
    let full = order.payment.amount.minor;
    f.expect("I5", book.captured == 0 || book.captured == full, || format!("{} taken of {full}", book.captured));
    let charges: i64 = order.charges.iter().map(|c| c.amount.minor).sum();
    let share = |l: &OrderLine| Share { unit_price: l.unit_price.minor, quantity: l.quantity, live: sold_units(l) };
    let due = returns::kept(order.lines.iter().map(share), charges).unwrap_or(i64::MAX);
    f.expect("I5", book.captured - back == due, || {
        format!(
            "{} taken and {back} given back leave {}, but the live lines cost {due}",
            book.captured,
            book.captured - back
        )
    });
    let unpaid = !book.events.iter().any(|e| e.step == OrderStep::Placed);
    f.expect("I5", !unpaid || order.refunds.len() <= 1, || {
        format!("{} refunds for one late payment", order.refunds.len())
    });
}

/// Units of a line that were paid for and are still bought.
fn sold_units(line: &OrderLine) -> u32 {
    if states::is_sold(line.state) { line.live() } else { 0 }
}

fn sums(order: &Order, f: &mut Findings) {
    for line in &order.lines {
        let total = line.unit_price.times(line.quantity).ok();
        f.expect("I13", total == Some(line.total), || {
            format!("line {}: {} times {} is not {}", line.id, line.quantity, line.unit_price.minor, line.total.minor)
        });
        let plain = line.quantity > 0 && line.unit_price.minor >= 0;
        f.expect("I13", plain, || format!("line {} has {} at {}", line.id, line.quantity, line.unit_price.minor));
    }
    let lines = Money::sum(order.total.currency, order.lines.iter().map(|l| l.total));
    let total = lines.and_then(|sum| charges::total(sum, &order.charges)).ok();
    f.expect("I13", total == Some(order.total), || {
        format!("lines and charges are {:?}, the total says {}", total.map(|t| t.minor), order.total.minor)
    });
    f.expect("I13", order.payment.amount == order.total, || {
        format!("the payment is {}, the total {}", order.payment.amount.minor, order.total.minor)
    });
}
