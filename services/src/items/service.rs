//! The item service.
/// Items.
#[derive(Clone, Debug)]
pub struct Items;
