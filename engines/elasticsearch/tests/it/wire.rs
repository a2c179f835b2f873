//! A wire between the index and the server that can be cut, silenced and slowed, and servers that say what a test wants.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// How the wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It carries.
    Whole,
    /// It carries after a while.
    Slow(Duration),
    /// It takes what comes and never answers.
    Silent,
    /// Nobody is there.
    Cut,
}

/// A wire.
pub struct Wire {
    /// Where it begins.
    pub address: SocketAddr,
    state: watch::Sender<State>,
    /// Connections so far.
    pub met: Arc<AtomicU64>,
}

impl Wire {
    /// To a server.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("an address");
        let (state, watched) = watch::channel(State::Whole);
        let met = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&met);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(carry(socket, server, watched.clone()));
            }
        });
        Self { address, state, met }
    }

    /// Changes how it is; what is on it ends.
    pub fn set(&self, state: State) {
        self.state.send_replace(state);
    }
}

async fn carry(mut here: TcpStream, server: SocketAddr, mut watched: watch::Receiver<State>) {
    let state = *watched.borrow_and_update();
    match state {
        State::Cut => return,
        State::Silent => drop(watched.changed().await),
        State::Slow(by) => tokio::time::sleep(by).await,
        State::Whole => {}
    }
    if state == State::Silent {
        return;
    }
    let Ok(mut there) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut here, &mut there) => {}
        _ = watched.changed() => {}
    }
}

/// A server that answers everything alike.
pub async fn that_says(status: &'static str, body: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut asked = [0; 4_096];
            if socket.read(&mut asked).await.is_ok() {
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
                    body.len()
                );
                socket.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).await.ok();
            }
        }
    });
    address
}
