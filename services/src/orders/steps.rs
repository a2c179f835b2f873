//! What drives orders on without a shopper: charges, refunds, deadlines, packing and booking, and the provider's
//! messages. Each step is bounded, may run twice, and may run in several processes at once.

use std::{collections::BTreeMap, time::Duration};

use super::{
    error::Error,
    model::{Order, OrderState},
    ports::{ChargeJob, ChargeNote, ChargeWork, NewShipment, RefundJob, RefundNote, Settled, Settling, Verdict},
    service::Orders,
};
use crate::{
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::{OrderId, OrderLineId, RefundId, ShipmentId},
    },
    payments::{Charge, ChargeStatus, ProviderEvent},
};

/// After so many tries a refund that the provider cannot answer is left to people.
const REFUND_TRIES_MAX: u32 = 1_000;
/// After so many tries to call a charge off, a key that the provider does not know is taken for one that it never got.
const CALL_OFF_TRIES: u32 = 8;
/// How long quotes and idempotency keys are kept after their time.
const KEEP: Duration = Duration::from_secs(48 * 3_600);

impl Orders {
    /// Takes a provider's signed message, checked before. The same message twice has one effect.
    pub async fn payment_webhook(&self, event: ProviderEvent) -> Result<(), Error> {
        let verdict = if event.succeeded {
            Verdict::Succeeded { reference: None }
        } else {
            Verdict::Declined { reference: None, reason: String::from("refused by the provider") }
        };
        let settling = Settling {
            payment: event.payment,
            verdict,
            amount: Some(event.amount),
            message: Some(event.id),
            refund: self.new_refund(),
        };
        match self.settle(settling).await? {
            Settled::NoSuchPayment => Err(Error::NotFound("payment")),
            Settled::WrongAmount(_) => {
                Err(Error::Invalid { field: "amount", message: "it is not the amount of the payment".into() })
            }
            Settled::Done(..) | Settled::Late(_) | Settled::Already(_) => Ok(()),
        }
    }

    /// Charges what is due, asks about what is undecided, calls off what is dead. Answers how many jobs were handled.
    pub async fn charge_step(&self, limit: usize) -> EngineResult<usize> {
        let mut tally = Tally::default();
        let news = self.parts.provider.news(limit, self.now()).await;
        for event in tally.list("the provider's news are not read", news) {
            let heard = match self.payment_webhook(event).await {
                Ok(()) => Ok(1),
                Err(Error::Engine(e)) => Err(e),
                Err(e) => {
                    tracing::warn!(error = %e, "the payment provider told something that fits no payment");
                    Ok(1)
                }
            };
            tally.add("the provider's message is not taken", heard);
        }
        let jobs = self.parts.store.claim_charges(limit, self.settings.lease, self.now()).await;
        let calls = tally.list("charge jobs are not claimed", jobs).into_iter().map(|job| self.one_charge(job));
        for outcome in futures::future::join_all(calls).await {
            tally.add("a charge is not noted", outcome.map(|()| 1));
        }
        tally.end()
    }

    async fn one_charge(&self, job: ChargeJob) -> EngineResult<()> {
        let status = self.in_time(self.ask_provider(&job)).await;
        let (order, tries, work) = (job.order, job.tries, job.work);
        match status {
            Ok(ChargeStatus::Succeeded { reference }) => {
                self.conclude(job, Verdict::Succeeded { reference: Some(reference) }).await
            }
            Ok(status) if work == ChargeWork::CallOff && is_called_off(&status, tries) => {
                self.parts.store.note_charge(order, ChargeNote::CalledOff, self.now()).await
            }
            Ok(ChargeStatus::Declined { reference, reason }) => {
                self.conclude(job, Verdict::Declined { reference: Some(reference), reason }).await
            }
            Ok(ChargeStatus::Cancelled) => {
                let reason = String::from("the provider called the charge off");
                self.conclude(job, Verdict::Declined { reference: None, reason }).await
            }
            Ok(ChargeStatus::Pending { reference, redirect_url }) => {
                let at = self.rest(tries);
                self.parts.store.note_charge(order, ChargeNote::Later { at, reference, redirect_url }, self.now()).await
            }
            // No answer, or a key that the provider has not seen yet: unknown. It is asked again, never under a new key.
            outcome @ (Ok(ChargeStatus::Unknown) | Err(_)) => {
                if let Err(e) = outcome {
                    tracing::warn!(order.id = %order, tries, error = %e, "the payment provider did not answer");
                }
                let later = ChargeNote::Later { at: self.rest(tries), reference: None, redirect_url: None };
                self.parts.store.note_charge(order, later, self.now()).await
            }
        }
    }

    async fn ask_provider(&self, job: &ChargeJob) -> EngineResult<ChargeStatus> {
        let provider = &self.parts.provider;
        match job.work {
            ChargeWork::CallOff => return provider.cancel(&job.key, self.now()).await,
            ChargeWork::Find => {
                let status = provider.find(&job.key, self.now()).await?;
                if status != ChargeStatus::Unknown {
                    return Ok(status);
                }
            }
            ChargeWork::Charge => {}
        }
        let charge = Charge {
            idempotency_key: job.key.clone(),
            payment: job.payment,
            amount: job.amount,
            token: job.token.clone(),
        };
        provider.charge(charge, self.now()).await
    }

    async fn conclude(&self, job: ChargeJob, verdict: Verdict) -> EngineResult<()> {
        let refund = self.new_refund();
        let settling = Settling { payment: job.payment, verdict, amount: None, message: None, refund };
        self.settle(settling).await.map(|_| ())
    }

    async fn settle(&self, settling: Settling) -> EngineResult<Settled> {
        let settled = self.parts.store.settle(settling, self.now()).await?;
        if let Settled::Done(order, _) = settled {
            self.unwatch(order).await;
        }
        Ok(settled)
    }

    /// Gives back what is due. Answers how many refunds were handled.
    pub async fn refund_step(&self, limit: usize) -> EngineResult<usize> {
        let jobs = self.parts.store.claim_refunds(limit, self.settings.lease, self.now()).await?;
        let calls = jobs.into_iter().map(|job| self.one_refund(job));
        let mut tally = Tally::default();
        for outcome in futures::future::join_all(calls).await {
            tally.add("a refund is not noted", outcome.map(|()| 1));
        }
        tally.end()
    }

    /// Half of the lease is the provider's: what it has not answered by then is unknown, before another worker asks.
    async fn in_time<T>(&self, call: impl Future<Output = EngineResult<T>>) -> EngineResult<T> {
        let late = |_| Err(EngineError::retryable("payments", "no answer in time"));
        tokio::time::timeout(self.settings.lease / 2, call).await.unwrap_or_else(late)
    }

    async fn one_refund(&self, job: RefundJob) -> EngineResult<()> {
        let call = self.parts.provider.refund(&job.charge_key, job.refund, job.amount, self.now());
        let answer = self.in_time(call).await;
        let note = match answer {
            Ok(true) => RefundNote::Succeeded,
            Ok(false) => RefundNote::Failed,
            Err(e) => {
                tracing::warn!(refund.id = %job.refund, tries = job.tries, error = %e, "a refund was not answered");
                if job.tries >= REFUND_TRIES_MAX { RefundNote::Failed } else { RefundNote::Later(self.rest(job.tries)) }
            }
        };
        self.parts.store.note_refund(job.refund, note, self.now()).await
    }

    /// Ends unpaid orders whose deadline is over: those that the watch names, and those that the store finds. Answers how
    /// many ended.
    pub async fn expire_step(&self, limit: usize) -> EngineResult<usize> {
        let now = self.now();
        let mut due = self.parts.deadlines.due(limit, now).await.unwrap_or_else(|e| {
            tracing::warn!(error = %e, "the deadline watch failed; the sweep over the store stands in");
            Vec::new()
        });
        due.extend(self.parts.store.due(limit, now).await?);
        due.sort_unstable();
        due.dedup();
        let mut tally = Tally::default();
        for order in due {
            tally.add("an order does not expire", self.parts.store.expire(order, self.now()).await.map(usize::from));
        }
        tally.end()
    }

    /// Forgets quotes and idempotency keys whose time is long over. Answers how many rows went.
    pub async fn forget_step(&self, limit: usize) -> EngineResult<usize> {
        let before = self.now() - KEEP;
        Ok(usize::try_from(self.parts.store.forget(before, limit).await?).unwrap_or(usize::MAX))
    }

    /// Packs placed orders into one parcel per warehouse and courier, and books packed ones. Answers how many were
    /// handled.
    pub async fn process_step(&self, limit: usize) -> EngineResult<usize> {
        let mut tally = Tally::default();
        let waiting = self.parts.store.to_pack(limit).await;
        for order in self.readable(&mut tally, waiting).await {
            let now = self.now();
            let parcels = parcels_of(&order, || ShipmentId(self.parts.ids.next(now)));
            if !parcels.is_empty() {
                let packed = self.parts.store.pack(order.id, parcels, now).await;
                tally.add("an order is not packed", packed.map(usize::from));
            }
        }
        let packed = self.parts.store.to_book(limit).await;
        for shipment in tally.list("parcels to book are not listed", packed) {
            let number = tracking_number(&shipment.courier, shipment.id);
            let booked = self.parts.store.book(shipment.id, number, self.now()).await;
            tally.add("a parcel is not booked", booked.map(usize::from));
        }
        tally.end()
    }

    /// The listed orders that can be read; when not all can be read at once, one by one.
    async fn readable(&self, tally: &mut Tally, listed: EngineResult<Vec<OrderId>>) -> Vec<Order> {
        let listed = tally.list("orders to pack are not listed", listed);
        if let Ok(mut found) = self.any_by_ids(&listed).await {
            return listed.iter().filter_map(|id| found.remove(id)).collect();
        }
        let mut orders = Vec::with_capacity(listed.len());
        for id in listed {
            let found = self.any_by_ids(&[id]).await.map(|found| found.into_values().collect());
            orders.extend(tally.list("an order to pack is not read", found));
        }
        orders
    }

    /// How long until the next deadline that the watch knows of; `None` when it knows of none, or failed.
    pub async fn until_next_deadline(&self) -> Option<Duration> {
        match self.parts.deadlines.next().await {
            Ok(next) => next.map(|at| at.since(self.now())),
            Err(e) => {
                tracing::warn!(error = %e, "the deadline watch failed; the sweep over the store stands in");
                None
            }
        }
    }

    fn new_refund(&self) -> RefundId {
        RefundId(self.parts.ids.next(self.now()))
    }

    fn rest(&self, tries: u32) -> Timestamp {
        self.now() + rest(self.settings.poll, self.settings.poll_max, tries)
    }
}

/// What came of the parts of a step. One that fails is told in the log and does not keep those behind it waiting.
#[derive(Debug, Default)]
struct Tally {
    handled: usize,
    first: Option<EngineError>,
}

impl Tally {
    fn add(&mut self, what: &'static str, outcome: EngineResult<usize>) {
        match outcome {
            Ok(n) => self.handled += n,
            Err(e) => self.fail(what, e),
        }
    }

    fn list<T>(&mut self, what: &'static str, outcome: EngineResult<Vec<T>>) -> Vec<T> {
        outcome.unwrap_or_else(|e| {
            self.fail(what, e);
            Vec::new()
        })
    }

    fn fail(&mut self, what: &'static str, error: EngineError) {
        tracing::warn!(%error, "{what}");
        self.first.get_or_insert(error);
    }

    /// How many were handled; the first failure when none was.
    fn end(self) -> EngineResult<usize> {
        match self.first {
            Some(error) if self.handled == 0 => Err(error),
            _ => Ok(self.handled),
        }
    }
}

/// Whether nothing is left to call off. A key that the provider does not know may still be on its way to it.
fn is_called_off(status: &ChargeStatus, tries: u32) -> bool {
    match status {
        ChargeStatus::Declined { .. } | ChargeStatus::Cancelled => true,
        ChargeStatus::Unknown => tries >= CALL_OFF_TRIES,
        ChargeStatus::Succeeded { .. } | ChargeStatus::Pending { .. } => false,
    }
}

/// How long to rest after so many tries: doubling, up to a bound.
fn rest(first: Duration, most: Duration, tries: u32) -> Duration {
    first.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1).min(20)).unwrap_or(u32::MAX)).min(most)
}

/// One parcel per warehouse and courier of the placed lines; expected when the last of its lines is promised.
fn parcels_of(order: &Order, mut new_id: impl FnMut() -> ShipmentId) -> Vec<NewShipment> {
    let mut groups: BTreeMap<(&str, &str), (Vec<OrderLineId>, Timestamp)> = BTreeMap::new();
    for line in order.lines.iter().filter(|l| l.state == OrderState::Placed) {
        let group = groups.entry((&line.warehouse, &line.courier)).or_insert((Vec::new(), line.promised_by));
        group.0.push(line.id);
        group.1 = group.1.max(line.promised_by);
    }
    let parcel = |((warehouse, courier), (lines, expected_by)): ((&str, &str), (Vec<OrderLineId>, Timestamp))| {
        NewShipment { id: new_id(), warehouse: warehouse.to_owned(), courier: courier.to_owned(), lines, expected_by }
    };
    groups.into_iter().map(parcel).collect()
}

/// The courier's number of a parcel. It follows from the parcel, so that booking twice asks for the same.
fn tracking_number(courier: &str, shipment: ShipmentId) -> String {
    let digits = u128::from_be_bytes(*shipment.0.as_bytes()) % 1_000_000_000_000_000_000;
    format!("{courier}-{digits:018}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_up_to_a_bound() {
        let (first, most) = (Duration::from_millis(250), Duration::from_secs(30));
        assert_eq!(rest(first, most, 1), Duration::from_millis(250));
        assert_eq!(rest(first, most, 2), Duration::from_millis(500));
        assert_eq!(rest(first, most, 99), most);
        assert_eq!(rest(first, most, 0), Duration::from_millis(250));
    }

    #[test]
    fn one_failure_does_not_hide_what_was_handled() {
        let failed = || Err(EngineError::permanent("orders", "broken"));
        let mut tally = Tally::default();
        tally.add("one", failed());
        assert!(tally.list::<u8>("two", Err(EngineError::retryable("orders", "busy"))).is_empty());
        tally.add("three", Ok(2));
        assert_eq!(tally.end().ok(), Some(2));
        let mut nothing = Tally::default();
        nothing.add("one", failed());
        nothing.add("two", Ok(0));
        assert!(nothing.end().is_err_and(|e| e.message == "broken"));
        assert_eq!(Tally::default().end().ok(), Some(0));
    }

    #[test]
    fn an_unknown_key_is_called_off_only_after_some_tries() {
        assert!(!is_called_off(&ChargeStatus::Unknown, 1));
        assert!(!is_called_off(&ChargeStatus::Unknown, CALL_OFF_TRIES - 1));
        assert!(is_called_off(&ChargeStatus::Unknown, CALL_OFF_TRIES));
        assert!(is_called_off(&ChargeStatus::Cancelled, 1));
    }

    #[test]
    fn tracking_numbers_follow_from_the_parcel() {
        let id = ShipmentId(uuid::Uuid::from_u128(42));
        assert_eq!(tracking_number("UDAAN", id), "UDAAN-000000000000000042");
    }
}
