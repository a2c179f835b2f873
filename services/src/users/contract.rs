//! What every store of `users` must hold, for engines to run.
