//! A connection for requests that no client library would send: bytes go out as they are, an answer is read as far as
//! HTTP/1.1 says, and a connection that the other side closed is opened anew.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Until an answer must be there, or the connection closed.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// Bytes of an answer.
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// What came back.
pub struct Answer {
    /// The status; 0 when the other side closed the connection without an answer.
    pub status: u16,
    /// Head and body.
    pub bytes: Vec<u8>,
    /// The connection stays open.
    stays: bool,
}

/// One connection after the other to the same address.
pub struct Wire {
    to: SocketAddr,
    from: SocketAddr,
    stream: Option<TcpStream>,
    /// Connections opened.
    pub opened: u64,
}

impl Wire {
    /// Each `lane` has a loopback address of its own, so that ports do not run short.
    pub fn new(to: SocketAddr, lane: u64) -> Self {
        let last = u8::try_from(lane % 200).unwrap_or(0) + 2;
        Self { to, from: SocketAddr::from(([127, 0, 0, last], 0)), stream: None, opened: 0 }
    }

    async fn open(&mut self) -> anyhow::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(self.from)?;
        let stream = socket.connect(self.to).await.context("the shop takes no connection")?;
        stream.set_nodelay(true)?;
        self.opened += 1;
        Ok(stream)
    }

    /// Sends bytes and reads the answer. A kept connection may have been closed meanwhile: then once more on a new one.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        if let Some(stream) = self.stream.take()
            && let Ok(answer) = self.exchange(stream, request).await
            && answer.status != 0
        {
            return Ok(answer);
        }
        let stream = self.open().await?;
        self.exchange(stream, request).await
    }

    /// Sends bytes on a new connection and goes away without waiting.
    pub async fn leave(&mut self, request: &[u8]) -> anyhow::Result<()> {
        let mut stream = self.open().await?;
        // The other side may have closed already.
        let _ = stream.write_all(request).await;
        Ok(())
    }

    async fn exchange(&mut self, mut stream: TcpStream, request: &[u8]) -> anyhow::Result<Answer> {
        // A server may answer and close before it has read everything; its answer counts.
        let _ = stream.write_all(request).await;
        let answer = timeout(ANSWER_WAIT, read(&mut stream)).await.context("an answer did not come")??;
        if answer.stays {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

async fn read(stream: &mut TcpStream) -> anyhow::Result<Answer> {
    let mut bytes = Vec::with_capacity(2048);
    let mut whole = None;
    loop {
        if whole.is_none() {
            whole = Head::of(&bytes);
        }
        if let Some(head) = &whole
            && let Some(end) = head.end(&bytes)
        {
            // After a change of protocol what follows is no answer.
            anyhow::ensure!(
                bytes.len() <= end || head.status == 101,
                "more than one answer: {}",
                bytes[end..].escape_ascii()
            );
            return Ok(Answer { status: head.status, stays: head.stays, bytes });
        }
        anyhow::ensure!(bytes.len() < ANSWER_MAX, "an answer is larger than {ANSWER_MAX} bytes");
        // A reset is an end, too.
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            let status = whole.map_or(0, |head| head.status);
            // To the preface of HTTP/2 its frames are the answer.
            let http1 = bytes.starts_with(b"HTTP/");
            anyhow::ensure!(status != 0 || !http1, "an answer broke off: {}", bytes.escape_ascii());
            return Ok(Answer { status, stays: false, bytes });
        }
    }
}

struct Head {
    status: u16,
    begins: usize,
    length: Length,
    stays: bool,
}

enum Length {
    Known(usize),
    Chunked,
    ToTheEnd,
}

impl Head {
    fn of(bytes: &[u8]) -> Option<Self> {
        let begins = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&bytes[..begins]).ok()?.to_ascii_lowercase();
        let status = head.split(' ').nth(1)?.get(..3)?.parse().ok()?;
        let field = |name: &str| {
            head.lines()
                .find_map(|line| line.split_once(':').filter(|(n, _)| *n == name).map(|(_, v)| v.trim().to_owned()))
        };
        let length = match (field("content-length"), field("transfer-encoding")) {
            (Some(length), _) => Length::Known(length.parse().ok()?),
            (None, Some(coding)) if coding.contains("chunked") => Length::Chunked,
            _ if status == 101 || status == 204 || status == 304 => Length::Known(0),
            _ => Length::ToTheEnd,
        };
        let stays =
            status != 101 && field("connection").as_deref() != Some("close") && !matches!(length, Length::ToTheEnd);
        Some(Self { status, begins, length, stays })
    }

    /// Where the answer ends, once all of it is there.
    fn end(&self, bytes: &[u8]) -> Option<usize> {
        match self.length {
            Length::Known(length) => Some(self.begins + length).filter(|end| bytes.len() >= *end),
            Length::Chunked => {
                let mut at = self.begins;
                loop {
                    let line = bytes.get(at..)?.windows(2).position(|w| w == b"\r\n")?;
                    let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
                    let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
                    at += line + 2 + size + 2;
                    if size == 0 {
                        return Some(at).filter(|end| bytes.len() >= *end);
                    }
                }
            }
            Length::ToTheEnd => None,
        }
    }
}
