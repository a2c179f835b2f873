//! The core of the engine: programs are atomic, isolated from each other's failures, and read by the pool.

use engine_sql::args;
use futures::FutureExt;
use services::kernel::{
    clock::Timestamp,
    error::EngineError,
    events::{CartsEvent, NewEvent},
};

use crate::support::db;

const INSERT: &str = "INSERT INTO events (id, topic, event_key, kind, version, at, data) VALUES (?, ?, ?, ?, ?, ?, ?)";

#[tokio::test]
async fn a_failed_program_leaves_nothing_and_hurts_no_neighbour() {
    let t = db().await;
    let mut tasks = Vec::new();
    for n in 0..50_i64 {
        let db = t.db.clone();
        tasks.push(tokio::spawn(async move {
            db.write("items", move |tx| {
                async move {
                    let id = tx.next_id(Timestamp::from_seconds(n));
                    tx.execute(INSERT, args![id, "t", format!("{n}"), "K", 1, n, "{}"]).await?;
                    if n % 5 == 0 { Err(EngineError::permanent("sql", "refused")) } else { Ok(n) }
                }
                .boxed()
            })
            .await
        }));
    }
    let mut good = 0;
    for (n, task) in tasks.into_iter().enumerate() {
        match task.await.expect("joins") {
            Ok(v) => {
                assert_eq!(v, n as i64);
                good += 1;
            }
            Err(e) => {
                assert_eq!((n % 5, e.engine), (0, "items"));
            }
        }
    }
    assert_eq!(good, 40);
    let rows = t.db.read("items", "SELECT COUNT(*) FROM events WHERE topic = ?", args!["t"]).await.expect("reads");
    assert_eq!(rows[0].int(0).expect("a count"), 40);
}

#[tokio::test]
async fn a_panicking_program_is_an_error_and_the_writer_lives_on() {
    let t = db().await;
    let e = t.db.write::<_, ()>("items", |_| panic!("on purpose")).await.expect_err("is refused");
    assert!(!e.retryable, "{e}");
    assert_eq!(t.db.write("items", |_| async { Ok(7) }.boxed()).await.expect("works"), 7);
}

#[tokio::test]
async fn events_wake_consumers_after_their_commit_only() {
    let t = db().await;
    let mut written = t.db.written();
    written.mark_unchanged();
    let event = NewEvent::of(&CartsEvent::CartChanged { owner: uuid::Uuid::nil(), added: vec![] });
    let e2 = event.clone();
    let refused =
        t.db.write::<_, ()>("carts", move |tx| {
            let event = e2.clone();
            async move {
                tx.emit(Timestamp::from_seconds(1), event).await?;
                Err(EngineError::permanent("sql", "no"))
            }
            .boxed()
        })
        .await;
    assert!(refused.is_err() && !written.has_changed().expect("alive"));
    t.db.write("carts", move |tx| {
        let event = event.clone();
        async move { tx.emit(Timestamp::from_seconds(1), event).await }.boxed()
    })
    .await
    .expect("writes");
    assert!(written.has_changed().expect("alive"));
    let rows = t.db.read("carts", "SELECT kind, data, traceparent FROM events", vec![]).await.expect("reads");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].text(0).expect("text"), "CartChanged");
    assert_eq!(rows[0].opt_text(2).expect("null"), None);
}
