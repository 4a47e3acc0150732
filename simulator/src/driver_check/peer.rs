//! The peers that drivers are tried on: each plays one row.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::judge::Seen;
use super::row::{BODY, DriverRow, HUGE_BODY, MAX_BODY, PATIENCE};

/// The most bytes of a request that are looked at; a driver that sends more has lost its way.
const MOST_REQUEST_BYTES: usize = 64 * 1024;
/// How far the bytes of a dripping answer are apart.
const BETWEEN_BYTES: Duration = Duration::from_millis(100);

/// What a peer does to each connection, and what it takes note of.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) row: DriverRow,
    /// Where a redirect leads.
    pub(super) elsewhere: String,
    pub(super) seen: Arc<Mutex<Seen>>,
}

impl Peer {
    /// Plays the row to whoever connects.
    pub(super) async fn accept(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        while let Ok((stream, _)) = listener.accept().await {
            let (peer, tls) = (self.clone(), tls.clone());
            peer.seen().open += 1;
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                // A driver may hang up whenever it likes; what counts is what it says of it.
                let _ = match tls {
                    None => peer.play(stream).await,
                    Some(acceptor) => match acceptor.accept(stream).await {
                        Ok(stream) => peer.play(stream).await,
                        Err(error) => Err(error),
                    },
                };
                peer.seen().open -= 1;
            });
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of whoever connects where no call is for, and answers as if it were right.
    pub(super) async fn accept_strayed(self, listener: TcpListener) {
        while let Ok((mut stream, _)) = listener.accept().await {
            self.seen().elsewhere += 1;
            tokio::spawn(async move {
                if read_request(&mut stream).await.is_ok() {
                    let _ = whole(&mut stream, "200 OK", BODY.as_bytes()).await;
                }
            });
        }
    }

    async fn play(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let stream = &mut stream;
        let request = read_request(stream).await?;
        if !request.is_empty() {
            self.seen().requests.push(request);
        }
        match self.row {
            DriverRow::Status => whole(stream, "503 Service Unavailable", BODY.as_bytes()).await?,
            DriverRow::Full => whole(stream, "200 OK", &vec![b' '; MAX_BODY]).await?,
            DriverRow::Cut => {}
            DriverRow::CutBody => {
                head(stream, "200 OK", &format!("content-length: {}", 2 * BODY.len())).await?;
                stream.write_all(BODY.as_bytes()).await?;
            }
            DriverRow::CutChunk => {
                head(stream, "200 OK", "transfer-encoding: chunked").await?;
                chunk(stream, BODY.as_bytes()).await?;
            }
            DriverRow::Huge => whole(stream, "200 OK", &vec![b' '; HUGE_BODY]).await?,
            DriverRow::HugeChunked => {
                head(stream, "200 OK", "transfer-encoding: chunked").await?;
                let piece = vec![b' '; MAX_BODY / 4];
                for _ in 0..HUGE_BODY / piece.len() {
                    chunk(stream, &piece).await?;
                }
                chunk(stream, b"").await?;
            }
            DriverRow::Redirect => {
                let location = format!("location: {}\r\ncontent-length: 0", self.elsewhere);
                head(stream, "307 Temporary Redirect", &location).await?;
            }
            DriverRow::Late => {
                sleep(PATIENCE).await;
                whole(stream, "200 OK", BODY.as_bytes()).await?;
            }
            DriverRow::Stall => {
                let (start, rest) = BODY.as_bytes().split_at(BODY.len() / 2);
                head(stream, "200 OK", &format!("content-length: {}", BODY.len())).await?;
                stream.write_all(start).await?;
                stream.flush().await?;
                sleep(PATIENCE).await;
                stream.write_all(rest).await?;
            }
            DriverRow::Drip => {
                let bytes = PATIENCE.as_millis() / BETWEEN_BYTES.as_millis();
                head(stream, "200 OK", &format!("content-length: {bytes}")).await?;
                for _ in 0..bytes {
                    stream.write_all(b" ").await?;
                    stream.flush().await?;
                    sleep(BETWEEN_BYTES).await;
                }
            }
            DriverRow::NotHttp => stream.write_all(b"SSH-2.0-simulated\r\n").await?,
            _ => whole(stream, "200 OK", BODY.as_bytes()).await?,
        }
        stream.shutdown().await
    }
}

/// Reads a request, head and body; what came of it when the driver ends it early.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&received) && received.len() < MOST_REQUEST_BYTES {
        match stream.read(&mut buffer).await? {
            0 => break,
            length => received.extend_from_slice(&buffer[..length]),
        }
    }
    Ok(String::from_utf8_lossy(&received).into_owned())
}

fn is_whole(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse::<usize>().ok() } else { None }
    });
    body.len() >= length.unwrap_or_default()
}

async fn head(stream: &mut (impl AsyncWrite + Unpin), status: &str, headers: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n{headers}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.flush().await
}

async fn whole(stream: &mut (impl AsyncWrite + Unpin), status: &str, body: &[u8]) -> io::Result<()> {
    head(stream, status, &format!("content-length: {}", body.len())).await?;
    stream.write_all(body).await?;
    stream.flush().await
}

async fn chunk(stream: &mut (impl AsyncWrite + Unpin), content: &[u8]) -> io::Result<()> {
    stream.write_all(format!("{:x}\r\n", content.len()).as_bytes()).await?;
    stream.write_all(content).await?;
    stream.write_all(b"\r\n").await?;
    stream.flush().await
}
