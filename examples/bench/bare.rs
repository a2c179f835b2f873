//! The other side of the comparison: an axum server that reads the body and answers recorded bytes.

use std::path::PathBuf;

use anyhow::Context;
use axum::{Router, body::Bytes, http::header, routing::post, serve::ListenerExt};
use tokio::net::TcpListener;

/// Serves one file per path, `/0` on, until the process is ended.
pub async fn serve(answers: &[PathBuf]) -> anyhow::Result<()> {
    let mut router = Router::new();
    for (index, path) in answers.iter().enumerate() {
        let answer = Bytes::from(std::fs::read(path).with_context(|| path.display().to_string())?);
        router = router.route(
            &format!("/{index}"),
            post(move |_asked: Bytes| {
                let answer = answer.clone();
                async move { ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], answer) }
            }),
        );
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("the bare route listens on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        // Without it the comparison would be with a slower route; it fails only on a closed socket.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}
