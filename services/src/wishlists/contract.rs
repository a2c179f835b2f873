//! What every store of `wishlists` must hold, for engines to run.
