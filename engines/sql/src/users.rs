//! Accounts, addresses and guests' delivery locations.

use std::collections::HashMap;

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{
        caller::Roles,
        clock::Timestamp,
        error::EngineResult,
        events::{NewEvent, UsersEvent},
        ids::{AddressId, GuestId, ShopperId},
        pincodes::Pincode,
    },
    users::{Address, Shopper, ports::UserStore},
};

use crate::{
    Backend, Db, Tx, args,
    value::{Json, Row, sql_in},
};

const SHOPPER: &str = "id, email, name, roles, supplier, courier, delivery_pincode, created_at";
const ADDRESS: &str = "id, shopper, postal, is_default";

/// The store of accounts and addresses.
#[derive(Clone, Debug)]
pub struct SqlUserStore {
    db: Db,
}

impl SqlUserStore {
    /// In a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Runs one statement on an account and tells that it changed; false when no row matched.
    async fn change(
        &self,
        shopper: ShopperId,
        sql: &'static str,
        args: Vec<crate::Value>,
        now: Timestamp,
    ) -> EngineResult<bool> {
        self.db
            .write("users", move |tx| {
                let args = args.clone();
                async move {
                    let changed = tx.execute(sql, args).await? > 0;
                    if changed {
                        tell(tx, shopper, now).await?;
                    }
                    Ok(changed)
                }
                .boxed()
            })
            .await
    }
}

async fn tell(tx: &mut dyn Tx, shopper: ShopperId, now: Timestamp) -> EngineResult<()> {
    tx.emit(now, NewEvent::of(&UsersEvent::ShopperChanged { shopper })).await
}

fn pincode_of(number: Option<i64>) -> Option<Pincode> {
    number.and_then(|n| u32::try_from(n).ok()).and_then(Pincode::new)
}

fn shopper_of(row: &Row) -> EngineResult<Shopper> {
    Ok(Shopper {
        id: row.id(0)?,
        email: row.text(1)?,
        name: row.text(2)?,
        roles: Roles(u8::try_from(row.int(3)?).unwrap_or(0)),
        supplier: row.opt_id(4)?,
        courier: row.opt_text(5)?,
        delivery_pincode: pincode_of(row.opt_int(6)?),
        created_at: row.time(7)?,
    })
}

fn address_of(row: &Row) -> EngineResult<Address> {
    Ok(Address { id: row.id(0)?, shopper: row.id(1)?, postal: row.json(2)?, is_default: row.bool(3)? })
}

#[async_trait]
impl UserStore for SqlUserStore {
    async fn shoppers_by_ids(&self, ids: &[ShopperId]) -> EngineResult<HashMap<ShopperId, Shopper>> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(500) {
            let sql = format!("SELECT {SHOPPER} FROM shoppers WHERE id IN ({})", sql_in(chunk.len()));
            for row in self.db.read("users", &sql, chunk.iter().map(Into::into).collect()).await? {
                let shopper = shopper_of(&row)?;
                found.insert(shopper.id, shopper);
            }
        }
        Ok(found)
    }

    async fn shopper_by_email(&self, email: &str) -> EngineResult<Option<(Shopper, String)>> {
        let sql = format!("SELECT {SHOPPER}, password_hash FROM shoppers WHERE email = ?");
        let rows = self.db.read("users", &sql, args![email]).await?;
        rows.first().map(|row| Ok((shopper_of(row)?, row.text(8)?))).transpose()
    }

    async fn create(&self, shopper: Shopper, password_hash: String, now: Timestamp) -> EngineResult<bool> {
        self.db
            .write("users", move |tx| {
                let (s, password_hash) = (shopper.clone(), password_hash.clone());
                async move {
                    let taken = tx.query("SELECT 1 FROM shoppers WHERE email = ? OR id = ?", args![&s.email, s.id]).await?;
                    if !taken.is_empty() {
                        return Ok(false);
                    }
                    let pincode = s.delivery_pincode.map(Pincode::number);
                    tx.execute(
                        "INSERT INTO shoppers (id, email, name, roles, supplier, courier, delivery_pincode, created_at, password_hash)
                         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        args![s.id, s.email, s.name, s.roles.0, s.supplier, s.courier, pincode, s.created_at, password_hash],
                    )
                    .await?;
                    tell(tx, s.id, now).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn rehash(&self, shopper: ShopperId, old_hash: String, new_hash: String) -> EngineResult<bool> {
        self.db
            .write("users", move |tx| {
                let values = args![&new_hash, shopper, &old_hash];
                let sql = "UPDATE shoppers SET password_hash = ? WHERE id = ? AND password_hash = ?";
                async move { Ok(tx.execute(sql, values).await? > 0) }.boxed()
            })
            .await
    }

    async fn set_delivery_pincode(
        &self,
        shopper: ShopperId,
        pincode: Option<Pincode>,
        now: Timestamp,
    ) -> EngineResult<()> {
        let values = args![pincode.map(Pincode::number), shopper];
        self.change(shopper, "UPDATE shoppers SET delivery_pincode = ? WHERE id = ?", values, now).await?;
        Ok(())
    }

    async fn addresses_of(&self, shoppers: &[ShopperId]) -> EngineResult<HashMap<ShopperId, Vec<Address>>> {
        let mut found: HashMap<ShopperId, Vec<Address>> = HashMap::with_capacity(shoppers.len());
        for chunk in shoppers.chunks(500) {
            let sql = format!(
                "SELECT {ADDRESS} FROM addresses WHERE shopper IN ({}) ORDER BY is_default DESC, saved_at DESC, id DESC",
                sql_in(chunk.len())
            );
            for row in self.db.read("users", &sql, chunk.iter().map(Into::into).collect()).await? {
                let address = address_of(&row)?;
                found.entry(address.shopper).or_default().push(address);
            }
        }
        Ok(found)
    }

    async fn addresses_by_ids(&self, ids: &[AddressId]) -> EngineResult<HashMap<AddressId, Address>> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(500) {
            let sql = format!("SELECT {ADDRESS} FROM addresses WHERE id IN ({})", sql_in(chunk.len()));
            for row in self.db.read("users", &sql, chunk.iter().map(Into::into).collect()).await? {
                let address = address_of(&row)?;
                found.insert(address.id, address);
            }
        }
        Ok(found)
    }

    async fn save_address(&self, address: Address, now: Timestamp) -> EngineResult<bool> {
        // The account's row guards its address book: of two defaults saved at once, the later one wins.
        let lock = if self.db.backend() == Backend::MySql { " FOR UPDATE" } else { "" };
        let lock = format!("SELECT 1 FROM shoppers WHERE id = ?{lock}");
        self.db
            .write("users", move |tx| {
                let (a, lock) = (address.clone(), lock.clone());
                async move {
                    tx.query(&lock, args![a.shopper]).await?;
                    let there = tx.first("SELECT shopper FROM addresses WHERE id = ?", args![a.id]).await?;
                    let theirs = there.as_ref().map(|row| row.id::<ShopperId>(0)).transpose()?;
                    if theirs.is_some_and(|s| s != a.shopper) {
                        return Ok(false);
                    }
                    if a.is_default {
                        tx.execute("UPDATE addresses SET is_default = 0 WHERE shopper = ?", args![a.shopper]).await?;
                    }
                    if theirs.is_some() {
                        let values = args![Json(&a.postal), a.is_default, a.id];
                        tx.execute("UPDATE addresses SET postal = ?, is_default = ? WHERE id = ?", values).await?;
                    } else {
                        let values = args![a.id, a.shopper, Json(&a.postal), a.is_default, now];
                        tx.execute(
                            "INSERT INTO addresses (id, shopper, postal, is_default, saved_at) VALUES (?, ?, ?, ?, ?)",
                            values,
                        )
                        .await?;
                    }
                    tell(tx, a.shopper, now).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn remove_address(&self, shopper: ShopperId, id: AddressId, now: Timestamp) -> EngineResult<bool> {
        self.change(shopper, "DELETE FROM addresses WHERE id = ? AND shopper = ?", args![id, shopper], now).await
    }

    async fn guest_pincode(&self, guest: GuestId) -> EngineResult<Option<Pincode>> {
        let rows = self.db.read("users", "SELECT pincode FROM guests WHERE id = ?", args![guest]).await?;
        Ok(pincode_of(rows.first().map(|r| r.opt_int(0)).transpose()?.flatten()))
    }

    async fn set_guest_pincode(&self, guest: GuestId, pincode: Option<Pincode>, now: Timestamp) -> EngineResult<()> {
        self.db
            .write("users", move |tx| {
                async move {
                    let number = pincode.map(Pincode::number);
                    if tx.execute("UPDATE guests SET pincode = ? WHERE id = ?", args![number, guest]).await? == 0 {
                        tx.execute(
                            "INSERT INTO guests (id, pincode, created_at) VALUES (?, ?, ?)",
                            args![guest, number, now],
                        )
                        .await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
