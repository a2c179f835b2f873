//! Accounts and addresses.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    caller::Roles,
    clock::Timestamp,
    ids::{AddressId, ShopperId, SupplierId},
    pincodes::Pincode,
};

/// An account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shopper {
    /// Its id.
    pub id: ShopperId,
    /// Lower case, unique.
    pub email: String,
    /// As the shopper wants to be called.
    pub name: String,
    /// What it may do.
    pub roles: Roles,
    /// For suppliers: whose items it sends.
    pub supplier: Option<SupplierId>,
    /// For couriers: the partner it speaks for.
    pub courier: Option<String>,
    /// Where things go unless said otherwise; else the default address's.
    pub delivery_pincode: Option<Pincode>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A postal address of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// Whose.
    pub shopper: ShopperId,
    /// The address itself.
    pub postal: PostalAddress,
    /// Taken when none is named.
    pub is_default: bool,
}

/// Where a parcel goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PostalAddress {
    /// Who receives.
    pub recipient: String,
    /// Telephone for the courier: `+`, digits, spaces.
    pub phone: String,
    /// House, street and so on, 1 to 4.
    pub lines: Vec<String>,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// The pincode.
    pub pincode: Pincode,
}

/// Where a caller's things go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryLocation {
    /// The pincode.
    pub pincode: Pincode,
    /// Its district, when known.
    pub district: Option<String>,
}
