//! Counts what the log tells, and answers what was counted.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::Mutex;

use super::{
    counting::{Counting, Tally},
    model::{Kind, Report, Snapshot, Span, Subject},
    ports::TrendStore,
};
use crate::{
    items::Items,
    kernel::{
        clock::{Clock, Timestamp},
        error::EngineResult,
        events::{Act, ActivityEvent, Delivered, EventLog, OrderStep, OrderedLine, OrdersEvent, Topic},
        ids::ItemId,
        pincodes::{Pincode, table::table},
    },
};

/// The consumer group, for the retention of the log.
pub const GROUP: &str = "trends";
const TOPICS: [Topic; 2] = [Topic::Orders, Topic::Activity];
/// Windows move on by the clock though nothing happens: written anew after so many seconds.
const REFRESH_SECONDS: u64 = 60;

/// Trends. Cheap to clone.
#[derive(Clone)]
pub struct Trends(Arc<Inner>);

struct Inner {
    store: Arc<dyn TrendStore>,
    items: Items,
    clock: Arc<dyn Clock>,
    /// Read from the store by the first step; held across a step, so that two never count at once.
    counting: Mutex<Option<(Counting, Timestamp)>>,
    /// Windows read within the last second: subscribers look each second, and need not all ask the store.
    read: parking_lot::Mutex<HashMap<Span, (Timestamp, Snapshot)>>,
}

impl std::fmt::Debug for Trends {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trends")
    }
}

impl Trends {
    /// Over a store.
    pub fn new(store: Arc<dyn TrendStore>, items: Items, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { store, items, clock, counting: Mutex::default(), read: parking_lot::Mutex::default() }))
    }

    /// What a window holds of a kind, at most `most` lines; empty as of now before anything was counted.
    pub async fn report(&self, span: Span, kind: Kind, most: usize) -> EngineResult<Report> {
        let Some(mut window) = self.window(span).await? else {
            let lateness_seconds = super::counting::LATENESS.as_secs();
            return Ok(Report {
                entries: Vec::new(),
                as_of: self.0.clock.now(),
                lateness_seconds,
                late: 0,
                version: 0,
            });
        };
        let mut entries = window.reports.remove(&kind).unwrap_or_default();
        entries.truncate(most);
        let (as_of, lateness_seconds) = (window.as_of, window.lateness_seconds);
        Ok(Report { entries, as_of, lateness_seconds, late: window.late, version: window.version })
    }

    async fn window(&self, span: Span) -> EngineResult<Option<Snapshot>> {
        let now = self.0.clock.now();
        if let Some((at, window)) = self.0.read.lock().get(&span)
            && now.since(*at).as_secs() < 1
        {
            return Ok(Some(window.clone()));
        }
        let found = self.0.store.window(span).await?;
        if let Some(window) = &found {
            self.0.read.lock().insert(span, (now, window.clone()));
        }
        Ok(found)
    }

    /// Counts up to `limit` events of each topic and writes the windows; answers how many events. How far the log was read
    /// is written with the counting, so that an event counts once though a step is cut short.
    pub async fn count_step(&self, log: &dyn EventLog, limit: usize) -> EngineResult<usize> {
        let mut held = self.0.counting.lock().await;
        let (mut counting, written) = match held.take() {
            Some(held) => held,
            None => (self.0.store.kept().await?.unwrap_or_default(), Timestamp::default()),
        };
        let now = self.0.clock.now();
        let mut read = 0;
        for topic in TOPICS {
            let after = counting.offsets.get(topic.name()).copied().unwrap_or_default();
            let events = log.read_after(topic, after, limit).await?;
            let told = self.tallies(&events).await?;
            for (event, tallies) in events.iter().zip(told) {
                counting.take(event.event.id, event.event.at, now, &tallies);
            }
            if let Some(last) = events.last() {
                counting.offsets.insert(topic.name().to_owned(), last.offset);
            }
            read += events.len();
        }
        if read == 0 && now.since(written).as_secs() < REFRESH_SECONDS {
            *held = Some((counting, written));
            return Ok(0);
        }
        let windows = counting.snapshots(now);
        self.0.store.keep(counting.clone(), windows).await?;
        self.0.read.lock().clear();
        for topic in TOPICS {
            if let Some(offset) = counting.offsets.get(topic.name()) {
                log.commit(GROUP, topic, *offset).await?;
            }
        }
        *held = Some((counting, now));
        Ok(read)
    }

    /// What each event counts as. One that cannot be read counts as nothing: trends hold up nobody.
    async fn tallies(&self, events: &[Delivered]) -> EngineResult<Vec<Vec<Tally>>> {
        let placed = |e: &Delivered| match serde_json::from_value(e.event.data.clone()) {
            Ok(OrdersEvent::OrderStepped { step: OrderStep::Placed, lines, pincode, .. }) => Some((lines, pincode)),
            _ => None,
        };
        let sales: Vec<_> = events.iter().map(|e| (e.topic == Topic::Orders).then(|| placed(e)).flatten()).collect();
        let sold: Vec<ItemId> = sales.iter().flatten().flat_map(|(lines, _)| lines.iter().map(|l| l.item)).collect();
        let items = if sold.is_empty() { HashMap::new() } else { self.0.items.items(&sold).await? };
        let of = |(event, sale): (&Delivered, Option<(Vec<OrderedLine>, Pincode)>)| match sale {
            Some((lines, pincode)) => {
                let category = |l: &OrderedLine| items.get(&l.item).map(|i| Subject::Category(i.category));
                sale_tallies(&lines, pincode, category)
            }
            None => deed_tallies(event),
        };
        Ok(events.iter().zip(sales).map(of).collect())
    }
}

/// What a placed order counts as: units by item, units by district, money by category.
fn sale_tallies(
    lines: &[OrderedLine],
    pincode: Pincode,
    category: impl Fn(&OrderedLine) -> Option<Subject>,
) -> Vec<Tally> {
    let mut tallies = Vec::new();
    for line in lines {
        let units = u64::from(line.quantity);
        tallies.push(Tally { kind: Kind::Bought, subject: Subject::Item(line.item), count: units, who: None });
        let minor = line.unit_price.times(line.quantity).map_or(0, |m| u64::try_from(m.minor).unwrap_or(0));
        if let Some(subject) = category(line) {
            tallies.push(Tally { kind: Kind::Revenue, subject, count: minor, who: None });
        }
    }
    if let Some(place) = place(pincode) {
        let count = lines.iter().map(|l| u64::from(l.quantity)).sum();
        tallies.push(Tally { kind: Kind::Places, subject: place, count, who: None });
    }
    tallies
}

/// The district of a pincode; a single pincode could point at a single household.
fn place(pincode: Pincode) -> Option<Subject> {
    let district = table().district(pincode)?;
    Some(Subject::Place { district: district.name.clone(), state: district.state.clone() })
}

/// What a deed counts as. Purchases are counted from orders.
fn deed_tallies(event: &Delivered) -> Vec<Tally> {
    let Ok(ActivityEvent::ActivityRecorded { pseudonym, act, item, text, .. }) =
        serde_json::from_value(event.event.data.clone())
    else {
        return Vec::new();
    };
    let one = |kind, subject, who| vec![Tally { kind, subject, count: 1, who }];
    match (act, item, text) {
        (Act::Searched, _, Some(text)) => {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            one(Kind::Searched, Subject::Words(words), Some(pseudonym.as_u64_pair().0))
        }
        (Act::Viewed, Some(item), _) => one(Kind::Viewed, Subject::Item(item), None),
        (Act::Wishlisted, Some(item), _) => one(Kind::Wishlisted, Subject::Item(item), None),
        _ => Vec::new(),
    }
}
