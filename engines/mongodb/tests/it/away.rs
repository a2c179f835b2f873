//! A server that is away, silent, old, or refuses: an honest error in bounded time.

use std::time::{Duration, Instant};

use engine_mongodb::Mongo;
use mongodb::bson::{Document, deserialize_from_slice, doc, serialize_to_vec};
use services::{
    items::{contract::item, ports::ItemStore},
    kernel::ids::ItemId,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use uuid::Uuid;

use crate::{NOW, fresh_url, store};

/// A bound, not a measure.
const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_server_that_is_away_is_told_soon() {
    // A port on which nobody listens any more.
    let port = TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("an address").port();
    let store = store(&format!("mongodb://127.0.0.1:{port}")).await;
    let begun = Instant::now();
    let read = store.items_by_ids(&[ItemId(Uuid::nil())]).await.expect_err("nobody is there");
    assert!(read.retryable && read.engine == "items", "{read}");
    let save = store.save(vec![item(1, 1)], NOW).await.expect_err("nobody is there");
    assert!(save.retryable, "{save}");
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_server_that_takes_connections_and_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            kept.push(socket);
        }
    });
    let store = store(&format!("mongodb://{address}")).await;
    let begun = Instant::now();
    assert!(store.count().await.expect_err("nobody answers").retryable);
    assert!(begun.elapsed() < SOON);
}

/// A way to the server that can fall silent, drop everybody, and come back.
async fn way(to: String) -> (String, watch::Sender<Way>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("an address").to_string();
    let (set, seen) = watch::channel(Way::Open);
    tokio::spawn(async move {
        while let Ok((mut here, _)) = listener.accept().await {
            let (to, mut seen) = (to.clone(), seen.clone());
            tokio::spawn(async move {
                let state = *seen.borrow_and_update();
                if state == Way::Open {
                    let Ok(mut there) = TcpStream::connect(to).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut here, &mut there) => return,
                        _ = seen.wait_for(|w| *w != Way::Open) => {}
                    }
                }
                // Silent connections are held and never serve again; closed ones end here.
                if *seen.borrow() == Way::Silent {
                    let _ = seen.wait_for(|w| *w == Way::Closed).await;
                }
            });
        }
    });
    (address, set)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    Silent,
    Closed,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_fell_silent_or_away_is_used_again_when_it_is_back() {
    let Some(url) = fresh_url() else { return };
    let (server, database) = url.trim_start_matches("mongodb://").split_once('/').expect("it names a database");
    let (address, way) = way(server.to_owned()).await;
    let store = store(&format!("mongodb://{address}/{database}?directConnection=true")).await;
    store.save(vec![item(1, 1)], NOW).await.expect("a save");
    for trouble in [Way::Silent, Way::Closed] {
        way.send(trouble).expect("the way listens");
        let begun = Instant::now();
        for _ in 0..2 {
            let e = store.items_by_ids(&[item(1, 1).id]).await.expect_err("is away");
            assert!(e.retryable, "{trouble:?}: {e}");
        }
        assert!(begun.elapsed() < SOON, "{trouble:?}");
        way.send(Way::Open).expect("the way listens");
        let begun = Instant::now();
        loop {
            match store.items_by_ids(&[item(1, 1).id]).await {
                Ok(found) => break assert_eq!(found.len(), 1),
                Err(e) => assert!(begun.elapsed() < Duration::from_secs(30), "{trouble:?}: {e}"),
            }
        }
    }
}

/// A server that answers every message with a document.
async fn answering(answer: fn(&Document) -> Document) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, answer));
        }
    });
    format!("mongodb://{address}")
}

/// Speaks OP_MSG, and OP_QUERY for the first hello, as far as the driver asks.
async fn serve(mut socket: TcpStream, answer: fn(&Document) -> Document) -> std::io::Result<()> {
    loop {
        let mut head = [0; 16];
        socket.read_exact(&mut head).await?;
        let word = |at: usize| i32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let (length, id, code) = (word(0), word(4), word(12));
        let mut body = vec![0; usize::try_from(length - 16).expect("a length")];
        socket.read_exact(&mut body).await?;
        let query = code == 2_004;
        // OP_QUERY: flags, a name ended by 0, two numbers; OP_MSG: flags, the kind of the section.
        let start = if query { 4 + body[4..].iter().position(|b| *b == 0).expect("a name's end") + 1 + 8 } else { 5 };
        let end = start
            + usize::try_from(i32::from_le_bytes(body[start..start + 4].try_into().expect("four bytes")))
                .expect("a length");
        let asked: Document = deserialize_from_slice(&body[start..end]).expect("a document");
        let told = serialize_to_vec(&answer(&asked)).expect("a document");
        let (code, before) =
            if query { (1_i32, [0_i32, 0, 0, 0, 1].map(i32::to_le_bytes).concat()) } else { (2_013, vec![0; 5]) };
        let length = i32::try_from(16 + before.len() + told.len()).expect("short");
        let mut message = [length, id, id, code].map(i32::to_le_bytes).concat();
        message.extend(before);
        message.extend(told);
        socket.write_all(&message).await?;
    }
}

fn hello(wire: i32) -> Document {
    doc! {
        "ok": 1.0, "isWritablePrimary": true, "ismaster": true, "helloOk": true, "minWireVersion": 0,
        "maxWireVersion": wire, "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000,
        "maxWriteBatchSize": 100_000,
    }
}

fn of_2016(_: &Document) -> Document {
    hello(5)
}

fn of_2020(asked: &Document) -> Document {
    if asked.contains_key("buildInfo") {
        doc! { "ok": 1.0, "version": "4.4.29" }
    } else {
        hello(9)
    }
}

fn refusing(asked: &Document) -> Document {
    if asked.contains_key("saslStart") {
        return doc! { "ok": 0.0, "code": 18, "codeName": "AuthenticationFailed", "errmsg": "Authentication failed." };
    }
    hello(21)
}

#[tokio::test]
async fn versions_that_are_too_old_are_refused_with_what_is_needed() {
    for answer in [of_2016 as fn(&Document) -> Document, of_2020] {
        let mongo = Mongo::open(&answering(answer).await).await.expect("the URL is good");
        let e = mongo.prepare().await.expect_err("is refused");
        assert!(!e.retryable && e.message.contains("5.0 or newer"), "{e}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_with_what_to_do() {
    let url = answering(refusing).await.replace("mongodb://", "mongodb://shop:s3cret@");
    let e = Mongo::open(&url).await.expect("the URL is good").prepare().await.expect_err("is refused");
    assert!(!e.retryable && e.message.contains("correct them in the URL") && !e.message.contains("s3cret"), "{e}");
}

#[tokio::test]
async fn a_malformed_url_is_refused_with_what_to_do() {
    for url in
        ["", "mongodb", "http://127.0.0.1", "mongodb://", "mongodb://127.0.0.1:notaport", "mongodb://h/a b?w=x=y"]
    {
        let e = Mongo::open(url).await.expect_err("is refused");
        assert!(!e.retryable && e.message.contains("write mongodb://"), "{url}: {e}");
    }
}
