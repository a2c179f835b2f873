//! Prints how long lists of orders take for a shopper with few orders and for one with many, nearly all of them archived,
//! so that anybody can see whether the depth of a history shows. A figure of the machine it runs on, so nothing is asserted.
//! `make history-depth`, or with the number of the many and of the tries.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use engine_sql::{
    Db, archive::SqlOrderArchive, inventory::SqlInventoryStore, items::SqlItemStore, network::SqlNetworkStore,
    orders::SqlOrderStore, users::SqlUserStore,
};
use futures::{StreamExt, stream};
use services::{
    history::{History, OrderArchive, OrderIndex, carry},
    inventory::Inventory,
    items::Items,
    kernel::{
        caller::Owner,
        clock::{Clock, SystemClock, Timestamp},
        error::{EngineError, EngineResult},
        ids::{IdSource, OrderId, RefundId, ShopperId, SystemIds},
        money::Money,
        pages::Window,
    },
    orders::{
        OrderFilter, OrderParts, OrderSettings, OrderState, Orders, Quote,
        contract::{World, world::NOW},
        ports::{Deadlines, Placed},
    },
    payments::{
        Charge, ChargeStatus, ProviderEvent,
        ports::{Provider, WebhookRefusal},
    },
    serviceability::Serviceability,
    users::Users,
};
use uuid::Uuid;

/// Orders of the shopper with few.
const FEW: u64 = 10;
/// Orders of the one with many, and tries of each read, unless said otherwise.
const MANY: (u64, usize) = (10_000, 300);
/// Orders that are made at once.
const AT_ONCE: usize = 32;
/// Rows of a page.
const PAGE: usize = 10;

/// Stands where nothing is asked.
struct Nobody;

fn away<T>() -> EngineResult<T> {
    Err(EngineError::permanent("nobody", "nothing is asked here"))
}

#[async_trait]
impl Provider for Nobody {
    fn name(&self) -> &'static str {
        "nobody"
    }
    async fn charge(&self, _: Charge, _: Timestamp) -> EngineResult<ChargeStatus> {
        away()
    }
    async fn find(&self, _: &str, _: Timestamp) -> EngineResult<ChargeStatus> {
        away()
    }
    async fn cancel(&self, _: &str, _: Timestamp) -> EngineResult<ChargeStatus> {
        away()
    }
    async fn refund(&self, _: &str, _: RefundId, _: Money, _: Timestamp) -> EngineResult<bool> {
        away()
    }
    fn webhook(
        &self,
        _: &(dyn Fn(&str) -> Option<String> + Sync),
        _: &[u8],
        _: Timestamp,
    ) -> Result<ProviderEvent, WebhookRefusal> {
        Err(WebhookRefusal::Signature)
    }
    async fn balance(&self, _: &str) -> EngineResult<Option<(i64, i64)>> {
        away()
    }
}

#[async_trait]
impl Deadlines for Nobody {
    async fn set(&self, _: OrderId, _: Timestamp) -> EngineResult<()> {
        away()
    }
    async fn clear(&self, _: OrderId) -> EngineResult<()> {
        away()
    }
    async fn due(&self, _: usize, _: Timestamp) -> EngineResult<Vec<OrderId>> {
        away()
    }
    async fn next(&self) -> EngineResult<Option<Timestamp>> {
        away()
    }
}

struct Shop {
    world: World,
    store: SqlOrderStore,
    archive: Arc<SqlOrderArchive>,
    history: History,
}

impl Shop {
    async fn open(path: &str) -> Self {
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn IdSource>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let db = Db::open(&format!("sqlite:{path}"), Arc::clone(&clock), Arc::clone(&ids)).await.expect("opens");
        let store = SqlOrderStore::new(db.clone());
        let stock = Arc::new(SqlInventoryStore::new(db.clone()));
        let inventory = Inventory::new(stock.clone(), Arc::clone(&clock));
        let network = Arc::new(SqlNetworkStore::new(db.clone()));
        let parts = OrderParts {
            store: Arc::new(store.clone()),
            provider: Arc::new(Nobody),
            deadlines: Arc::new(Nobody),
            items: Items::new(Arc::new(SqlItemStore::new(db.clone())), Arc::clone(&clock), Arc::clone(&ids)),
            inventory: inventory.clone(),
            serviceability: Serviceability::new(network, inventory, Arc::clone(&clock)),
            users: Users::new(Arc::new(SqlUserStore::new(db.clone())), Arc::clone(&clock), Arc::clone(&ids)),
            clock: Arc::clone(&clock),
            ids,
        };
        let archive = Arc::new(SqlOrderArchive::new(db));
        let index: Arc<dyn OrderIndex> = Arc::new(store.clone());
        let orders = Orders::new(parts, OrderSettings::default());
        let history = History::new(orders, index, archive.clone(), clock, Duration::ZERO);
        let world = World::new(Arc::new(store.clone()), stock);
        Self { world, store, archive, history }
    }

    /// Orders, a minute after one another; all but the newest three are called off and archived. The oldest one's id.
    async fn fill(&self, owner: Owner, many: u64) -> OrderId {
        let made: Vec<OrderId> =
            stream::iter(0..many).map(|n| self.make(owner, n, n + 3 >= many)).buffered(AT_ONCE).collect().await;
        made[0]
    }

    async fn make(&self, owner: Owner, n: u64, live: bool) -> OrderId {
        let w = &self.world;
        let at = NOW + Duration::from_secs(n * 60);
        let drawn = w.draw_up(owner, &[(1 + u128::from(n % 7), 1)]);
        let quote = Quote { expires_at: at + Duration::from_secs(600), ..drawn };
        w.orders.save_quote(quote.clone(), at).await.expect("the quote is saved");
        let placing = w.placing(&quote, &format!("key {n}"));
        let Placed::Done { order, .. } = w.orders.place(placing, at).await.expect("the store answers") else {
            panic!("not placed");
        };
        if !live {
            w.cancel(&order, &[], &format!("cancel {n}")).await;
            let archive: &dyn OrderArchive = self.archive.as_ref();
            let went = carry(archive, &self.store, &w.read(&order).await).await.expect("the archive takes it");
            assert!(went, "an ended order goes");
        }
        order.id
    }

    async fn list(&self, owner: Owner, filter: OrderFilter, backwards: bool) -> usize {
        let window = if backwards {
            Window::Backwards { before: None, limit: PAGE }
        } else {
            Window::Forwards { after: None, limit: PAGE }
        };
        let page = self.history.list(owner, filter, window).await.expect("a page");
        assert!(page.untold.is_empty());
        page.orders.len()
    }

    /// One of the reads that are measured; answers how many orders it told.
    async fn read(&self, kind: usize, owner: Owner, oldest: OrderId) -> usize {
        let text = |words: &str| OrderFilter { text: Some(words.into()), ..OrderFilter::default() };
        match kind {
            0 => self.list(owner, OrderFilter::default(), false).await,
            1 => self.list(owner, OrderFilter::default(), true).await,
            2 => {
                let states = vec![OrderState::Cancelled];
                self.list(owner, OrderFilter { states, ..OrderFilter::default() }, false).await
            }
            3 => {
                let until = Some(NOW + Duration::from_secs(5 * 60));
                self.list(owner, OrderFilter { until, ..OrderFilter::default() }, false).await
            }
            4 => self.list(owner, text("thing blue"), false).await,
            5 => self.list(owner, text("nothing like it"), false).await,
            _ => usize::from(self.history.one(owner, oldest).await.expect("a read").is_some()),
        }
    }
}

const KINDS: [&str; 7] = [
    "newest page",
    "oldest page",
    "by state",
    "by period, oldest",
    "by text, all match",
    "by text, none",
    "oldest by id",
];

#[tokio::main]
async fn main() {
    let mut given = std::env::args().skip(1);
    let many = given.next().map_or(MANY.0, |n| n.parse().expect("a number of orders"));
    let tries = given.next().map_or(MANY.1, |n| n.parse().expect("a number of tries")).max(1);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shop = Shop::open(&folder.path().join("depth.db").display().to_string()).await;
    for v in 1..=7 {
        shop.world.receive(v, "BLR1", 1_000_000).await;
    }
    let owner = |n: u128| Owner::Shopper(ShopperId(Uuid::from_u128(0x7_0000 + n)));
    let begun = Instant::now();
    let shoppers = [(owner(1), shop.fill(owner(1), FEW).await), (owner(2), shop.fill(owner(2), many).await)];
    println!("{FEW} and {many} orders, all but three of each archived, made in {:.1} s", begun.elapsed().as_secs_f64());
    println!(
        "{:<20}{:>8}{:>12}{:>12}{:>8}{:>12}{:>12}{:>8}",
        "ms", "told", "median", "p99", "told", "median", "p99", "ratio"
    );
    for (kind, name) in KINDS.iter().enumerate() {
        let mut took = [Vec::with_capacity(tries), Vec::with_capacity(tries)];
        let mut told = [0, 0];
        // In turn, so that what else the machine does falls on both alike.
        for _ in 0..tries {
            for (i, (owner, oldest)) in shoppers.iter().enumerate() {
                let begun = Instant::now();
                told[i] = shop.read(kind, *owner, *oldest).await;
                took[i].push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
        }
        took.iter_mut().for_each(|t| t.sort_by(f64::total_cmp));
        let at = |i: usize, q: usize| took[i][(tries * q / 100).min(tries - 1)];
        println!(
            "{name:<20}{:>8}{:>12.3}{:>12.3}{:>8}{:>12.3}{:>12.3}{:>8.2}",
            told[0],
            at(0, 50),
            at(0, 99),
            told[1],
            at(1, 50),
            at(1, 99),
            at(1, 50) / at(0, 50)
        );
    }
}
