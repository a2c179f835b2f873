//! The end of the process, told to everything long-lived: one handle begins it, the others wait for it, and the one who
//! began can wait until all are gone. It closes nothing by itself.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells that the process stops; clones tell the same.
#[derive(Clone, Debug)]
pub struct Drain(Arc<watch::Sender<bool>>);

/// Held by what is to end; the drain waits until it is dropped.
#[derive(Debug)]
pub struct Watch(watch::Receiver<bool>);

impl Default for Drain {
    fn default() -> Self {
        Self(Arc::new(watch::channel(false).0))
    }
}

impl Drain {
    /// Not begun.
    pub fn new() -> Self {
        Self::default()
    }
    /// Begins; a second time changes nothing.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }
    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }
    /// Waits until it has begun.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut receiver = self.0.subscribe();
        async move {
            // The sender may only go away with the process's end: that is a beginning, too.
            let _ = receiver.wait_for(|begun| *begun).await;
        }
    }
    /// To be held by something that ends itself when the drain begins.
    pub fn watch(&self) -> Watch {
        Watch(self.0.subscribe())
    }
    /// Waits until every [`Watch`] is dropped.
    pub async fn emptied(&self) {
        self.0.closed().await;
    }
}

impl Watch {
    /// Waits until the drain has begun.
    pub async fn begun(&mut self) {
        let _ = self.0.wait_for(|begun| *begun).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_watches_learns_it_and_is_waited_for() {
        let drain = Drain::new();
        let mut watch = drain.watch();
        let task = tokio::spawn(async move { watch.begun().await });
        drain.begin();
        drain.begun().await;
        drain.emptied().await;
        task.await.expect("ends");
    }
}
