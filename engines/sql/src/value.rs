//! Values that go into statements and rows that come out, the same for every engine.

use serde::{Serialize, de::DeserializeOwned};
use services::kernel::{clock::Timestamp, error::EngineError, ids};
use uuid::Uuid;

/// A value of a statement or a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// Any whole number, money, instants, truth.
    Int(i64),
    /// A floating point number; never money.
    Real(f64),
    /// Text, JSON included.
    Text(String),
    /// Bytes, ids included.
    Bytes(Vec<u8>),
}

/// The values of a statement, each by `Into<Value>`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::Value::from($value)),*] };
}

/// A value that is stored as JSON text.
pub struct Json<'a, T>(pub &'a T);

impl<T: Serialize> From<Json<'_, T>> for Value {
    fn from(json: Json<'_, T>) -> Self {
        Self::Text(serde_json::to_string(json.0).expect("models hold only plain data, which JSON can always express"))
    }
}

macro_rules! from_int { ($($t:ty),+) => {$(
    impl From<$t> for Value { fn from(v: $t) -> Self { Self::Int(i64::try_from(v).unwrap_or(i64::MAX)) } }
)+} }
from_int!(i8, i16, i32, i64, u8, u16, u32, u64, usize);

impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Self::Int(i64::from(v))
    }
}
impl From<f64> for Value {
    fn from(v: f64) -> Self {
        Self::Real(v)
    }
}
impl From<f32> for Value {
    fn from(v: f32) -> Self {
        Self::Real(f64::from(v))
    }
}
impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(v.to_owned())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::Text(v)
    }
}
impl From<&String> for Value {
    fn from(v: &String) -> Self {
        Self::Text(v.clone())
    }
}
impl From<Vec<u8>> for Value {
    fn from(v: Vec<u8>) -> Self {
        Self::Bytes(v)
    }
}
impl From<Uuid> for Value {
    fn from(v: Uuid) -> Self {
        Self::Bytes(v.as_bytes().to_vec())
    }
}
impl From<Timestamp> for Value {
    fn from(v: Timestamp) -> Self {
        Self::Int(v.micros())
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}
macro_rules! from_id { ($($t:ident),+ $(,)?) => {$(
    impl From<ids::$t> for Value { fn from(v: ids::$t) -> Self { v.0.into() } }
    impl From<&ids::$t> for Value { fn from(v: &ids::$t) -> Self { v.0.into() } }
)+} }
from_id!(
    ItemId,
    VariantId,
    CategoryId,
    ShopperId,
    GuestId,
    SessionId,
    AddressId,
    CartId,
    CartLineId,
    WishlistId,
    WishlistLineId,
    QuoteId,
    OrderId,
    OrderLineId,
    ShipmentId,
    PaymentId,
    RefundId,
    ReturnId,
    SupplierId,
    NotificationId,
    LedgerId,
    EventId,
);

/// `?, ?, …` for an `IN` list of `n` values; `NULL` for none, which matches nothing.
pub fn sql_in(n: usize) -> String {
    if n == 0 { "NULL".to_owned() } else { vec!["?"; n].join(", ") }
}

/// A row of an answer; columns by position from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn at(&self, i: usize) -> &Value {
        self.0.get(i).unwrap_or(&Value::Null)
    }
    fn wrong(&self, i: usize, wanted: &str) -> EngineError {
        let found = match self.at(i) {
            Value::Null => "null",
            Value::Int(_) => "an integer",
            Value::Real(_) => "a real",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
        };
        EngineError::permanent("sql", format!("column {i} should hold {wanted} but holds {found}"))
    }
    /// A whole number.
    pub fn int(&self, i: usize) -> Result<i64, EngineError> {
        match self.at(i) {
            Value::Int(v) => Ok(*v),
            _ => Err(self.wrong(i, "an integer")),
        }
    }
    /// A whole number that is not negative and fits 32 bits.
    pub fn u32(&self, i: usize) -> Result<u32, EngineError> {
        u32::try_from(self.int(i)?).map_err(|_| self.wrong(i, "a number of 32 bits"))
    }
    /// A whole number that is not negative.
    pub fn u64(&self, i: usize) -> Result<u64, EngineError> {
        u64::try_from(self.int(i)?).map_err(|_| self.wrong(i, "a number that is not negative"))
    }
    /// Yes or no.
    pub fn bool(&self, i: usize) -> Result<bool, EngineError> {
        Ok(self.int(i)? != 0)
    }
    /// An instant.
    pub fn time(&self, i: usize) -> Result<Timestamp, EngineError> {
        Ok(Timestamp::from_micros(self.int(i)?))
    }
    /// A floating point number.
    pub fn real(&self, i: usize) -> Result<f64, EngineError> {
        match self.at(i) {
            Value::Real(v) => Ok(*v),
            #[expect(clippy::cast_precision_loss, reason = "SQLite may hand a whole real back as an integer")]
            Value::Int(v) => Ok(*v as f64),
            _ => Err(self.wrong(i, "a real")),
        }
    }
    /// Text.
    pub fn text(&self, i: usize) -> Result<String, EngineError> {
        match self.at(i) {
            Value::Text(v) => Ok(v.clone()),
            _ => Err(self.wrong(i, "text")),
        }
    }
    /// An id, to be wrapped into its type.
    pub fn uuid(&self, i: usize) -> Result<Uuid, EngineError> {
        match self.at(i) {
            Value::Bytes(v) => Uuid::from_slice(v).map_err(|_| self.wrong(i, "16 bytes of an id")),
            _ => Err(self.wrong(i, "16 bytes of an id")),
        }
    }
    /// An id of a type.
    pub fn id<T: From<Uuid>>(&self, i: usize) -> Result<T, EngineError> {
        Ok(self.uuid(i)?.into())
    }
    /// A model kept as JSON text.
    pub fn json<T: DeserializeOwned>(&self, i: usize) -> Result<T, EngineError> {
        match self.at(i) {
            Value::Text(v) => serde_json::from_str(v)
                .map_err(|e| EngineError::permanent("sql", format!("column {i} holds JSON that cannot be read: {e}"))),
            _ => Err(self.wrong(i, "JSON text")),
        }
    }
    fn opt<T>(&self, i: usize, f: impl FnOnce() -> Result<T, EngineError>) -> Result<Option<T>, EngineError> {
        if *self.at(i) == Value::Null { Ok(None) } else { f().map(Some) }
    }
    /// Text or nothing.
    pub fn opt_text(&self, i: usize) -> Result<Option<String>, EngineError> {
        self.opt(i, || self.text(i))
    }
    /// A whole number or nothing.
    pub fn opt_int(&self, i: usize) -> Result<Option<i64>, EngineError> {
        self.opt(i, || self.int(i))
    }
    /// An instant or nothing.
    pub fn opt_time(&self, i: usize) -> Result<Option<Timestamp>, EngineError> {
        self.opt(i, || self.time(i))
    }
    /// A floating point number or nothing.
    pub fn opt_real(&self, i: usize) -> Result<Option<f64>, EngineError> {
        self.opt(i, || self.real(i))
    }
    /// An id or nothing.
    pub fn opt_uuid(&self, i: usize) -> Result<Option<Uuid>, EngineError> {
        self.opt(i, || self.uuid(i))
    }
    /// An id of a type or nothing.
    pub fn opt_id<T: From<Uuid>>(&self, i: usize) -> Result<Option<T>, EngineError> {
        self.opt(i, || self.id(i))
    }
    /// A model kept as JSON text, or nothing.
    pub fn opt_json<T: DeserializeOwned>(&self, i: usize) -> Result<Option<T>, EngineError> {
        self.opt(i, || self.json(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_another_type_is_an_error_that_names_both() {
        let row = Row(args!["x", 3_i64, Option::<i64>::None]);
        assert_eq!(row.int(1).ok(), Some(3));
        assert_eq!(row.opt_int(2).ok(), Some(None));
        let e = row.int(0).expect_err("text is no integer");
        assert!(e.message.contains("an integer") && e.message.contains("text"), "{e}");
        assert!(row.uuid(9).is_err());
    }
}
