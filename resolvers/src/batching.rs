//! Collects the keys that the fields of an answer ask for and reads them in one call. It knows nothing of what is read.
//!
//! A batch waits until a few turns of the scheduler brought no new key, never for a timer. One turn is not enough: the
//! fields of a long list are polled in portions, so the first of them runs ahead of the last (with one turn, a page of
//! fifty rows fell into two to sixteen calls). All who wait for a batch are woken at once and see their values in the same
//! turn, so the fields of a list stay in step; a lock handed from one to the next would draw them apart. No lock is held
//! while reading.

use std::{
    collections::{HashMap, HashSet},
    fmt::Debug,
    hash::Hash,
    pin::{Pin, pin},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
    task::AtomicWaker,
};
use parking_lot::Mutex;
use services::kernel::error::EngineResult;

/// What is given for a key: `Err` when the engine failed, `Ok(None)` when there is no such thing.
pub type Loaded<V> = EngineResult<Option<V>>;

/// Reads what belongs to keys, in one call; keys without an answer are not there.
pub trait Load: Send + Sync + 'static {
    /// What is asked by.
    type Key: Clone + Eq + Hash + Debug + Send + Sync + 'static;
    /// What is read.
    type Value: Clone + Send + 'static;
    /// The call.
    fn load(&self, keys: &[Self::Key]) -> impl Future<Output = EngineResult<HashMap<Self::Key, Self::Value>>> + Send;
}

type Running = Shared<BoxFuture<'static, ()>>;

/// A batching reader with a memory; made per answer.
pub struct Batched<L: Load> {
    load: Arc<L>,
    state: Arc<Mutex<State<L>>>,
}

struct State<L: Load> {
    known: HashMap<L::Key, Loaded<L::Value>>,
    /// Keys of the batch that still collects, and the batch that will read them.
    open: Option<(Vec<L::Key>, Running)>,
    /// Which batch each key that is not known yet stands in.
    waiting: HashMap<L::Key, Running>,
}

impl<L: Load> Batched<L> {
    /// Knows nothing yet.
    pub fn new(load: L) -> Self {
        let state = State { known: HashMap::new(), open: None, waiting: HashMap::new() };
        Self { load: Arc::new(load), state: Arc::new(Mutex::new(state)) }
    }

    /// The value of a key.
    pub async fn one(&self, key: L::Key) -> Loaded<L::Value> {
        let running = {
            let mut state = self.state.lock();
            match state.known.get(&key) {
                Some(known) => return known.clone(),
                None => self.join(&mut state, &key),
            }
        };
        running.await;
        self.state.lock().known.get(&key).cloned().unwrap_or(Ok(None))
    }

    /// The values of keys; an engine that failed fails all of them.
    pub async fn many(&self, keys: &[L::Key]) -> EngineResult<HashMap<L::Key, L::Value>> {
        let running = {
            let mut state = self.state.lock();
            let wanted: HashSet<&L::Key> = keys.iter().filter(|k| !state.known.contains_key(k)).collect();
            wanted.into_iter().map(|key| self.join(&mut state, key)).collect::<Vec<_>>()
        };
        for batch in running {
            batch.await;
        }
        let state = self.state.lock();
        let mut found = HashMap::with_capacity(keys.len());
        for key in keys {
            if let Some(value) = state.known.get(key).cloned().unwrap_or(Ok(None))? {
                found.insert(key.clone(), value);
            }
        }
        Ok(found)
    }

    /// The batch that a key stands in, or is put into.
    fn join(&self, state: &mut State<L>, key: &L::Key) -> Running {
        if let Some(running) = state.waiting.get(key) {
            return running.clone();
        }
        let (keys, running) = state.open.get_or_insert_with(|| {
            let batch = batch(Arc::clone(&self.load), Arc::downgrade(&self.state));
            (Vec::new(), batch.boxed().shared())
        });
        keys.push(key.clone());
        let running = running.clone();
        state.waiting.insert(key.clone(), running.clone());
        running
    }
}

/// Turns without a new key after which a batch is complete, and turns after which it goes in any case.
const QUIET_TURNS: usize = 4;
const TURNS_MAX: usize = 64;

/// Waits until nobody asks for more, then reads what was collected. Holds the state weakly: an answer that is given up is
/// given up whole.
async fn batch<L: Load>(load: Arc<L>, state: Weak<Mutex<State<L>>>) {
    let (mut collected, mut quiet) = (0, 0);
    for _ in 0..TURNS_MAX {
        Turn::default().await;
        let now = state.upgrade().and_then(|s| Some(s.lock().open.as_ref()?.0.len())).unwrap_or_default();
        quiet = if now == collected { quiet + 1 } else { 1 };
        collected = now;
        if quiet >= QUIET_TURNS {
            break;
        }
    }
    let Some((keys, _)) = state.upgrade().and_then(|s| s.lock().open.take()) else { return };
    let answer = load.load(&keys).await;
    let Some(state) = state.upgrade() else { return };
    let mut state = state.lock();
    match answer {
        Ok(mut found) => state.learn(keys, |key| Ok(found.remove(key))),
        Err(error) => state.learn(keys, |_| Err(error.clone())),
    }
}

/// Over when the scheduler comes round again. Unlike tokio's `yield_now`, which is over as soon as it is polled twice, it
/// may be polled by everybody who shares the batch.
#[derive(Default)]
struct Turn(Option<Arc<Bell>>);

/// Rung by the scheduler at the end of its turn.
#[derive(Default)]
struct Bell {
    rung: AtomicBool,
    waiting: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.waiting.wake();
    }
}

impl Future for Turn {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let bell = self.0.get_or_insert_with(|| {
            let bell = Arc::new(Bell::default());
            let waker = Waker::from(Arc::clone(&bell));
            // The first poll hands the waker to the scheduler, which wakes it at the end of this turn.
            let _pending = pin!(tokio::task::yield_now()).poll(&mut Context::from_waker(&waker));
            bell
        });
        bell.waiting.register(cx.waker());
        if bell.rung.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl<L: Load> State<L> {
    fn learn(&mut self, keys: Vec<L::Key>, mut value: impl FnMut(&L::Key) -> Loaded<L::Value>) {
        for key in keys {
            self.waiting.remove(&key);
            let value = value(&key);
            self.known.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::future::{join_all, join3};
    use services::kernel::error::EngineError;

    use super::*;

    /// Doubles numbers below a hundred; remembers its batches.
    struct Doubles(Arc<Mutex<Vec<Vec<u32>>>>);

    impl Load for Doubles {
        type Key = u32;
        type Value = u32;
        async fn load(&self, keys: &[u32]) -> EngineResult<HashMap<u32, u32>> {
            self.0.lock().push(keys.to_vec());
            tokio::task::yield_now().await;
            if keys.contains(&13) {
                return Err(EngineError::retryable("doubles", "thirteen"));
            }
            Ok(keys.iter().filter(|k| **k < 100).map(|k| (*k, k * 2)).collect())
        }
    }

    /// The keys of each call, in order.
    type Seen = Arc<Mutex<Vec<Vec<u32>>>>;

    fn doubles() -> (Batched<Doubles>, Seen) {
        let batches = Arc::new(Mutex::default());
        (Batched::new(Doubles(Arc::clone(&batches))), batches)
    }

    #[tokio::test]
    async fn what_is_asked_together_is_read_in_one_call_and_remembered() {
        let (batched, batches) = doubles();
        let found = join_all((0..60).map(|n| batched.one(n % 10))).await;
        assert!(found.into_iter().enumerate().all(|(n, v)| v.ok().flatten() == Some((n as u32 % 10) * 2)));
        assert_eq!(batched.one(7).await.ok().flatten(), Some(14));
        assert_eq!(batches.lock().len(), 1);
    }

    #[tokio::test]
    async fn lists_stay_in_step_through_several_readers() {
        let (first, first_batches) = doubles();
        let (second, second_batches) = doubles();
        let row = |n: u32| {
            let (first, second) = (&first, &second);
            // Three fields that ask the same first and something of their own then.
            let field = move |more: u32| async move {
                let doubled = first.one(n).await.ok().flatten().unwrap_or_default();
                second.one((doubled + more) % 100).await
            };
            join3(field(0), field(1), field(2))
        };
        join_all((0..80).map(row)).await;
        assert_eq!((first_batches.lock().len(), second_batches.lock().len()), (1, 1));
    }

    #[tokio::test]
    async fn a_key_that_is_being_read_is_not_read_again() {
        let (batched, batches) = doubles();
        let late = async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            batched.one(5).await
        };
        let (a, b) = futures::join!(batched.one(5), late);
        assert_eq!((a.ok().flatten(), b.ok().flatten()), (Some(10), Some(10)));
        assert_eq!(*batches.lock(), [vec![5]]);
    }

    #[tokio::test]
    async fn absence_and_failure_are_told_apart() {
        let (batched, _) = doubles();
        assert_eq!(batched.one(200).await.ok(), Some(None));
        assert!(batched.one(13).await.is_err_and(|e| e.engine == "doubles"));
        let found = batched.many(&[1, 1, 2, 300]).await.expect("the engine answers");
        assert_eq!(found, HashMap::from([(1, 2), (2, 4)]));
        assert!(batched.many(&[1, 13]).await.is_err());
    }

    #[tokio::test]
    async fn an_answer_that_is_given_up_leaves_nothing_behind() {
        let (batched, batches) = doubles();
        let state = Arc::downgrade(&batched.state);
        let asked = batched.one(1);
        assert!(asked.now_or_never().is_none(), "it waits for its turn");
        drop(batched);
        assert!(state.upgrade().is_none(), "nothing keeps it alive");
        assert!(batches.lock().is_empty());
    }
}
