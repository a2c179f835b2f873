//! Who can sign in to the demo. The password is public: `serve --production` refuses to start with these accounts.

use services::{
    kernel::{
        caller::{Role, Roles},
        ids::SupplierId,
        pincodes::Pincode,
    },
    users::PostalAddress,
};

use super::{catalogue::supplier_id, network::couriers};

/// The password of all of them.
pub const PASSWORD: &str = "demo-password-12";

/// An account of the demo.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoAccount {
    /// The name to sign in with.
    pub email: &'static str,
    /// As shown.
    pub name: &'static str,
    /// What it may do.
    pub roles: Roles,
    /// Whose items it sends.
    pub supplier: Option<SupplierId>,
    /// The partner that it speaks for, by code.
    pub courier: Option<&'static str>,
    /// Its addresses, the default one first.
    pub addresses: Vec<PostalAddress>,
}

/// All accounts: a shopper, an operator, a supplier, a courier and a hand in the warehouse.
pub fn accounts() -> Vec<DemoAccount> {
    let account = |email, name, role| DemoAccount {
        email,
        name,
        roles: Roles::default().with(Role::Shopper).with(role),
        supplier: None,
        courier: None,
        addresses: Vec::new(),
    };
    vec![
        DemoAccount { addresses: addresses(), ..account("shopper@demo.chowk.example", "Meera Iyengar", Role::Shopper) },
        account("operator@demo.chowk.example", "Farhan Siddiq", Role::Operator),
        DemoAccount {
            supplier: Some(supplier_id("electronics")),
            ..account("supplier@demo.chowk.example", "Lakshmi Narang", Role::Supplier)
        },
        DemoAccount {
            courier: Some(couriers::SURFACE),
            ..account("courier@demo.chowk.example", "Joseph Lalrem", Role::Courier)
        },
        account("warehouse@demo.chowk.example", "Anand Kulkarn", Role::Warehouse),
    ]
}

/// At home, and with the parents two thousand kilometres away.
fn addresses() -> Vec<PostalAddress> {
    let address = |lines: [&str; 2], city: &str, state: &str, pincode: u32| PostalAddress {
        recipient: "Meera Iyengar".to_owned(),
        phone: "+91 90000 00000".to_owned(),
        lines: lines.map(str::to_owned).to_vec(),
        city: city.to_owned(),
        state: state.to_owned(),
        pincode: Pincode::new(pincode).expect("six digits"),
    };
    vec![
        address(["Flat 12, Gulmohar House", "4th Cross, Demo Road"], "Bengaluru", "Karnataka", 560_001),
        address(["House 7, Riverside Lane", "Demo Para"], "Guwahati", "Assam", 781_001),
    ]
}
