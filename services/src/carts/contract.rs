//! What every store of `carts` must hold, for engines to run.
