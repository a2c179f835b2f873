//! What every order store must hold, for engines to run on a fresh, empty store each.

mod cancelling;
pub mod deadlines;
mod money;
mod parcels;
mod placing;
mod races;
mod reading;
mod returning;
pub mod world;

pub use world::World;

/// Runs everything; `fresh` makes an empty world each time.
pub async fn suite<F: Future<Output = World>>(fresh: impl Fn() -> F) {
    placing::placing_holds_stock_and_writes_everything(&fresh().await).await;
    placing::cash_goes_straight_to_placed(&fresh().await).await;
    placing::a_key_is_answered_again(&fresh().await).await;
    placing::a_quote_has_one_live_order(&fresh().await).await;
    placing::quotes_end_and_belong_to_their_owner(&fresh().await).await;
    placing::a_refusal_leaves_no_trace(&fresh().await).await;
    placing::another_warehouse_may_step_in(&fresh().await).await;
    placing::what_is_short_is_dropped_or_lowered_when_asked(&fresh().await).await;
    placing::a_failed_order_is_tried_again_once(&fresh().await).await;
    placing::one_checkout_has_one_live_order(&fresh().await).await;
    money::success_places_and_failure_releases(&fresh().await).await;
    money::a_late_success_is_refunded_once(&fresh().await).await;
    money::messages_count_once_and_must_name_the_amount(&fresh().await).await;
    money::expiry_waits_for_its_time(&fresh().await).await;
    money::charge_jobs_are_leased_and_remembered(&fresh().await).await;
    money::dead_orders_call_their_charge_off(&fresh().await).await;
    money::refund_jobs_end_once(&fresh().await).await;
    cancelling::an_unpaid_order_is_cancelled_whole(&fresh().await).await;
    cancelling::lines_are_cancelled_one_by_one_and_the_money_adds_up(&fresh().await).await;
    cancelling::what_left_cannot_be_cancelled(&fresh().await).await;
    cancelling::cancelling_twice_is_once(&fresh().await).await;
    parcels::an_order_travels_to_the_door(&fresh().await).await;
    parcels::couriers_may_repeat_themselves_and_skip(&fresh().await).await;
    parcels::the_order_waits_for_its_last_parcel(&fresh().await).await;
    parcels::a_cancelled_parcel_does_not_move(&fresh().await).await;
    reading::pages_go_both_ways(&fresh().await).await;
    reading::filters_narrow(&fresh().await).await;
    reading::events_count_from_one_without_gaps(&fresh().await).await;
    reading::what_was_a_guests_becomes_the_shoppers(&fresh().await).await;
    reading::old_quotes_and_keys_are_forgotten(&fresh().await).await;
    returning::units_are_cancelled_and_the_money_adds_up(&fresh().await).await;
    returning::a_return_gives_stock_and_money_back_once(&fresh().await).await;
    returning::no_more_comes_back_than_was_bought(&fresh().await).await;
    returning::only_what_arrived_comes_back_and_only_to_its_owner(&fresh().await).await;
    races::three_hundred_buyers_share_a_hundred_units(fresh().await).await;
    races::twenty_messages_have_one_effect(fresh().await).await;
    races::success_and_expiry_end_in_one_fate(fresh().await).await;
    races::one_key_makes_one_order(fresh().await).await;
    races::orders_of_many_lines_never_hold_half(fresh().await).await;
}
