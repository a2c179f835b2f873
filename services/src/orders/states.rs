//! The life of an order: which step leads where. FAILED and EXPIRED lead nowhere: what failed is tried again as a new
//! order. Pure.

use super::model::{OrderState, OrderStep};

/// All states, in the order of a life.
pub const ALL: [OrderState; 10] = [
    OrderState::Created,
    OrderState::Placed,
    OrderState::Packed,
    OrderState::Shipped,
    OrderState::OutForDelivery,
    OrderState::Delivered,
    OrderState::Failed,
    OrderState::Expired,
    OrderState::Cancelled,
    OrderState::Returned,
];

/// The name of a state, in the words of the schema and the store.
pub const fn name(state: OrderState) -> &'static str {
    match state {
        OrderState::Created => "CREATED",
        OrderState::Placed => "PLACED",
        OrderState::Packed => "PACKED",
        OrderState::Shipped => "SHIPPED",
        OrderState::OutForDelivery => "OUT_FOR_DELIVERY",
        OrderState::Delivered => "DELIVERED",
        OrderState::Failed => "FAILED",
        OrderState::Expired => "EXPIRED",
        OrderState::Cancelled => "CANCELLED",
        OrderState::Returned => "RETURNED",
    }
}

/// A state from its name.
pub fn named(text: &str) -> Option<OrderState> {
    ALL.into_iter().find(|s| name(*s) == text)
}

/// The step that leads into a state.
pub const fn step_into(state: OrderState) -> OrderStep {
    match state {
        OrderState::Created => OrderStep::Created,
        OrderState::Placed => OrderStep::Placed,
        OrderState::Packed => OrderStep::Packed,
        OrderState::Shipped => OrderStep::Shipped,
        OrderState::OutForDelivery => OrderStep::OutForDelivery,
        OrderState::Delivered => OrderStep::Delivered,
        OrderState::Failed => OrderStep::Failed,
        OrderState::Expired => OrderStep::Expired,
        OrderState::Cancelled => OrderStep::Cancelled,
        OrderState::Returned => OrderStep::Returned,
    }
}

/// The name of a step.
pub const fn step_name(step: OrderStep) -> &'static str {
    match step {
        OrderStep::Created => "CREATED",
        OrderStep::Placed => "PLACED",
        OrderStep::Failed => "FAILED",
        OrderStep::Expired => "EXPIRED",
        OrderStep::Cancelled => "CANCELLED",
        OrderStep::Packed => "PACKED",
        OrderStep::Shipped => "SHIPPED",
        OrderStep::OutForDelivery => "OUT_FOR_DELIVERY",
        OrderStep::Delivered => "DELIVERED",
        OrderStep::Returned => "RETURNED",
        OrderStep::ReturnRequested => "RETURN_REQUESTED",
        OrderStep::ReturnPickedUp => "RETURN_PICKED_UP",
        OrderStep::ReturnReceived => "RETURN_RECEIVED",
        OrderStep::ReturnRefused => "RETURN_REFUSED",
    }
}

/// Steps of a return, which lead an order into no other state.
pub const OF_RETURNS: [OrderStep; 4] =
    [OrderStep::ReturnRequested, OrderStep::ReturnPickedUp, OrderStep::ReturnReceived, OrderStep::ReturnRefused];

/// A step from its name.
pub fn step_named(text: &str) -> Option<OrderStep> {
    named(text).map(step_into).or_else(|| OF_RETURNS.into_iter().find(|s| step_name(*s) == text))
}

/// Where a line (or a parcel) in `from` stands after a step; `None`: the step is not for it and changes nothing.
/// Couriers may skip steps, so everything on the way is open to each later step.
pub const fn after(from: OrderState, step: OrderStep) -> Option<OrderState> {
    use OrderState as S;
    use OrderStep as T;
    match (from, step) {
        (S::Created, T::Placed) => Some(S::Placed),
        (S::Created, T::Failed) => Some(S::Failed),
        (S::Created, T::Expired) => Some(S::Expired),
        (S::Created | S::Placed | S::Packed, T::Cancelled) => Some(S::Cancelled),
        (S::Placed, T::Packed) => Some(S::Packed),
        (S::Packed, T::Shipped) => Some(S::Shipped),
        (S::Packed | S::Shipped, T::OutForDelivery) => Some(S::OutForDelivery),
        (S::Packed | S::Shipped | S::OutForDelivery, T::Delivered) => Some(S::Delivered),
        (S::Delivered, T::Returned) => Some(S::Returned),
        _ => None,
    }
}

/// Nothing happens any more, except a return of what was delivered.
pub const fn is_final(state: OrderState) -> bool {
    matches!(
        state,
        OrderState::Delivered | OrderState::Failed | OrderState::Expired | OrderState::Cancelled | OrderState::Returned
    )
}

/// The order holds neither stock nor money any more: its quote may be used again.
pub const fn is_dead(state: OrderState) -> bool {
    matches!(state, OrderState::Failed | OrderState::Expired | OrderState::Cancelled)
}

/// Whether a line in this state may be called off.
pub const fn is_cancellable(state: OrderState) -> bool {
    after(state, OrderStep::Cancelled).is_some()
}

/// Whether the state counts as sold in the stock: paid, and neither called off nor sent back.
pub const fn is_sold(state: OrderState) -> bool {
    matches!(
        state,
        OrderState::Placed
            | OrderState::Packed
            | OrderState::Shipped
            | OrderState::OutForDelivery
            | OrderState::Delivered
    )
}

/// An order stands where its least advanced live line stands. Without live lines: RETURNED when any came back, else what
/// ended them.
pub fn of_lines(lines: impl IntoIterator<Item = OrderState>) -> OrderState {
    let (mut live, mut ended): (Option<OrderState>, Option<OrderState>) = (None, None);
    for state in lines {
        if is_dead(state) || state == OrderState::Returned {
            // Of what ended, a return tells the most, then a calling-off.
            ended = Some(ended.map_or(state, |e| e.max(state)));
        } else {
            live = Some(live.map_or(state, |l| l.min(state)));
        }
    }
    live.or(ended).unwrap_or(OrderState::Cancelled)
}

/// What happened, for people.
pub fn message(step: OrderStep, whole: bool, detail: Option<&str>) -> String {
    let told = match (step, whole) {
        (OrderStep::Created, _) => "Order received; waiting for the payment",
        (OrderStep::Placed, _) => "Order placed",
        (OrderStep::Failed, _) => "The payment was refused; nothing was charged",
        (OrderStep::Expired, _) => "No payment arrived in time; the order has ended",
        (OrderStep::Cancelled, true) => "Order cancelled",
        (OrderStep::Cancelled, false) => "A part of the order was cancelled",
        (OrderStep::Packed, _) => "Packed",
        (OrderStep::Shipped, _) => "Handed to the courier",
        (OrderStep::OutForDelivery, _) => "Out for delivery",
        (OrderStep::Delivered, _) => "Delivered",
        (OrderStep::Returned, true) => "Returned",
        (OrderStep::Returned, false) => "A part of the order was returned",
        (OrderStep::ReturnRequested, _) => "Return requested",
        (OrderStep::ReturnPickedUp, _) => "What you send back is with the courier",
        (OrderStep::ReturnReceived, _) => "What you sent back has reached us",
        (OrderStep::ReturnRefused, _) => "What you sent back was not taken",
    };
    detail.map_or_else(|| told.to_owned(), |d| format!("{told}: {d}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderState as S;

    /// Every state against every step: what is not listed here changes nothing.
    #[test]
    fn the_table_is_exactly_this() {
        let open = [
            (S::Created, S::Placed),
            (S::Created, S::Failed),
            (S::Created, S::Expired),
            (S::Created, S::Cancelled),
            (S::Placed, S::Packed),
            (S::Placed, S::Cancelled),
            (S::Packed, S::Cancelled),
            (S::Packed, S::Shipped),
            (S::Packed, S::OutForDelivery),
            (S::Packed, S::Delivered),
            (S::Shipped, S::OutForDelivery),
            (S::Shipped, S::Delivered),
            (S::OutForDelivery, S::Delivered),
            (S::Delivered, S::Returned),
        ];
        for from in ALL {
            for to in ALL {
                let expected = open.contains(&(from, to)).then_some(to);
                assert_eq!(after(from, step_into(to)), expected, "{from:?} -> {to:?}");
            }
        }
    }

    #[test]
    fn the_dead_stay_dead() {
        for dead in [S::Failed, S::Expired, S::Cancelled] {
            assert!(is_dead(dead) && is_final(dead) && !is_cancellable(dead) && !is_sold(dead));
            assert!(ALL.into_iter().all(|to| after(dead, step_into(to)).is_none()));
        }
    }

    #[test]
    fn no_step_leads_back_and_every_life_ends() {
        // Along any path the rank grows, so every path is finite.
        let rank = |s: S| ALL.iter().position(|x| *x == s);
        for from in ALL {
            for to in ALL {
                if let Some(next) = after(from, step_into(to)) {
                    assert!(rank(next) > rank(from), "{from:?} -> {next:?}");
                }
            }
        }
    }

    #[test]
    fn an_order_stands_where_its_least_advanced_live_line_stands() {
        assert_eq!(of_lines([S::Delivered, S::Shipped, S::Cancelled]), S::Shipped);
        assert_eq!(of_lines([S::Cancelled, S::Cancelled]), S::Cancelled);
        assert_eq!(of_lines([S::Cancelled, S::Returned]), S::Returned);
        assert_eq!(of_lines([S::Returned, S::Delivered]), S::Delivered);
        assert_eq!(of_lines([S::Expired, S::Expired]), S::Expired);
        assert_eq!(of_lines([S::Placed]), S::Placed);
    }

    #[test]
    fn names_round_trip() {
        for s in ALL {
            assert_eq!(named(name(s)), Some(s));
            assert_eq!(step_named(step_name(step_into(s))), Some(step_into(s)));
            assert_eq!(serde_json::to_value(s).unwrap(), serde_json::json!(name(s)));
            assert_eq!(serde_json::to_value(step_into(s)).unwrap(), serde_json::json!(step_name(step_into(s))));
        }
        for step in OF_RETURNS {
            assert_eq!(step_named(step_name(step)), Some(step));
            assert_eq!(serde_json::to_value(step).unwrap(), serde_json::json!(step_name(step)));
            assert!(ALL.into_iter().all(|from| after(from, step).is_none()), "{step:?} moves no line");
        }
        assert_eq!(named("created"), None);
    }
}
