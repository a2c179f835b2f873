//! What checkout takes, and how it is decoded.

use async_graphql::{Enum, ID, InputObject, OneofObject};
use services::{
    kernel::{caller::Owner, ids::AddressId},
    orders::{self, Obstacle, PaymentChoice, WantedLine},
    users::PostalAddress,
};

use crate::{
    carts::mutation::{CartLineInput, wanted},
    error::{Attempt, ErrorCode, Stop, UserError, areas},
    ids,
    money::MoneyInput,
    scalars::Pincode,
    shop::Shop,
};

/// What `checkoutQuote` needs.
#[derive(InputObject)]
pub struct CheckoutQuoteInput {
    /// Instead of the cart, at most 50.
    pub lines: Option<Vec<CartLineInput>>,
    /// A saved address; else `address`; else the account's default one.
    pub address_id: Option<ID>,
    /// An address that is not saved.
    pub address: Option<AddressInput>,
}

/// A postal address.
#[derive(Clone, Debug, InputObject)]
pub struct AddressInput {
    /// Who receives.
    pub recipient: String,
    /// Telephone for the courier.
    pub phone: String,
    /// House, street and so on, 1 to 4.
    pub lines: Vec<String>,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// The pincode.
    pub pincode: Pincode,
    /// Where mail goes; needed from guests.
    pub email: Option<String>,
}

/// What `placeOrder` needs.
#[derive(InputObject)]
pub struct PlaceOrderInput {
    /// The quote.
    pub quote_id: ID,
    /// The total that the shopper saw.
    pub expected_total: MoneyInput,
    /// How to pay.
    pub payment: PaymentInput,
    /// What to do when something ran out since.
    #[graphql(default_with = "OnUnavailable::Reject")]
    pub on_unavailable: OnUnavailable,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// What `retryPayment` needs.
#[derive(InputObject)]
pub struct RetryPaymentInput {
    /// A FAILED or EXPIRED order.
    pub order_id: ID,
    /// Its total.
    pub expected_total: MoneyInput,
    /// How to pay.
    pub payment: PaymentInput,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// How to pay.
#[derive(Clone, Debug, OneofObject)]
pub enum PaymentInput {
    /// A card, by the provider's token.
    CardToken(String),
    /// UPI, by the payer's address.
    UpiId(String),
    /// Cash when it arrives; must be true.
    CashOnDelivery(bool),
}

/// What to do when something ran out between quote and order.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "orders::OnUnavailable")]
pub enum OnUnavailable {
    /// Order nothing.
    Reject,
    /// Leave such lines out.
    DropLines,
    /// Take as many as there are.
    TakeAvailable,
}

/// Longest token or UPI address of a payment, bytes.
const TOKEN_MAX: usize = 255;

impl PaymentInput {
    /// As the order service takes it.
    pub fn decode(self) -> Attempt<PaymentChoice> {
        let bad = |message: String, field| Err(Stop::simple(ErrorCode::InvalidInput, message, &["payment", field]));
        match self {
            Self::CardToken(token) | Self::UpiId(token) if token.is_empty() || token.len() > TOKEN_MAX => {
                bad(format!("1 to {TOKEN_MAX} bytes are needed to pay with"), "token")
            }
            Self::CardToken(token) => Ok(PaymentChoice::Card(token)),
            Self::UpiId(payer) => Ok(PaymentChoice::Upi(payer)),
            Self::CashOnDelivery(true) => Ok(PaymentChoice::CashOnDelivery),
            Self::CashOnDelivery(false) => bad("choose one way to pay, or say true".to_owned(), "cashOnDelivery"),
        }
    }
}

/// The lines of an input as the order service takes them.
pub fn decode_lines(lines: &[CartLineInput]) -> Attempt<Vec<WantedLine>> {
    let line = |(line, (variant, quantity)): (usize, (_, i64))| match u32::try_from(quantity) {
        Ok(quantity) => Ok(WantedLine { variant, quantity }),
        Err(_) => Err(Stop::Told(vec![areas::obstacle(&Obstacle::Quantity { line, quantity })])),
    };
    wanted(lines)?.into_iter().enumerate().map(line).collect()
}

/// Where to, and where mail goes when the caller says so.
pub async fn decode_address(
    shop: &Shop,
    owner: Owner,
    saved: Option<ID>,
    given: Option<AddressInput>,
) -> Attempt<(PostalAddress, Option<String>)> {
    match (saved, given) {
        (Some(_), Some(_)) => {
            Err(Stop::simple(ErrorCode::InvalidInput, "give addressId or address, not both", &["address"]))
        }
        (Some(id), None) => Ok((saved_address(shop, owner, &id).await?, None)),
        (None, Some(a)) => {
            let AddressInput { recipient, phone, lines, city, state, pincode, email } = a;
            Ok((PostalAddress { recipient, phone, lines, city, state, pincode: pincode.0 }, email))
        }
        (None, None) => Ok((default_address(shop, owner).await?, None)),
    }
}

async fn saved_address(shop: &Shop, owner: Owner, id: &ID) -> Attempt<PostalAddress> {
    let id: AddressId = ids::parse(id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["addressId"])]))?;
    let address = match owner.shopper() {
        Some(shopper) => shop.users.address(shopper, id).await?,
        None => None,
    };
    let missing = || Stop::simple(ErrorCode::NotFound, "there is no such address, or it is not yours", &["addressId"]);
    Ok(address.ok_or_else(missing)?.postal)
}

async fn default_address(shop: &Shop, owner: Owner) -> Attempt<PostalAddress> {
    let saved = match owner.shopper() {
        Some(shopper) => shop.users.addresses(shopper).await?,
        None => Vec::new(),
    };
    let missing = || Stop::simple(ErrorCode::InvalidInput, "say where it goes: addressId or address", &["address"]);
    Ok(saved.into_iter().find(|a| a.is_default).ok_or_else(missing)?.postal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payments_decode_and_half_chosen_ones_are_refused() {
        assert!(matches!(PaymentInput::CardToken("tok".into()).decode(), Ok(PaymentChoice::Card(_))));
        assert!(matches!(PaymentInput::CashOnDelivery(true).decode(), Ok(PaymentChoice::CashOnDelivery)));
        assert!(PaymentInput::CashOnDelivery(false).decode().is_err());
        assert!(PaymentInput::UpiId(String::new()).decode().is_err());
        assert!(PaymentInput::CardToken("x".repeat(300)).decode().is_err());
    }

    #[test]
    fn a_negative_quantity_is_told_with_its_line() {
        let variant = services::kernel::ids::VariantId(uuid::Uuid::from_u128(1));
        let line = |quantity| CartLineInput { variant_id: ids::of(variant), quantity };
        let Err(Stop::Told(errors)) = decode_lines(&[line(1), line(-3)]) else { panic!("refused") };
        let UserError::SimpleError(error) = &errors[0] else { panic!("a plain error") };
        assert_eq!(error.path, ["lines", "1", "quantity"]);
    }
}
