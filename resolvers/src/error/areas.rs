//! What each area's errors become. One function per area: domain refusals are told as data, failures of engines stay
//! failures.

use services::{
    carts::{self, CartProblem, CartWarning},
    items,
    kernel::limits::{CART_LINES_MAX, QUANTITY_MAX, WISHLIST_LINES_MAX},
    orders::{self, Obstacle, PlacementWarning},
    search, sessions, users, wishlists,
};

use super::{
    ErrorCode, InsufficientStock, NotDeliverableError, PromiseChanged, Refused, SimpleError, Stop, TooManyUnits,
    TotalMismatch, UserError, Warning, WarningCode, line_path,
};

use crate::scalars::int;

macro_rules! stops {
    ($($error:ty => $function:ident),+ $(,)?) => {$(
        impl From<$error> for Stop {
            fn from(error: $error) -> Self { $function(error) }
        }
    )+};
}
stops! {
    items::Error => items, users::Error => users, sessions::Error => sessions, carts::Error => carts,
    wishlists::Error => wishlists, search::Error => search, orders::Error => orders,
}

/// Errors of the item service.
pub fn items(error: items::Error) -> Stop {
    match error {
        items::Error::Refused(refusals) => Stop::Told(
            refusals
                .into_iter()
                .map(|r| {
                    let path = r.field.split('.').map(str::to_owned).collect();
                    UserError::SimpleError(SimpleError { code: ErrorCode::InvalidInput, message: r.message, path })
                })
                .collect(),
        ),
        items::Error::NotFound(_) => Stop::simple(ErrorCode::NotFound, error.to_string(), &[]),
        items::Error::Stale { .. } => Stop::simple(ErrorCode::StaleVersion, error.to_string(), &["version"]),
        items::Error::Engine(e) => Stop::Engine(e),
    }
}

/// Errors of the user service.
pub fn users(error: users::Error) -> Stop {
    match error {
        users::Error::Invalid(broken) => {
            Stop::Told(broken.into_iter().map(|(f, m)| UserError::simple(ErrorCode::InvalidInput, m, &[f])).collect())
        }
        users::Error::NotFound(_) => Stop::simple(ErrorCode::NotFound, error.to_string(), &["id"]),
        users::Error::TooMany(_) => Stop::simple(ErrorCode::LimitExceeded, error.to_string(), &[]),
        users::Error::Engine(e) => Stop::Engine(e),
    }
}

/// Errors of the session service.
pub fn sessions(error: sessions::Error) -> Stop {
    match error {
        sessions::Error::WrongCredentials | sessions::Error::InvalidToken | sessions::Error::ExpiredToken => {
            Stop::simple(ErrorCode::Forbidden, error.to_string(), &[])
        }
        sessions::Error::WrongPassword(field) => Stop::simple(ErrorCode::InvalidInput, error.to_string(), &[field]),
        sessions::Error::TotpRequired => Stop::simple(ErrorCode::TotpRequired, error.to_string(), &["oneTimeCode"]),
        sessions::Error::WrongCode(field) => Stop::simple(ErrorCode::InvalidInput, error.to_string(), &[field]),
        sessions::Error::WrongFactorState(_) => Stop::simple(ErrorCode::WrongState, error.to_string(), &[]),
        sessions::Error::WrongReset => Stop::simple(ErrorCode::InvalidInput, error.to_string(), &["token"]),
        sessions::Error::Invalid { field, message } => Stop::simple(ErrorCode::InvalidInput, message, &[field]),
        sessions::Error::TooMany { .. } => Stop::simple(ErrorCode::LimitExceeded, error.to_string(), &[]),
        sessions::Error::Engine(e) => Stop::Engine(e),
    }
}

/// Errors of the cart service.
pub fn carts(error: carts::Error) -> Stop {
    match error {
        carts::Error::KeyReused => Stop::simple(ErrorCode::KeyReused, error.to_string(), &["idempotencyKey"]),
        carts::Error::BadKey => Stop::simple(ErrorCode::InvalidInput, error.to_string(), &["idempotencyKey"]),
        carts::Error::TooManyLines(_) => Stop::simple(ErrorCode::LimitExceeded, error.to_string(), &["lines"]),
        carts::Error::Engine(e) => Stop::Engine(e),
    }
}

/// A line that a cart did not take.
pub fn cart_problem(problem: &CartProblem) -> UserError {
    use carts::ProblemKind as Kind;
    let (code, message, part) = match problem.kind {
        Kind::Quantity(q) => (
            ErrorCode::InvalidInput,
            format!("{q} is not a quantity that a line can have: 1 to {QUANTITY_MAX}"),
            Some("quantity"),
        ),
        Kind::NoSuchVariant => {
            (ErrorCode::NotFound, "there is no such variant, or it is no longer sold".to_owned(), Some("variantId"))
        }
        Kind::NoSuchLine => (ErrorCode::NotFound, "there is no such line in the cart".to_owned(), Some("lineId")),
        Kind::Full => {
            (ErrorCode::LimitExceeded, format!("a cart holds {CART_LINES_MAX} lines: remove one first"), None)
        }
    };
    UserError::SimpleError(SimpleError { code, message, path: line_path(problem.line, part) })
}

/// A quantity that a cart lowered.
pub fn cart_warning(warning: &CartWarning) -> Warning {
    Warning {
        code: WarningCode::QuantityLowered,
        message: format!(
            "line {}: a line holds at most {QUANTITY_MAX}, so it has {} now",
            warning.line, warning.quantity
        ),
    }
}

/// Errors of the wishlist service.
pub fn wishlists(error: wishlists::Error) -> Stop {
    match error {
        wishlists::Error::TooManyLines(_) => Stop::simple(ErrorCode::LimitExceeded, error.to_string(), &["lines"]),
        wishlists::Error::Engine(e) => Stop::Engine(e),
    }
}

/// A line that a wishlist did not take. `list` is the name of the list in the input.
pub fn wish_problem(problem: &wishlists::WishProblem, list: &str) -> UserError {
    use wishlists::WishProblemKind as Kind;
    let (code, message) = match problem.kind {
        Kind::NoSuchVariant => (ErrorCode::NotFound, "there is no such variant, or it is no longer sold".to_owned()),
        Kind::NoSuchLine => (ErrorCode::NotFound, "there is no such line on the wishlist".to_owned()),
        Kind::Full => {
            (ErrorCode::LimitExceeded, format!("a wishlist holds {WISHLIST_LINES_MAX} lines: remove one first"))
        }
    };
    UserError::simple(code, message, &[list, &problem.line.to_string()])
}

/// Errors of the search service; a search is a query, so these are of the protocol.
pub fn search(error: search::Error) -> Stop {
    match error {
        search::Error::InvalidCursor => Stop::Refused(Refused::Cursor),
        search::Error::CursorExpired => Stop::Refused(Refused::CursorExpired),
        search::Error::Refused { field, message } => Stop::Refused(Refused::Argument(field, message)),
        search::Error::Engine(e) => Stop::Engine(e),
    }
}

/// Errors of the order service.
pub fn orders(error: orders::Error) -> Stop {
    match error {
        orders::Error::Obstacles(obstacles) => Stop::Told(obstacles.iter().map(obstacle).collect()),
        orders::Error::NotFound(_) => Stop::simple(ErrorCode::NotFound, error.to_string(), &[]),
        orders::Error::NoSession => Stop::no_session(),
        orders::Error::WrongState { message, .. } => Stop::simple(ErrorCode::WrongState, message, &[]),
        orders::Error::TooMany { line, left } => Stop::Told(vec![UserError::TooManyUnits(TooManyUnits {
            code: ErrorCode::LimitExceeded,
            message: error.to_string(),
            path: line_path(line, Some("quantity")),
            left: int(left),
        })]),
        orders::Error::KeyReused => Stop::simple(ErrorCode::KeyReused, error.to_string(), &["idempotencyKey"]),
        orders::Error::InProgress => Stop::simple(ErrorCode::InProgress, error.to_string(), &["idempotencyKey"]),
        orders::Error::Invalid { field, message } => Stop::simple(ErrorCode::InvalidInput, message, &[field]),
        orders::Error::Engine(e) => Stop::Engine(e),
    }
}

/// What stands in the way of a quote or an order.
pub fn obstacle(obstacle: &Obstacle) -> UserError {
    match obstacle {
        Obstacle::InsufficientStock { line, variant, available } => {
            InsufficientStock::of(*variant, *available, line_path(*line, Some("quantity")))
        }
        Obstacle::NotDeliverable { line, variant, reason } => {
            NotDeliverableError::of(*variant, *reason, line_path(*line, None))
        }
        Obstacle::PromiseChanged { line, variant, was, now } => UserError::PromiseChanged(PromiseChanged {
            code: ErrorCode::PromiseChanged,
            message: "it would arrive later than promised: ask for a new quote".to_owned(),
            path: line_path(*line, None),
            variant_id: *variant,
            was: (*was).into(),
            now: now.map(Into::into),
        }),
        Obstacle::TotalMismatch { total } => UserError::TotalMismatch(TotalMismatch {
            code: ErrorCode::TotalMismatch,
            message: format!("the total is {}: show it before ordering", total.formatted()),
            path: vec!["expectedTotal".to_owned()],
            total: (*total).into(),
        }),
        plain => plain_obstacle(plain),
    }
}

fn plain_obstacle(obstacle: &Obstacle) -> UserError {
    let (code, message, path) = match obstacle {
        Obstacle::Empty => (
            ErrorCode::InvalidInput,
            "there is nothing to order: add a line first".to_owned(),
            vec!["lines".to_owned()],
        ),
        Obstacle::Gone { line, .. } => (
            ErrorCode::NotFound,
            "it is no longer sold: take the line out".to_owned(),
            line_path(*line, Some("variantId")),
        ),
        Obstacle::Quantity { line, quantity } => (
            ErrorCode::InvalidInput,
            format!("{quantity} is not a quantity that a line can have: 1 to {QUANTITY_MAX}"),
            line_path(*line, Some("quantity")),
        ),
        Obstacle::QuoteExpired => (
            ErrorCode::QuoteExpired,
            "the quote's time is over: ask for a new one".to_owned(),
            vec!["quoteId".to_owned()],
        ),
        Obstacle::NoSuchQuote => {
            (ErrorCode::NotFound, "there is no such quote, or it is not yours".to_owned(), vec!["quoteId".to_owned()])
        }
        Obstacle::QuoteUsed { .. } => (
            ErrorCode::WrongState,
            "the quote has an order already: ask for a new one to order again".to_owned(),
            vec!["quoteId".to_owned()],
        ),
        Obstacle::PaymentNotOffered { message } => {
            (ErrorCode::InvalidInput, message.clone(), vec!["payment".to_owned()])
        }
        Obstacle::Address { field, message } => {
            (ErrorCode::InvalidInput, message.clone(), vec!["address".to_owned(), (*field).to_owned()])
        }
        Obstacle::InsufficientStock { .. }
        | Obstacle::NotDeliverable { .. }
        | Obstacle::PromiseChanged { .. }
        | Obstacle::TotalMismatch { .. } => (ErrorCode::WrongState, String::new(), Vec::new()),
    };
    UserError::SimpleError(SimpleError { code, message, path })
}

/// What was left out of an order.
pub fn placement_warning(warning: &PlacementWarning) -> Warning {
    let PlacementWarning { title, wanted, taken, .. } = warning;
    match taken {
        0 => Warning { code: WarningCode::LineDropped, message: format!("{title} was left out: it cannot be had") },
        n => Warning {
            code: WarningCode::QuantityLowered,
            message: format!("{title}: {n} instead of {wanted}, as many as there are"),
        },
    }
}
