//! Loads and saves accounts and addresses: the cache first, then the store.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;

use super::{
    error::Error,
    model::{Address, DeliveryLocation, PostalAddress, Shopper},
    ports::UserStore,
    rules,
};
use crate::kernel::{
    caller::Owner,
    clock::Clock,
    error::EngineResult,
    ids::{AddressId, IdSource, ShopperId},
    limits::ADDRESSES_MAX,
    pincodes::{Pincode, table::table},
};

/// Accounts that the cache holds.
const CACHED: u64 = 100_000;
/// How long an account may be served from the cache when no event says that it changed.
const CACHED_FOR: Duration = Duration::from_secs(60);

/// The user service. Cheap to clone.
#[derive(Clone)]
pub struct Users(Arc<Inner>);

struct Inner {
    store: Arc<dyn UserStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    shoppers: Cache<ShopperId, Arc<Shopper>>,
    addresses: Cache<ShopperId, Arc<Vec<Address>>>,
}

impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Users")
    }
}

impl Users {
    /// Over a store.
    pub fn new(store: Arc<dyn UserStore>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        let shoppers = Cache::builder().max_capacity(CACHED).time_to_live(CACHED_FOR).build();
        let addresses = Cache::builder().max_capacity(CACHED).time_to_live(CACHED_FOR).build();
        Self(Arc::new(Inner { store, clock, ids, shoppers, addresses }))
    }

    /// An account.
    pub async fn shopper(&self, id: ShopperId) -> EngineResult<Option<Arc<Shopper>>> {
        if let Some(shopper) = self.0.shoppers.get(&id) {
            return Ok(Some(shopper));
        }
        let found = self.0.store.shoppers_by_ids(&[id]).await?.remove(&id).map(Arc::new);
        if let Some(shopper) = &found {
            self.0.shoppers.insert(id, Arc::clone(shopper));
        }
        Ok(found)
    }

    /// Addresses of an account, the default one first.
    pub async fn addresses(&self, shopper: ShopperId) -> EngineResult<Vec<Address>> {
        if let Some(addresses) = self.0.addresses.get(&shopper) {
            return Ok(addresses.as_ref().clone());
        }
        let found = self.0.store.addresses_of(&[shopper]).await?.remove(&shopper).unwrap_or_default();
        self.0.addresses.insert(shopper, Arc::new(found.clone()));
        Ok(found)
    }

    /// One address of an account; another account's is not found.
    pub async fn address(&self, shopper: ShopperId, id: AddressId) -> EngineResult<Option<Address>> {
        Ok(self.addresses(shopper).await?.into_iter().find(|a| a.id == id))
    }

    /// Adds an address, or changes one. The first address of an account is the default.
    ///
    /// # Errors
    /// Broken rules, an id that is not the account's, too many addresses, or a failed store.
    pub async fn save_address(
        &self,
        shopper: ShopperId,
        id: Option<AddressId>,
        postal: PostalAddress,
        is_default: bool,
    ) -> Result<Address, Error> {
        rules::check_postal(&postal).map_err(Error::Invalid)?;
        let present = self.0.store.addresses_of(&[shopper]).await?.remove(&shopper).unwrap_or_default();
        if id.is_some_and(|id| present.iter().all(|a| a.id != id)) {
            return Err(Error::NotFound("address"));
        }
        if id.is_none() && present.len() >= ADDRESSES_MAX {
            return Err(Error::TooMany(ADDRESSES_MAX));
        }
        let now = self.0.clock.now();
        let id = id.unwrap_or_else(|| AddressId(self.0.ids.next(now)));
        let others_default = present.iter().any(|a| a.is_default && a.id != id);
        let address = Address { id, shopper, postal, is_default: is_default || !others_default };
        if !self.0.store.save_address(address.clone(), now).await? {
            return Err(Error::NotFound("address"));
        }
        self.forget(shopper);
        Ok(address)
    }

    /// Removes an address.
    ///
    /// # Errors
    /// When there is none, or a failed store.
    pub async fn remove_address(&self, shopper: ShopperId, id: AddressId) -> Result<(), Error> {
        let removed = self.0.store.remove_address(shopper, id, self.0.clock.now()).await?;
        self.forget(shopper);
        if removed { Ok(()) } else { Err(Error::NotFound("address")) }
    }

    /// Where the caller's things go: what was chosen, else the default address's pincode.
    pub async fn delivery_location(&self, owner: Owner) -> EngineResult<Option<DeliveryLocation>> {
        let pincode = match owner {
            Owner::Guest(guest) => self.0.store.guest_pincode(guest).await?,
            Owner::Shopper(id) => match self.shopper(id).await?.and_then(|s| s.delivery_pincode) {
                Some(pincode) => Some(pincode),
                None => self.addresses(id).await?.into_iter().find(|a| a.is_default).map(|a| a.postal.pincode),
            },
        };
        Ok(pincode.map(located))
    }

    /// Chooses where the caller's things go.
    ///
    /// # Errors
    /// A pincode that does not exist, or a failed store.
    pub async fn set_delivery_location(&self, owner: Owner, pincode: Pincode) -> Result<DeliveryLocation, Error> {
        if table().get(pincode).is_none() {
            return Err(Error::Invalid(vec![(
                "pincode",
                format!("there is no pincode {pincode}: check the six digits"),
            )]));
        }
        let now = self.0.clock.now();
        match owner {
            Owner::Guest(guest) => self.0.store.set_guest_pincode(guest, Some(pincode), now).await?,
            Owner::Shopper(id) => {
                self.0.store.set_delivery_pincode(id, Some(pincode), now).await?;
                self.forget(id);
            }
        }
        Ok(located(pincode))
    }

    /// Reads an account anew next time: it changed, here or in another process.
    pub fn forget(&self, shopper: ShopperId) {
        self.0.shoppers.invalidate(&shopper);
        self.0.addresses.invalidate(&shopper);
    }
}

fn located(pincode: Pincode) -> DeliveryLocation {
    DeliveryLocation { pincode, district: table().district(pincode).map(|d| d.name.clone()) }
}
