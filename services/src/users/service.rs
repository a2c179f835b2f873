//! The user service.
/// Users.
#[derive(Clone, Debug)]
pub struct Users;
