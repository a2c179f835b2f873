//! The search service.
/// Search.
#[derive(Clone, Debug)]
pub struct Search;
