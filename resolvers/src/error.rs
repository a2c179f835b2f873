//! What callers hear when something is refused or fails. Three layers, kept apart:
//! - domain refusals are data: a list of typed [`UserError`]s in a mutation's payload;
//! - protocol refusals ([`Refused`]) are GraphQL errors with an `extensions.code` of a closed set;
//! - failures of engines become `UNAVAILABLE`, null only their own field and are named in `extensions.degraded`. Their
//!   cause goes to the log, never to a caller.
//!
//! One function per area says which of its errors is which.

use async_graphql::{ComplexObject, Context, Enum, Error, ErrorExtensions, Interface, SimpleObject};
use services::kernel::{error::EngineError, ids::VariantId};

use crate::{
    context::{Asking, RequestData, Scope},
    ids::BadId,
    items::types::Variant,
    money::Money,
    scalars::{DateTime, int},
    serviceability::types::NotDeliverableReason,
};

pub mod areas;

/// No valid session where one is needed.
pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// The caller lacks the role.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// An argument has the wrong shape or is out of range.
pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
/// There is no such thing, or it is not the caller's.
pub const NOT_FOUND: &str = "NOT_FOUND";
/// The list that the cursor names is gone.
pub const CURSOR_EXPIRED: &str = "CURSOR_EXPIRED";
/// The cursor was never given out.
pub const INVALID_CURSOR: &str = "INVALID_CURSOR";
/// An engine behind the field is down.
pub const UNAVAILABLE: &str = "UNAVAILABLE";

/// Why a field is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no session.
    Unauthenticated,
    /// The session lacks the role.
    Forbidden(String),
    /// An argument is wrong: which, and what to do.
    Argument(&'static str, String),
    /// There is no such thing, or it is not the caller's.
    NotFound(&'static str),
    /// The cursor is not one of this list.
    Cursor,
    /// The list that the cursor names is gone.
    CursorExpired,
}

impl Refused {
    /// Its code of the closed set.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => UNAUTHENTICATED,
            Self::Forbidden(_) => FORBIDDEN,
            Self::Argument(..) => BAD_USER_INPUT,
            Self::NotFound(_) => NOT_FOUND,
            Self::Cursor => INVALID_CURSOR,
            Self::CursorExpired => CURSOR_EXPIRED,
        }
    }
    /// For people.
    pub fn message(&self) -> String {
        match self {
            Self::Unauthenticated => "start a guest session or sign in first".to_owned(),
            Self::Forbidden(message) => message.clone(),
            Self::Argument(argument, message) => format!("{argument}: {message}"),
            Self::NotFound(what) => format!("there is no such {what}, or it is not yours"),
            Self::Cursor => "the cursor is not one that this list gave out: start again without it".to_owned(),
            Self::CursorExpired => "the list moved on: start again from its beginning".to_owned(),
        }
    }
    /// As a GraphQL error.
    pub fn error(&self) -> Error {
        Error::new(self.message()).extend_with(|_, e| e.set("code", self.code()))
    }
}

/// Why a resolver stops early.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The shop cannot accept what the caller asks: told as data by mutations.
    Told(Vec<UserError>),
    /// The protocol refuses it.
    Refused(Refused),
    /// An engine failed.
    Engine(EngineError),
}

impl Stop {
    /// One plain domain error.
    pub fn simple(code: ErrorCode, message: impl Into<String>, path: &[&str]) -> Self {
        Self::Told(vec![UserError::simple(code, message, path)])
    }
    /// The caller has no session, told as data.
    pub fn no_session() -> Self {
        Self::simple(ErrorCode::Forbidden, Refused::Unauthenticated.message(), &[])
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}
impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// What a resolver's body gives.
pub type Attempt<T> = Result<T, Stop>;

/// Turns what a resolver's body gives into what GraphQL wants.
pub trait Telling {
    /// A failure of an engine: noted as degraded, logged, and told without its cause.
    fn unavailable(&self, error: &EngineError) -> Error;
    /// Any stop as a GraphQL error of the field.
    fn stopped(&self, stop: Stop) -> Error {
        match stop {
            Stop::Engine(error) => self.unavailable(&error),
            Stop::Refused(refused) => refused.error(),
            Stop::Told(errors) => Refused::Argument("input", first_message(&errors)).error(),
        }
    }
    /// A field that may fail alone.
    fn tell<T>(&self, attempt: Attempt<T>) -> Option<Result<T, Error>> {
        Some(attempt.map_err(|stop| self.stopped(stop)))
    }
    /// A field that may fail alone or be absent.
    fn tell_maybe<T>(&self, attempt: Attempt<Option<T>>) -> Option<Result<T, Error>> {
        attempt.map_err(|stop| self.stopped(stop)).transpose()
    }
    /// A mutation: domain errors become its payload's list.
    fn answer<P: Payload>(&self, attempt: Attempt<P>) -> Option<Result<P, Error>> {
        match attempt {
            Err(Stop::Told(errors)) => Some(Ok(P::refused(errors))),
            other => self.tell(other),
        }
    }
}

impl Telling for Context<'_> {
    fn unavailable(&self, error: &EngineError) -> Error {
        self.request().unavailable(error)
    }
}

impl Telling for RequestData {
    fn unavailable(&self, error: &EngineError) -> Error {
        self.degrade(error.engine);
        tracing::warn!(
            engine = error.engine,
            retryable = error.retryable,
            request.id = self.request_id(),
            "an engine failed: {}",
            error.message
        );
        unavailable(error.engine)
    }
}

fn unavailable(engine: &'static str) -> Error {
    Error::new(format!("{engine} cannot be reached just now: try again shortly"))
        .extend_with(|_, e| e.set("code", UNAVAILABLE))
}

fn first_message(errors: &[UserError]) -> String {
    errors.first().map_or_else(|| "it is refused".to_owned(), |e| e.words().to_owned())
}

/// The answer of a mutation.
pub trait Payload: Sized {
    /// Nothing was done: why.
    fn refused(errors: Vec<UserError>) -> Self;
}

/// Declares the payload of a mutation: its own fields, all nullable, then `errors` and `warnings`.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject, Default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$ty>,)*
            /// What stood in the way; empty on success.
            pub errors: Vec<$crate::error::UserError>,
            /// What is worth telling.
            pub warnings: Vec<$crate::error::Warning>,
        }
        impl $crate::error::Payload for $name {
            fn refused(errors: Vec<$crate::error::UserError>) -> Self {
                Self { errors, ..Default::default() }
            }
        }
    };
}
pub(crate) use payload;

/// Every code that a `UserError` may carry.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A value is malformed or out of range.
    InvalidInput,
    /// There is no such thing, or it is not yours.
    NotFound,
    /// Sign in first, or with another role.
    Forbidden,
    /// Fewer units can be had than asked for.
    InsufficientStock,
    /// No courier brings it to that pincode.
    NotDeliverable,
    /// The price is not the one shown before.
    PriceChanged,
    /// The quote's time is over.
    QuoteExpired,
    /// The expected total is not the quote's.
    TotalMismatch,
    /// The payment was refused.
    PaymentDeclined,
    /// The thing is in a state that does not allow it.
    WrongState,
    /// The idempotency key was used with another input.
    KeyReused,
    /// The same key is being worked on; try again shortly.
    InProgress,
    /// The promise shown before cannot be kept.
    PromiseChanged,
    /// The list moved on; start again from its beginning.
    CursorExpired,
    /// A newer version is already here.
    StaleVersion,
    /// Too many; see the limit in the message.
    LimitExceeded,
    /// The password is right; the account needs a one-time code, too.
    TotpRequired,
}

/// What a caller did that the shop cannot accept. Each kind is a type of its own and carries what is needed to react.
#[derive(Interface, Clone, Debug)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "Stable and meant for programs."),
    field(name = "message", ty = "&String", desc = "Meant for people: what is wrong and what to do."),
    field(
        name = "path",
        ty = "&Vec<String>",
        desc = "Where in the input, such as [\"lines\", \"2\", \"quantity\"]; empty when it concerns the whole."
    )
)]
pub enum UserError {
    /// Code, message and path say it all.
    SimpleError(SimpleError),
    /// Fewer units than asked for.
    InsufficientStock(InsufficientStock),
    /// It cannot be brought.
    NotDeliverableError(NotDeliverableError),
    /// The price moved.
    PriceChanged(PriceChanged),
    /// The promise moved.
    PromiseChanged(PromiseChanged),
    /// The total is another.
    TotalMismatch(TotalMismatch),
    /// More units than are left.
    TooManyUnits(TooManyUnits),
}

impl UserError {
    /// A plain one.
    pub fn simple(code: ErrorCode, message: impl Into<String>, path: &[&str]) -> Self {
        let path = path.iter().map(|p| (*p).to_owned()).collect();
        Self::SimpleError(SimpleError { code, message: message.into(), path })
    }
    /// An id in the input that is not one.
    pub fn bad_id(error: &BadId, path: &[&str]) -> Self {
        Self::simple(ErrorCode::InvalidInput, error.to_string(), path)
    }
    /// For people.
    pub fn words(&self) -> &str {
        match self {
            Self::SimpleError(e) => &e.message,
            Self::InsufficientStock(e) => &e.message,
            Self::NotDeliverableError(e) => &e.message,
            Self::PriceChanged(e) => &e.message,
            Self::PromiseChanged(e) => &e.message,
            Self::TotalMismatch(e) => &e.message,
            Self::TooManyUnits(e) => &e.message,
        }
    }
    /// For programs.
    pub fn kind(&self) -> ErrorCode {
        match self {
            Self::SimpleError(e) => e.code,
            Self::InsufficientStock(e) => e.code,
            Self::NotDeliverableError(e) => e.code,
            Self::PriceChanged(e) => e.code,
            Self::PromiseChanged(e) => e.code,
            Self::TotalMismatch(e) => e.code,
            Self::TooManyUnits(e) => e.code,
        }
    }
}

/// The path of a line of a list in the input.
pub fn line_path(line: usize, part: Option<&str>) -> Vec<String> {
    let mut path = vec!["lines".to_owned(), line.to_string()];
    path.extend(part.map(str::to_owned));
    path
}

/// The plain kind of error: code, message and path say it all.
#[derive(SimpleObject, Clone, Debug)]
pub struct SimpleError {
    /// See `UserError.code`.
    pub code: ErrorCode,
    /// See `UserError.message`.
    pub message: String,
    /// See `UserError.path`.
    pub path: Vec<String>,
}

/// Fewer units are there than asked for.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct InsufficientStock {
    /// INSUFFICIENT_STOCK.
    pub code: ErrorCode,
    /// See `UserError.message`.
    pub message: String,
    /// See `UserError.path`.
    pub path: Vec<String>,
    /// What was asked for.
    #[graphql(skip)]
    pub variant_id: VariantId,
    /// Units that could be had now; 0 when sold out.
    pub available: i32,
    /// When more is expected; null when nobody knows.
    pub restock_at: Option<DateTime>,
}

/// A line cannot be brought to the address.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct NotDeliverableError {
    /// NOT_DELIVERABLE.
    pub code: ErrorCode,
    /// See `UserError.message`.
    pub message: String,
    /// See `UserError.path`.
    pub path: Vec<String>,
    /// What cannot be brought.
    #[graphql(skip)]
    pub variant_id: VariantId,
    /// Why not.
    pub reason: NotDeliverableReason,
}

/// The price moved between showing and ordering.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct PriceChanged {
    /// PRICE_CHANGED.
    pub code: ErrorCode,
    /// See `UserError.message`.
    pub message: String,
    /// See `UserError.path`.
    pub path: Vec<String>,
    /// What changed its price.
    #[graphql(skip)]
    pub variant_id: VariantId,
    /// The price before.
    pub was: Money,
    /// The price now.
    pub now: Money,
}

/// No warehouse that still has it can keep the promise of the quote.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct PromiseChanged {
    /// PROMISE_CHANGED.
    pub code: ErrorCode,
    /// See `UserError.message`.
    pub message: String,
    /// See `UserError.path`.
    pub path: Vec<String>,
    /// What would come later.
    #[graphql(skip)]
    pub variant_id: VariantId,
    /// The promise before.
    pub was: DateTime,
    /// The best that can be promised now; null when it cannot be brought.
    pub now: Option<DateTime>,
}

/// The total that the shopper saw is not the quote's.
#[derive(SimpleObject, Clone, Debug)]
pub struct TotalMismatch {
    /// TOTAL_MISMATCH.
    pub code: ErrorCode,
    /// See `UserError.message`.
    pub message: String,
    /// See `UserError.path`.
    pub path: Vec<String>,
    /// The quote's total.
    pub total: Money,
}

/// More units of a line of an order than are left to call off or to send back.
#[derive(SimpleObject, Clone, Debug)]
pub struct TooManyUnits {
    /// LIMIT_EXCEEDED.
    pub code: ErrorCode,
    /// See `UserError.message`.
    pub message: String,
    /// See `UserError.path`.
    pub path: Vec<String>,
    /// Units that could be had now.
    pub left: i32,
}

/// The variant that an error is about.
async fn variant(ctx: &Context<'_>, id: VariantId) -> Option<Result<Variant, Error>> {
    ctx.tell_maybe(Variant::find(&ctx.scope(), id).await)
}

#[ComplexObject]
impl InsufficientStock {
    /// What was asked for; null when it cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant, Error>> {
        variant(ctx, self.variant_id).await
    }
}
#[ComplexObject]
impl NotDeliverableError {
    /// What cannot be brought; null when it cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant, Error>> {
        variant(ctx, self.variant_id).await
    }
}
#[ComplexObject]
impl PriceChanged {
    /// What changed its price; null when it cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant, Error>> {
        variant(ctx, self.variant_id).await
    }
}
#[ComplexObject]
impl PromiseChanged {
    /// What would come later; null when it cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant, Error>> {
        variant(ctx, self.variant_id).await
    }
}

impl InsufficientStock {
    /// So many could be had.
    pub fn of(variant_id: VariantId, available: u32, path: Vec<String>) -> UserError {
        let message = match available {
            0 => "it is sold out: take it off, or choose another".to_owned(),
            n => format!("only {n} can be had: lower the quantity"),
        };
        let code = ErrorCode::InsufficientStock;
        UserError::InsufficientStock(Self {
            code,
            message,
            path,
            variant_id,
            available: int(available),
            restock_at: None,
        })
    }
}

impl NotDeliverableError {
    /// It cannot be brought, because.
    pub fn of(
        variant_id: VariantId,
        reason: services::serviceability::NotDeliverableReason,
        path: Vec<String>,
    ) -> UserError {
        use services::serviceability::NotDeliverableReason as Why;
        let message = match reason {
            Why::PincodeUnknown => "there is no such pincode: check it",
            Why::NoCourier => "no courier goes to that pincode: choose another address",
            Why::NoStockInReach => "no warehouse that reaches that pincode has it: choose another address, or wait",
            Why::CannotCarry => "the couriers that go to that pincode do not carry it: choose another address",
        };
        UserError::NotDeliverableError(Self {
            code: ErrorCode::NotDeliverable,
            message: message.to_owned(),
            path,
            variant_id,
            reason: reason.into(),
        })
    }
}

impl PriceChanged {
    /// The price moved.
    pub fn of(variant_id: VariantId, was: Money, now: Money, path: Vec<String>) -> UserError {
        let message = format!("its price was {} when it was added and is {} now", was.0.formatted(), now.0.formatted());
        UserError::PriceChanged(Self { code: ErrorCode::PriceChanged, message, path, variant_id, was, now })
    }
}

/// Something worth telling that did not stop the mutation.
#[derive(SimpleObject, Clone, Debug)]
pub struct Warning {
    /// Stable and meant for programs.
    pub code: WarningCode,
    /// Meant for people.
    pub message: String,
}

/// Every code that a `Warning` may carry.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningCode {
    /// A quantity was lowered to the limit.
    QuantityLowered,
    /// A line was left out because it cannot be had.
    LineDropped,
    /// An engine is down: the answer is older or thinner than usual.
    Degraded,
}

/// The owner of the caller's things; a caller without a session is told so as data.
pub fn owner(scope: &Scope) -> Attempt<services::kernel::caller::Owner> {
    scope.caller.owner.ok_or_else(Stop::no_session)
}
