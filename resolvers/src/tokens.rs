//! Where a client keeps its tokens: in the answers that it reads, or out of its reach, with the transport that brought the
//! request (cookies of a browser). Here is only what resolvers must know of it; what a cookie is, the edge knows.

use parking_lot::Mutex;
use services::sessions::Tokens;

/// What a client that keeps its tokens with the transport sent along.
#[derive(Clone, Default)]
pub struct SentTokens {
    /// For `refreshSession` and `signOut`.
    pub refresh: Option<String>,
    /// For `signIn` and `signUp`.
    pub guest: Option<String>,
}

/// What the transport does after the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenChange {
    /// Keeps these instead of what it had.
    Keep(Tokens),
    /// Forgets all.
    Forget,
}

/// The tokens of a request whose client keeps them with the transport.
pub struct Keeping {
    sent: SentTokens,
    change: Mutex<Option<TokenChange>>,
}

impl Keeping {
    /// With what was sent.
    pub fn new(sent: SentTokens) -> Self {
        Self { sent, change: Mutex::default() }
    }
    /// What was sent.
    pub fn sent(&self) -> &SentTokens {
        &self.sent
    }
    /// The last change counts.
    pub fn change(&self, change: TokenChange) {
        *self.change.lock() = Some(change);
    }
    /// Asked once, after the answer.
    pub fn take_change(&self) -> Option<TokenChange> {
        self.change.lock().take()
    }
}
