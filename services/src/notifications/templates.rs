//! The words of messages. Pure; only what an order's owner may read anyway.

use super::model::Text;
use crate::kernel::{events::OrderStep, money::Money};

/// What is told about a step of an order; `None`: that step is not told.
pub fn order(step: OrderStep, number: &str, arrived_all: bool) -> Option<Text> {
    let (title, body) = match step {
        OrderStep::Placed => ("Order placed", format!("We have your order {number} and are packing it.")),
        OrderStep::Shipped => ("On its way", format!("A parcel of your order {number} is with the courier.")),
        OrderStep::OutForDelivery => {
            ("Arriving today", format!("A parcel of your order {number} is out for delivery."))
        }
        OrderStep::Delivered if arrived_all => ("Delivered", format!("Your order {number} has arrived.")),
        OrderStep::Delivered => {
            ("Parcel delivered", format!("A parcel of your order {number} has arrived; more is on its way."))
        }
        OrderStep::Failed => (
            "Payment refused",
            format!("The payment of your order {number} was refused. Nothing was charged; you can try again."),
        ),
        OrderStep::Expired => {
            ("Order ended", format!("No payment for your order {number} arrived in time. You can try again."))
        }
        OrderStep::Cancelled => ("Cancelled", format!("Your order {number}, or a part of it, was cancelled.")),
        OrderStep::Returned => ("Returned", format!("What you sent back of your order {number} is with us.")),
        OrderStep::ReturnRequested => {
            ("Return requested", format!("We know that you send back a part of your order {number}."))
        }
        OrderStep::ReturnRefused => (
            "Return not taken",
            format!("What you sent back of your order {number} could not be taken; it comes back to you."),
        ),
        OrderStep::Created | OrderStep::Packed | OrderStep::ReturnPickedUp | OrderStep::ReturnReceived => return None,
    };
    Some(Text { title: title.to_owned(), body })
}

/// What is told when money went back.
pub fn refunded(number: &str, amount: Money) -> Text {
    Text {
        title: "Money returned".to_owned(),
        body: format!("{} of your order {number} went back to you.", amount.formatted()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_told_and_names_the_order() {
        for step in [OrderStep::Placed, OrderStep::Shipped, OrderStep::Delivered, OrderStep::Failed] {
            let text = order(step, "CH123", true).expect("is told");
            assert!(text.body.contains("CH123") && !text.title.is_empty(), "{text:?}");
        }
        assert_eq!(order(OrderStep::Created, "CH123", true), None);
        assert_ne!(order(OrderStep::Delivered, "CH1", true), order(OrderStep::Delivered, "CH1", false));
        assert!(refunded("CH1", Money::inr(12_345)).body.starts_with("₹123.45"));
    }
}
