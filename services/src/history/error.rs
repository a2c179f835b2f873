//! What may be wrong with an archived order.

/// Why a document cannot stand for its order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The archive has none.
    #[error("the archive has no document of it")]
    Missing,
    /// It is not the one that was let go.
    #[error("the archived document is not what its checksum says")]
    Differs,
    /// It cannot be read.
    #[error("the archived document cannot be read: {0}")]
    Unreadable(String),
}
