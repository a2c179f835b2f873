//! Items with their differing attributes as documents on MongoDB.
