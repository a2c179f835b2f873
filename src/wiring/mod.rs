//! Puts engines behind ports and services on top, by the settings. One short file per port family; this one only joins
//! them. Nothing here runs by itself: `roles` says what a process runs.

use std::sync::{Arc, atomic::AtomicU64};

use anyhow::Context;
use engine_sql::{
    activity::{SqlPseudonymStore, SqlRecordStore},
    archive::SqlOrderArchive,
    books::SqlBooksStore,
    carts::SqlCartStore,
    deliveries::SqlDeliveryStore,
    factors::SqlFactorStore,
    inventory::SqlInventoryStore,
    models::SqlModelStore,
    network::SqlNetworkStore,
    notifications::SqlNotificationStore,
    orders::SqlOrderStore,
    sessions::SqlSessionStore,
    trends::SqlTrendStore,
    users::SqlUserStore,
    wishlists::SqlWishlistStore,
};
use services::{
    activity::Activity,
    carts::Carts,
    history::{History, OrderArchive},
    inventory::Inventory,
    items::Items,
    kernel::{
        clock::{Clock, SystemClock},
        events::{
            EventLog,
            relay::{EventIntake, KeptEvents},
        },
        ids::{IdSource, SystemIds},
    },
    logistics::ports::NetworkStore,
    notifications::{Notifications, Outgoing, OutgoingParts, guard::Reach},
    orders::{OrderParts, OrderSettings, Orders, ports::Deadlines},
    payments::ports::Provider,
    recommendations::Recommendations,
    reconciliation::BooksStore,
    search::{Search, ports::SearchIndex},
    serviceability::Serviceability,
    sessions::{Moves, SealingKeys, SessionParts, Sessions, TokenKeys},
    trends::Trends,
    users::{Users, ports::UserStore},
    wishlists::Wishlists,
};

use crate::settings::Settings;

pub mod cache;
pub mod databases;
pub mod edge_parts;
pub mod events;
pub mod items;
pub mod mail;
pub mod payments;
pub mod roles;
pub mod search;
pub mod workers;

use databases::Databases;
pub use edge_parts::{classes, metrics, scalars, trusted};

/// Everything that a process may run, built but not started.
#[derive(Clone)]
pub struct House {
    /// The services, as resolvers call them.
    pub shop: resolvers::Shop,
    /// The databases.
    pub databases: Databases,
    /// The event log.
    pub log: Arc<dyn EventLog>,
    /// The same, for events that another store kept.
    pub intake: Arc<dyn EventIntake>,
    /// Outboxes that are shipped to a broker, and where to.
    pub shipped: Vec<(Arc<dyn KeptEvents>, Arc<dyn EventIntake>)>,
    /// The store of items, for the relay and the readiness.
    pub items: items::ItemsHome,
    /// The search index.
    pub index: Arc<dyn SearchIndex>,
    /// The payment provider.
    pub provider: Arc<dyn Provider>,
    /// Orders, stock and money side by side.
    pub books: Arc<dyn BooksStore>,
    /// The watch over deadlines, for the readiness of what it lives on.
    pub deadlines: Arc<dyn Deadlines>,
    /// Accounts, for the seed.
    pub users: Arc<dyn UserStore>,
    /// What shoppers do, on its way to the log.
    pub activity: Activity,
    /// Messages to shoppers.
    pub notifications: Notifications,
    /// Grows with every change that public answers may show.
    pub public_version: Arc<AtomicU64>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What a test may put in place of the machine's own.
#[derive(Clone)]
pub struct Ambient {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl Default for Ambient {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) }
    }
}

/// Builds the house.
///
/// # Errors
/// When an engine refuses; the sentence says which setting and what to do.
pub async fn build(settings: &Settings, ambient: Ambient) -> anyhow::Result<House> {
    let Ambient { clock, ids } = ambient;
    let databases = Databases::open(settings, &clock, &ids).await?;
    let main = &databases.main;
    let events::EventsHome { log, intake, shipped } = events::home(settings, &databases).await?;
    let items_home = items::home(settings, &databases, &ids).await?;
    let items = Items::new(Arc::clone(&items_home.store), Arc::clone(&clock), Arc::clone(&ids));
    let inventory = Inventory::new(Arc::new(SqlInventoryStore::new(main.clone())), Arc::clone(&clock));
    let network: Arc<dyn NetworkStore> = Arc::new(SqlNetworkStore::new(main.clone()));
    let serviceability = Serviceability::new(Arc::clone(&network), inventory.clone(), Arc::clone(&clock));
    serviceability.load().await.context("the delivery network cannot be read")?;
    let user_store: Arc<dyn UserStore> = Arc::new(SqlUserStore::new(main.clone()));
    let users = Users::new(Arc::clone(&user_store), Arc::clone(&clock), Arc::clone(&ids));
    let carts = Carts::new(Arc::new(SqlCartStore::new(databases.carts.clone())), items.clone(), Arc::clone(&clock));
    let wishlists =
        Wishlists::new(Arc::new(SqlWishlistStore::new(databases.wishlists.clone())), items.clone(), Arc::clone(&clock));
    let moves = Moves::new(carts.clone(), wishlists.clone());
    let beside = cache::beside(settings)?;
    let keys =
        TokenKeys::parse(settings.token_keys.reveal()).context("`token_keys` cannot be read: write id:secret")?;
    let sealing =
        SealingKeys::parse(settings.sealing_keys.reveal()).context("`sealing_keys` cannot be read: write id:secret")?;
    let mailer = mail::mailer(settings, &clock, &ids)?;
    let sessions = Sessions::new(SessionParts {
        users: Arc::clone(&user_store),
        store: Arc::new(SqlSessionStore::new(main.clone())),
        factors: Arc::new(SqlFactorStore::new(main.clone())),
        limiter: beside.limiter,
        mailer: mailer.clone(),
        moves: moves.clone(),
        keys,
        sealing,
        clock: Arc::clone(&clock),
        ids: Arc::clone(&ids),
    });
    let provider = payments::provider(settings, main);
    let orders = Orders::new(
        OrderParts {
            store: Arc::new(SqlOrderStore::new(main.clone())),
            provider: Arc::clone(&provider),
            deadlines: Arc::clone(&beside.deadlines),
            items: items.clone(),
            inventory: inventory.clone(),
            serviceability: serviceability.clone(),
            users: users.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
        },
        OrderSettings {
            quote_ttl: settings.quote_ttl,
            reservation_ttl: settings.reservation_ttl,
            return_window: settings.return_window,
            guest_secret: settings.cursor_key.reveal().as_bytes().to_vec(),
            ..OrderSettings::default()
        },
    );
    let archive: Arc<dyn OrderArchive> = Arc::new(SqlOrderArchive::new(databases.archive.clone()));
    let history = History::new(
        orders.clone(),
        Arc::new(SqlOrderStore::new(main.clone())),
        Arc::clone(&archive),
        Arc::clone(&clock),
        settings.archive_after.max(settings.return_window),
    );
    let index = search::index(settings, &clock).await?;
    let search = Search::new(
        Arc::clone(&index),
        items.clone(),
        inventory.clone(),
        serviceability.clone(),
        settings.cursor_key.reveal().as_bytes().to_vec(),
        Arc::clone(&clock),
        search::synonyms(),
    );
    let books: Arc<dyn BooksStore> = Arc::new(SqlBooksStore::with_archive(databases.main.clone(), archive));
    let pseudonyms = Arc::new(SqlPseudonymStore::new(main.clone()));
    let activity = Activity::new(
        pseudonyms,
        Arc::new(SqlRecordStore::new(main.clone())),
        Arc::clone(&log),
        Arc::clone(&clock),
        Arc::clone(&ids),
    );
    let notifications = Notifications::new(Arc::new(SqlNotificationStore::new(main.clone())));
    let outgoing = Outgoing::new(OutgoingParts {
        store: Arc::new(SqlDeliveryStore::new(main.clone())),
        mailer,
        hooks: None,
        reach: Reach::Public,
        secrets: settings.cursor_key.reveal().split(',').map(|s| s.as_bytes().to_vec()).collect(),
        clock: Arc::clone(&clock),
        ids: Arc::clone(&ids),
    });
    let trends = Trends::new(Arc::new(SqlTrendStore::new(main.clone())), items.clone(), Arc::clone(&clock));
    let models = Arc::new(SqlModelStore::new(main.clone()));
    let recommendations = Recommendations::new(models, activity.clone(), Arc::clone(&clock));
    let shop = resolvers::Shop {
        activity: activity.clone(),
        recommendations,
        trends,
        items,
        inventory,
        serviceability,
        users,
        sessions,
        carts,
        wishlists,
        moves,
        search,
        orders,
        history,
        notifications: notifications.clone(),
        outgoing,
        log: Arc::clone(&log),
        network,
        books: Arc::clone(&books),
        clock: Arc::clone(&clock),
        ids,
    };
    let public_version = Arc::default();
    Ok(House {
        public_version,
        activity,
        notifications,
        books,
        deadlines: beside.deadlines,
        shop,
        databases,
        log,
        intake,
        shipped,
        items: items_home,
        index,
        provider,
        users: user_store,
        clock,
    })
}
