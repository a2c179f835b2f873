//! Deadlines of orders as one sorted set: the order's id, by its deadline in microseconds. Processes share it, so whoever
//! asks first expires an order; the set may be lost as a whole, because SQL is the truth.

use async_trait::async_trait;
use redis::{Script, cmd};
use services::{
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::OrderId,
    },
    orders::ports::Deadlines,
};
use uuid::Uuid;

use crate::Redis;

/// Takes what is over off the set in one step, so that two who ask never get the same order.
const TAKE: &str = "
local over = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
if #over > 0 then redis.call('ZREM', KEYS[1], unpack(over)) end
return over";
/// Orders taken in one step at most; Lua's stack holds some thousands.
const TAKEN_MAX: usize = 1_000;

/// The watch that processes share.
#[derive(Debug)]
pub struct RedisDeadlines {
    redis: Redis,
    key: String,
    take: Script,
}

impl RedisDeadlines {
    /// On a server.
    pub fn new(redis: Redis) -> Self {
        let key = redis.key("deadlines");
        Self { redis, key, take: Script::new(TAKE) }
    }
}

#[async_trait]
impl Deadlines for RedisDeadlines {
    async fn set(&self, order: OrderId, at: Timestamp) -> EngineResult<()> {
        self.redis.query(cmd("ZADD").arg(&self.key).arg(at.micros()).arg(order.0.to_string())).await
    }
    async fn clear(&self, order: OrderId) -> EngineResult<()> {
        self.redis.query(cmd("ZREM").arg(&self.key).arg(order.0.to_string())).await
    }
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>> {
        let mut taking = self.take.key(&self.key);
        taking.arg(now.micros()).arg(limit.min(TAKEN_MAX));
        let over: Vec<String> = self.redis.invoke(&taking).await?;
        // A member that is no order was not written by us; it is off the set now.
        Ok(over.iter().filter_map(|id| id.parse::<Uuid>().ok()).map(OrderId).collect())
    }
    async fn next(&self) -> EngineResult<Option<Timestamp>> {
        let first: Vec<(String, String)> =
            self.redis.query(cmd("ZRANGE").arg(&self.key).arg(0).arg(0).arg("WITHSCORES")).await?;
        let Some((_, score)) = first.first() else { return Ok(None) };
        // Microseconds stay exact in a double until the year 2255; the server may write them with an exponent.
        let micros = score.parse::<f64>().map_err(|_| EngineError::permanent("cache", "a deadline is no number"))?;
        #[expect(clippy::cast_possible_truncation, reason = "it was written as a whole number of this range")]
        Ok(Some(Timestamp::from_micros(micros as i64)))
    }
}
