//! Letters to the sink of `tests/engines/smtp`, which keeps what it takes and fails as the recipient's name says; it is found
//! by `CHOWK_TEST_SMTP_URL` (SMTP), its look-up over HTTP one port above. Servers that are down or silent are made here.

use std::time::{Duration, Instant};

use engine_smtp::{Letter, Smtp, Unsent};
use serde_json::Value;
use services::kernel::mail::{Mail, Mailer};
use uuid::Uuid;

const FROM: &str = "Chowk <shop@chowk.example>";

fn sink() -> Option<String> {
    let url = std::env::var("CHOWK_TEST_SMTP_URL").ok();
    if url.is_none() {
        eprintln!("skipped: CHOWK_TEST_SMTP_URL names no sink");
    }
    url
}

fn letter(who: &str) -> Letter {
    let id = Uuid::now_v7().to_string();
    Letter {
        to: format!("{who}@{id}.example"),
        subject: "Placed ✔ ₹100 🛵".into(),
        text: "Namaste\r\n.\r\nस्वागत <script>".into(),
        html: Some("<p>Namaste &lt;script&gt;</p>".into()),
        id,
    }
}

/// What the sink kept for a recipient.
async fn kept(url: &str, to: &str) -> Vec<Value> {
    let port: u16 = url.rsplit(':').next().and_then(|p| p.parse().ok()).expect("a port");
    let look = format!("http://127.0.0.1:{}/messages?to={to}", port + 1);
    reqwest::get(look).await.expect("an answer").json().await.expect("JSON")
}

#[tokio::test]
async fn a_letter_arrives_whole_with_its_id() {
    let Some(url) = sink() else { return };
    let smtp = Smtp::open(&url, FROM).expect("opens");
    let letter = letter("asha");
    smtp.send(&letter).await.expect("sent");
    let kept = kept(&url, &letter.to).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["subject"], letter.subject.as_str());
    assert_eq!(kept[0]["headers"]["message-id"], format!("<{}@chowk.example>", letter.id));
    assert_eq!(kept[0]["from"], "shop@chowk.example");
    assert_eq!(kept[0]["text"], letter.text.as_str());
    assert!(kept[0]["html"].as_str().is_some_and(|t| t.contains("&lt;script&gt;")));
}

#[tokio::test]
async fn a_letter_has_both_its_forms_and_its_id() {
    let Some(url) = sink() else { return };
    let smtp = Smtp::open(&url, FROM).expect("opens");
    let mut notice = letter("asha");
    notice.html = Some("<p>CH1 is placed.</p>".into());
    Mailer::deliver(&smtp, &notice).await.expect("sent");
    let kept = kept(&url, &notice.to).await;
    assert_eq!(kept.len(), 1);
    assert!(kept[0]["headers"]["message-id"].as_str().is_some_and(|id| id.contains(&notice.id)), "{kept:?}");
}

#[tokio::test]
async fn what_became_of_a_letter_is_told_apart() {
    let Some(url) = sink() else { return };
    let smtp = Smtp::open(&url, FROM).expect("opens");
    assert!(matches!(smtp.send(&letter("reject")).await, Err(Unsent::Refused(_))));
    assert!(matches!(smtp.send(&letter("defer")).await, Err(Unsent::NotSent(_))));
    let later = letter("defer-2");
    for _ in 0..2 {
        assert!(matches!(smtp.send(&later).await, Err(Unsent::NotSent(_))));
    }
    smtp.send(&later).await.expect("taken at the third try");
    // Taken, but the answer was lost: the second try carries the same id.
    let dropped = letter("drop");
    for _ in 0..2 {
        let sent = smtp.send(&dropped).await;
        assert!(matches!(sent, Err(Unsent::Unknown(_))), "{sent:?}");
    }
    let kept = kept(&url, &dropped.to).await;
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0]["headers"]["message-id"], kept[1]["headers"]["message-id"]);
}

#[tokio::test]
async fn a_slow_server_is_given_up_in_bounded_time() {
    let Some(url) = sink() else { return };
    let smtp = Smtp::with_patience(&url, FROM, Duration::from_millis(300)).expect("opens");
    let begun = Instant::now();
    let sent = smtp.send(&letter("slow")).await;
    assert!(matches!(sent, Err(Unsent::Unknown(_))), "{sent:?}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_server_that_is_down_has_taken_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let smtp = Smtp::open(&format!("smtp://127.0.0.1:{port}"), FROM).expect("opens");
    let sent = smtp.send(&letter("asha")).await;
    assert!(matches!(sent, Err(Unsent::NotSent(_))), "{sent:?}");
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let url = format!("smtp://127.0.0.1:{port}");
    let smtp = Smtp::with_patience(&url, FROM, Duration::from_millis(200)).expect("opens");
    let begun = Instant::now();
    assert!(smtp.send(&letter("asha")).await.is_err());
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    drop(listener);
}

#[tokio::test]
async fn what_opens_an_account_again_arrives() {
    let Some(url) = sink() else { return };
    let smtp = Smtp::open(&url, FROM).expect("opens");
    let to = format!("asha@{}.example", Uuid::now_v7());
    let mail = Mail { to: to.clone(), subject: "A new password".into(), text: "The token\n".into() };
    Mailer::send(&smtp, mail).await.expect("sent");
    let kept = kept(&url, &to).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["subject"], "A new password");
    assert!(kept[0]["text"].as_str().is_some_and(|t| t.contains("The token")), "{kept:?}");
}
