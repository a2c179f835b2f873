//! What goes wrong on the way: an import that is killed, an event that nobody can read.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::Value;

use crate::harness::{PATIENCE, Shop, program};

const ROWS: usize = 4_000;

fn chowk(data: &Path) -> Command {
    let mut command = program();
    command.args(["--data", &data.display().to_string()]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn count(data: &Path, sql: &str) -> i64 {
    Connection::open(data.join("chowk.db")).and_then(|c| c.query_row(sql, [], |row| row.get(0))).unwrap_or(0)
}

#[test]
fn an_import_that_is_killed_is_finished_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, feed) = (folder.path().join("data"), folder.path().join("feed.jsonl"));
    let row = |i: usize| {
        format!(
            "{{\"id\":\"k{i}\",\"title\":\"Quillon Murmurbox {i}\",\"supplier\":\"Quillon\",\"price\":{}}}\n",
            1_000 + i
        )
    };
    std::fs::write(&feed, (0..ROWS).map(row).collect::<String>()).expect("writes");
    let import = || {
        let mut command = chowk(&data);
        command.args(["import", &feed.display().to_string(), "--profile", "icecat", "--no-index"]);
        command
    };
    let mut killed = import().spawn().expect("starts");
    let begun = Instant::now();
    while count(&data, "SELECT COUNT(*) FROM items") == 0 && begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().expect("is killed");
    killed.wait().expect("has ended");
    let before = count(&data, "SELECT COUNT(*) FROM items");
    assert!(before > 0, "it was killed after the first rows");

    let again = import().output().expect("runs");
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(count(&data, "SELECT COUNT(*) FROM items"), ROWS as i64, "after {before} rows before the kill");
    let events = "SELECT COUNT(*) FROM events WHERE topic = 'items' AND kind = 'ItemChanged' AND data LIKE '%\"categories\":false%'";
    assert_eq!(count(&data, events), ROWS as i64, "each item was told once");
    let third = import().output().expect("runs");
    assert!(third.status.success());
    assert_eq!(count(&data, events), ROWS as i64, "the same feed again changes nothing");
}

#[tokio::test]
async fn an_event_that_nobody_can_read_is_parked_and_listed() {
    let shop = Shop::start().await;
    let data = shop.data().to_owned();
    let put = "INSERT INTO events (id, topic, event_key, kind, version, at, data)
               VALUES (x'000102030405060708090a0b0c0d0e0f', 'users', 'k', 'Nonsense', 1, 1, '{\"type\":\"Nonsense\"}')";
    let shop = shop
        .between(|| {
            let changed = Connection::open(data.join("chowk.db")).and_then(|c| c.execute(put, []));
            assert_eq!(changed.expect("writes"), 1);
        })
        .await;
    let log = shop.server().house.log.clone();
    let begun = Instant::now();
    while log.dead_letters(10).await.expect("reads").is_empty() {
        assert!(begun.elapsed() < PATIENCE, "the event is parked");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let kept = shop.stop().await;
    let data = kept.path().join("data");
    let listed = chowk(&data).arg("dead-letters").output().expect("runs");
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let letter: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&letter["event"]["type"], letter["group"].is_string()), (&Value::from("Nonsense"), true), "{text}");
    let replayed = chowk(&data).args(["dead-letters", "replay"]).output().expect("runs");
    assert!(!replayed.status.success(), "it still cannot be read");
    assert!(
        String::from_utf8_lossy(&replayed.stderr).contains("stays"),
        "{}",
        String::from_utf8_lossy(&replayed.stderr)
    );
}

/// The store of items is away when the shop starts: the shop starts, says what is missing, and answers pages of items
/// with an honest error instead of waiting.
#[cfg(feature = "mongodb")]
#[tokio::test]
async fn a_shop_whose_items_are_away_starts_and_says_so() {
    let shop = Shop::with(&[("items_url", "mongodb://127.0.0.1:1/shop")]).await;
    let begun = Instant::now();
    let ready: Value = loop {
        let answer = shop.client().get(shop.url("/health/ready")).send().await.expect("an answer");
        let ready: Value = answer.json().await.expect("JSON");
        if ready["components"]["items"].is_object() {
            break ready;
        }
        assert!(begun.elapsed() < PATIENCE, "{ready:#}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    };
    assert_eq!(ready["status"], "degraded", "{ready:#}");
    let begun = Instant::now();
    let answer = shop.answer("{ topCategories { id } }", serde_json::json!({}), None).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "a bound, not a measure");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
}

/// The broker is away: the shop starts and says so, orders are taken, and their events wait in the outbox.
#[cfg(feature = "kafka")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_whose_broker_is_away_takes_orders_and_says_so() {
    use super::{BENGALURU, guest, order, variants};
    let shop = Shop::with(&[("events_url", "kafka://127.0.0.1:1")]).await;
    let begun = Instant::now();
    let ready: Value = loop {
        let answer = shop.client().get(shop.url("/health/ready")).send().await.expect("an answer");
        let ready: Value = answer.json().await.expect("JSON");
        if ready["components"]["events"].is_object() {
            break ready;
        }
        assert!(begun.elapsed() < PATIENCE, "{ready:#}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    };
    assert_eq!(ready["status"], "degraded", "{ready:#}");
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "headphones", 1).await.remove(0);
    order(&shop, &visitor.token, &variant, "tok_succeeds").await;
    let log = shop.server().house.log.clone();
    assert!(log.newest(services::kernel::events::Topic::Orders).await.expect("the outbox answers") > 0);
    shop.stop_and_verify().await;
}
