//! What users need from a store and a cache.
//!
//! Promises: an address book has at most one default; saving one as default takes the mark off the others in the same
//! transaction; each change writes a `ShopperChanged` event with it.

use std::collections::HashMap;

use async_trait::async_trait;

use super::model::{Address, Shopper};
use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{AddressId, GuestId, ShopperId},
    pincodes::Pincode,
};

/// The store of accounts and addresses.
#[async_trait]
pub trait UserStore: Send + Sync + 'static {
    /// Accounts by id.
    async fn shoppers_by_ids(&self, ids: &[ShopperId]) -> EngineResult<HashMap<ShopperId, Shopper>>;
    /// An account and its password hash (a PHC string) by e-mail, lower case.
    async fn shopper_by_email(&self, email: &str) -> EngineResult<Option<(Shopper, String)>>;
    /// Makes an account; false when the e-mail is taken.
    async fn create(&self, shopper: Shopper, password_hash: String, now: Timestamp) -> EngineResult<bool>;
    /// Puts a dearer hash of the same password in place of the one that was read; false, and nothing done, when the stored
    /// one is another by now. No event: nothing that can be seen changed.
    async fn rehash(&self, shopper: ShopperId, old_hash: String, new_hash: String) -> EngineResult<bool>;
    /// Sets where things go.
    async fn set_delivery_pincode(
        &self,
        shopper: ShopperId,
        pincode: Option<Pincode>,
        now: Timestamp,
    ) -> EngineResult<()>;
    /// Addresses of accounts, the default one first, then the newest.
    async fn addresses_of(&self, shoppers: &[ShopperId]) -> EngineResult<HashMap<ShopperId, Vec<Address>>>;
    /// Addresses by id, whosever they are: the service checks the owner.
    async fn addresses_by_ids(&self, ids: &[AddressId]) -> EngineResult<HashMap<AddressId, Address>>;
    /// Inserts or replaces an address; refused (false) when the id is another account's.
    async fn save_address(&self, address: Address, now: Timestamp) -> EngineResult<bool>;
    /// Removes an address of the account; false when there is none.
    async fn remove_address(&self, shopper: ShopperId, id: AddressId, now: Timestamp) -> EngineResult<bool>;
    /// Where a guest's things go.
    async fn guest_pincode(&self, guest: GuestId) -> EngineResult<Option<Pincode>>;
    /// Sets where a guest's things go; makes the guest if needed.
    async fn set_guest_pincode(&self, guest: GuestId, pincode: Option<Pincode>, now: Timestamp) -> EngineResult<()>;
}
