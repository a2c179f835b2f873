//! `chowk seed`: fills a shop with the demonstration. Each step may be repeated, so a seed that was cut short is finished
//! by the next one.

use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use services::{
    inventory::{Movement, StockMove},
    kernel::ids::ShopperId,
    users::Shopper,
};
use uuid::Uuid;

use super::serve::lock;
use crate::{
    demo::{self, DemoShop},
    settings::Settings,
    wiring::{self, Ambient, House},
};

/// Items or moves of one transaction.
const BATCH: usize = 500;
/// Written when everything is there.
const MARK: &str = "seeded";

/// Seeds, and says what is there.
///
/// # Errors
/// With `production`, while another process uses the data, or when an engine fails.
pub async fn run(settings: Settings) -> anyhow::Result<ExitCode> {
    if settings.data.join(MARK).exists() {
        println!("the demonstration is in {} already", settings.data.display());
        return Ok(ExitCode::SUCCESS);
    }
    seed(&settings).await?;
    println!("the demonstration is in {} now", settings.data.display());
    Ok(ExitCode::SUCCESS)
}

/// Seeds the shop of the settings.
///
/// # Errors
/// See [`run`].
pub async fn seed(settings: &Settings) -> anyhow::Result<()> {
    if settings.production {
        bail!("the demonstration has public passwords: it is not for production");
    }
    let _lock = lock(settings)?;
    let house = wiring::build(settings, Ambient::default()).await?;
    let shop = demo::shop();
    catalogue(&house, &shop).await.context("the items cannot be saved")?;
    house
        .shop
        .network
        .replace(shop.network.clone(), house.clock.now())
        .await
        .context("the delivery network cannot be saved")?;
    stock(&house, &shop).await.context("the stock cannot be saved")?;
    accounts(&house, &shop).await.context("the accounts cannot be saved")?;
    index(&house).await.context("the index cannot be filled")?;
    std::fs::write(settings.data.join(MARK), format!("{} items\n", shop.items.len()))?;
    Ok(())
}

fn bar(what: &'static str, len: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:10} {bar:32} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(len as u64).with_style(style).with_prefix(what)
}

async fn catalogue(house: &House, shop: &DemoShop) -> anyhow::Result<()> {
    house.shop.items.save_categories(shop.categories.clone()).await?;
    let bar = bar("items", shop.items.len());
    for chunk in shop.items.chunks(BATCH) {
        for saved in house.shop.items.save(chunk.iter().map(|i| i.draft.clone()).collect()).await? {
            saved?;
        }
        bar.inc(chunk.len() as u64);
    }
    bar.finish();
    Ok(())
}

async fn stock(house: &House, shop: &DemoShop) -> anyhow::Result<()> {
    let bar = bar("stock", shop.stock.len());
    for chunk in shop.stock.chunks(BATCH * 4) {
        let moves = chunk.iter().filter(|row| row.quantity > 0).map(|row| {
            let (item, variant) = shop.ids(row);
            let (warehouse, quantity) = (row.warehouse.clone(), i64::from(row.quantity));
            StockMove {
                variant,
                item,
                warehouse,
                movement: Movement::Received,
                quantity,
                cause: "opening stock".to_owned(),
            }
        });
        house.shop.inventory.apply(moves.collect()).await?;
        bar.inc(chunk.len() as u64);
    }
    bar.finish();
    Ok(())
}

/// The id of an account of the demonstration: only the seed makes accounts with these.
pub fn account_id(email: &str) -> ShopperId {
    ShopperId(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:chowk:demo:account:{email}").as_bytes()))
}

async fn accounts(house: &House, shop: &DemoShop) -> anyhow::Result<()> {
    let now = house.clock.now();
    for account in &shop.accounts {
        let id = account_id(account.email);
        let shopper = Shopper {
            id,
            email: account.email.to_owned(),
            name: account.name.to_owned(),
            roles: account.roles,
            supplier: account.supplier,
            courier: account.courier.map(str::to_owned),
            delivery_pincode: None,
            created_at: now,
        };
        let hash = house.shop.sessions.passwords().hash(demo::PASSWORD.to_owned()).await?;
        if house.users.create(shopper, hash, now).await? {
            for (i, address) in account.addresses.iter().enumerate() {
                house.shop.users.save_address(id, None, address.clone(), i == 0).await?;
            }
        }
    }
    Ok(())
}

async fn index(house: &House) -> anyhow::Result<()> {
    wiring::items::bring_events(house).await?;
    let bar = bar("index", 0);
    let mut done = 0;
    loop {
        let n = house.shop.search.index_step(house.log.as_ref(), BATCH * 20).await?;
        if n == 0 {
            break;
        }
        done += n as u64;
        bar.set_length(done);
        bar.set_position(done);
    }
    bar.finish();
    ensure!(house.index.count().await? > 0, "the index is empty after the seed");
    Ok(())
}
