//! What every store of `sessions` must hold, for engines to run.
