//! A server that answers one request after the other as a transcript says, and refuses connections in between.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::certificates;
use crate::expect::{self, SeenRequest, Verdict};
use crate::transcript::{Answer, HttpEffect, ResponseAnswer, TrustName};

/// A client that has not asked by then never will.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_HEAD: usize = 256 * 1024;

/// A port of the loopback network. It is bound all the time, but connections are only accepted while an answer is due.
pub struct Server {
    address: SocketAddr,
    authority: String,
    closed: Mutex<Option<TcpSocket>>,
}

impl Server {
    /// A server on a free port, closed as yet.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub fn new() -> io::Result<Self> {
        let socket = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = socket.local_addr()?;
        Ok(Self { address, authority: address.to_string(), closed: Mutex::new(Some(socket)) })
    }

    /// Address and port, as they stand in a URL.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Listens from now on; the future accepts one connection, compares the request on it and answers.
    ///
    /// # Errors
    /// The first difference between what came and what was expected.
    pub fn serve<'a>(
        &'a self,
        expected: &'a HttpEffect,
        answer: &'a Answer,
    ) -> impl Future<Output = Verdict> + Send + 'a {
        let listener = self.open();
        async move {
            let listener = listener.map_err(|error| error.to_string())?;
            let served = tokio::time::timeout(PATIENCE, accepted(&listener, expected, answer)).await;
            drop(listener);
            *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = bound(self.address).ok();
            served.map_err(|_| "no complete request came".to_owned())?
        }
    }

    /// Serves one request after the other on what [`Server::open`] gave, open to connections all the while.
    ///
    /// # Errors
    /// The first difference, or that nobody asked in time.
    pub async fn serve_in_turn(listener: TcpListener, exchanges: &[(&HttpEffect, &Answer)]) -> Verdict {
        for (expected, answer) in exchanges {
            let served = tokio::time::timeout(PATIENCE, accepted(&listener, expected, answer)).await;
            served.map_err(|_| "no complete request came".to_owned())??;
        }
        Ok(())
    }

    /// Opens the port.
    ///
    /// # Errors
    /// When it cannot be listened on.
    pub fn open(&self) -> io::Result<TcpListener> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner).take();
        closed.map_or_else(|| bound(self.address), Ok)?.listen(8)
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn accepted(listener: &TcpListener, expected: &HttpEffect, answer: &Answer) -> Verdict {
    let (stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
    let stranger = matches!(answer, Answer::TransportError(kind) if kind == "certificate");
    let certificates = certificates::get()?;
    match &expected.trust {
        TrustName::Plain => exchanged(stream, expected, answer).await,
        _ if stranger => refused(stream, &certificates.stranger).await,
        TrustName::Roots => exchanged(secured(stream, &certificates.trusted).await?, expected, answer).await,
        TrustName::Leaf(_) => exchanged(secured(stream, &certificates.pinned).await?, expected, answer).await,
    }
}

async fn secured(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
) -> Result<tokio_rustls::server::TlsStream<TcpStream>, String> {
    TlsAcceptor::from(Arc::clone(config)).accept(stream).await.map_err(|error| format!("TLS: {error}"))
}

/// A client that refuses the certificate must not send a byte of its request.
async fn refused(stream: TcpStream, config: &Arc<ServerConfig>) -> Verdict {
    let Ok(mut stream) = secured(stream, config).await else { return Ok(()) };
    let mut byte = [0];
    match stream.read(&mut byte).await {
        Ok(1..) => Err("the request was sent to a server with a wrong certificate".to_owned()),
        _ => Ok(()),
    }
}

async fn exchanged(mut stream: impl AsyncRead + AsyncWrite + Unpin, expected: &HttpEffect, answer: &Answer) -> Verdict {
    let request = Request::read(&mut stream).await?;
    let Request { method, uri, headers, body } = &request;
    expect::seen_request(&SeenRequest { method, uri, headers, body }, expected)?;
    let bytes = match answer {
        Answer::Response(response) => written(response)?,
        Answer::TransportError(kind) if kind == "broken" => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec(),
        Answer::TransportError(kind) if kind == "timeout" => {
            // Until the client hangs up.
            let _ = stream.read(&mut [0]).await;
            return Ok(());
        }
        Answer::TransportError(kind) if kind == "protocol" => b"220 mail ready\r\n\r\n".to_vec(),
        answer => return Err(format!("no server can answer {answer:?}")),
    };
    // A client that has seen enough may be gone.
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
    Ok(())
}

fn written(response: &ResponseAnswer) -> Result<Vec<u8>, String> {
    let body = response.body.bytes()?;
    let standard = StatusCode::from_u16(response.status).ok().and_then(|status| status.canonical_reason());
    let reason = response.reason.as_deref().or(standard).unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\nconnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    }
    if !matches!(response.status, 204 | 304) {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    Ok([head.into_bytes(), body].concat())
}

struct Request {
    method: String,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Request {
    async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Self, String> {
        let mut bytes = Vec::new();
        let (mut request, head) = loop {
            if let Some(parsed) = Self::parse_head(&bytes)? {
                break parsed;
            }
            if bytes.len() > MOST_HEAD || stream.read_buf(&mut bytes).await.map_err(|error| error.to_string())? == 0 {
                return Err("no complete request came".to_owned());
            }
        };
        request.body = bytes.split_off(head);
        let len = request.headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
        while request.body.len() < len.unwrap_or(0) {
            if stream.read_buf(&mut request.body).await.map_err(|error| error.to_string())? == 0 {
                return Err("the request's body is cut short".to_owned());
            }
        }
        Ok(request)
    }

    /// The request without its body, and the length of its head; nothing as long as the head is not complete.
    fn parse_head(bytes: &[u8]) -> Result<Option<(Self, usize)>, String> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        let head = match parsed.parse(bytes).map_err(|error| error.to_string())? {
            httparse::Status::Complete(head) => head,
            httparse::Status::Partial => return Ok(None),
        };
        let uri = parsed.path.unwrap_or_default().parse().map_err(|error| format!("{error}"))?;
        let mut request = Self {
            method: parsed.method.unwrap_or_default().to_owned(),
            uri,
            headers: HeaderMap::new(),
            body: Vec::new(),
        };
        for header in parsed.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|error| error.to_string())?;
            let value = HeaderValue::from_bytes(header.value).map_err(|error| error.to_string())?;
            request.headers.append(name, value);
        }
        Ok(Some((request, head)))
    }
}
