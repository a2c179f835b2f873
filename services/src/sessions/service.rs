//! The session service.
/// Sessions.
#[derive(Clone, Debug)]
pub struct Sessions;
