//! The bounds that shoppers and suppliers meet, in one place. Each is told in the message that refuses.

/// Units of one line of a cart or an order.
pub const QUANTITY_MAX: u32 = 99;
/// Lines of a cart.
pub const CART_LINES_MAX: usize = 100;
/// Lines of a wishlist.
pub const WISHLIST_LINES_MAX: usize = 1_000;
/// Lines given in one mutation.
pub const INPUT_LINES_MAX: usize = 50;
/// Rows of a page of a list.
pub const PAGE_MAX: usize = 100;
/// Variants of an item.
pub const VARIANTS_MAX: usize = 100;
/// Attributes of an item.
pub const ATTRIBUTES_MAX: usize = 400;
/// Pictures of an item.
pub const IMAGES_MAX: usize = 20;
/// Bytes of one text value (title, attribute, address line).
pub const TEXT_MAX: usize = 4_096;
/// Bytes of an idempotency key.
pub const IDEMPOTENCY_KEY_MAX: usize = 255;
/// Addresses of an account.
pub const ADDRESSES_MAX: usize = 50;
/// Bytes of a search text.
pub const QUERY_MAX: usize = 256;
/// Filters of one search.
pub const FILTERS_MAX: usize = 20;
/// Values inside one filter.
pub const FILTER_VALUES_MAX: usize = 50;
