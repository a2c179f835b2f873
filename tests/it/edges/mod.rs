//! The schema over small working stores, in process: how many calls its edges cost, what is left of a page when an engine
//! is down, and what its subscriptions tell. HTTP is not here.

mod calls;
mod canaries;
mod counting;
mod failures;
mod mutations;
mod small;
mod subscriptions;
