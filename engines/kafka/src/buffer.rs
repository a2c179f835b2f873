//! What a member of a group has fetched and not committed. It is what makes an event come again when its handler failed:
//! the broker itself hands each out once per assignment.
//!
//! An offset of the shop names offset and partition of the broker, so that a commit of it says for each partition how far
//! it goes: up to the last event that was handed out and is not after it.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;
use services::kernel::events::Delivered;

/// Partitions of a topic fit below this; in decimals, so that people can read an offset: 12007 is the 12th of partition 7.
const PARTITIONS: i64 = 1_000;

/// The shop's offset for a place on the broker.
pub(crate) fn place(offset: i64, partition: i32) -> i64 {
    offset * PARTITIONS + i64::from(partition)
}

#[derive(Debug)]
struct Entry {
    /// None for what is no event of the shop's and only waits to be committed with its neighbours.
    delivered: Option<Delivered>,
    given: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Buffer(Mutex<BTreeMap<i64, Entry>>);

impl Buffer {
    /// Takes what was fetched.
    pub fn put(&self, place: i64, delivered: Option<Delivered>) {
        let given = delivered.is_none();
        self.0.lock().insert(place, Entry { delivered, given });
    }
    /// How much it holds.
    pub fn len(&self) -> usize {
        self.0.lock().len()
    }
    /// Hands out the first events; the same again until they are committed.
    pub fn give(&self, limit: usize) -> Vec<Delivered> {
        let mut entries = self.0.lock();
        let events = entries.values_mut().filter(|e| e.delivered.is_some()).take(limit);
        events
            .filter_map(|e| {
                e.given = true;
                e.delivered.clone()
            })
            .collect()
    }
    /// For each partition the offset that comes after what is handled when everything handed out up to here is.
    pub fn ends(&self, upto: i64) -> HashMap<i32, i64> {
        let entries = self.0.lock();
        let handled = entries.range(..=upto).filter(|(_, e)| e.given);
        // Partitions are below the modulus, so they fit.
        handled.map(|(at, _)| ((at % PARTITIONS) as i32, at / PARTITIONS + 1)).collect()
    }
    /// Lets go of what was committed.
    pub fn committed(&self, ends: &HashMap<i32, i64>) {
        let behind = |at: i64| ends.get(&((at % PARTITIONS) as i32)).is_some_and(|end| at / PARTITIONS < *end);
        self.0.lock().retain(|at, _| !behind(*at));
    }
    /// Lets go of partitions that another member has now.
    pub fn revoke(&self, partitions: &[i32]) {
        self.0.lock().retain(|at, _| !partitions.contains(&((at % PARTITIONS) as i32)));
    }
}

#[cfg(test)]
mod tests {
    use services::kernel::{
        clock::Timestamp,
        events::{Event, Topic},
        ids::EventId,
    };

    use super::*;

    fn put(buffer: &Buffer, offset: i64, partition: i32) {
        let event = Event {
            id: EventId(uuid::Uuid::from_u128(7)),
            kind: String::new(),
            version: 1,
            key: String::new(),
            at: Timestamp::default(),
            traceparent: None,
            data: serde_json::Value::Null,
        };
        let offset = place(offset, partition);
        buffer.put(offset, Some(Delivered { offset, topic: Topic::Carts, event }));
    }

    fn places(events: &[Delivered]) -> Vec<i64> {
        events.iter().map(|d| d.offset).collect()
    }

    #[test]
    fn what_was_not_handed_out_is_not_committed() {
        let buffer = Buffer::default();
        put(&buffer, 10, 0);
        put(&buffer, 11, 0);
        assert_eq!(places(&buffer.give(9)), [10_000, 11_000]);
        // Came meanwhile, and stands before them.
        put(&buffer, 2, 1);
        assert_eq!(buffer.ends(11_000), HashMap::from([(0, 12)]));
        buffer.committed(&buffer.ends(10_000));
        assert_eq!(places(&buffer.give(9)), [2_001, 11_000]);
        assert_eq!(buffer.ends(11_000), HashMap::from([(0, 12), (1, 3)]));
    }

    #[test]
    fn what_another_member_has_is_neither_handed_out_nor_committed() {
        let buffer = Buffer::default();
        for partition in 0..3 {
            put(&buffer, 1, partition);
        }
        assert_eq!(buffer.give(9).len(), 3);
        buffer.revoke(&[0, 2]);
        assert_eq!(buffer.ends(i64::MAX), HashMap::from([(1, 2)]));
        assert_eq!(places(&buffer.give(9)), [1_001]);
    }

    #[test]
    fn what_is_no_event_goes_with_its_neighbours() {
        let buffer = Buffer::default();
        buffer.put(place(1, 0), None);
        put(&buffer, 2, 0);
        assert_eq!(places(&buffer.give(1)), [2_000]);
        buffer.committed(&buffer.ends(2_000));
        assert_eq!(buffer.len(), 0);
    }
}
