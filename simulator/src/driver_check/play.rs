//! A row that is being played.

use std::env;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::call::{DriverCall, DriverTrust};
use super::finding::{Finding, Verdict};
use super::judge::{Seen, judge};
use super::outcome::DriverOutcome;
use super::peer::Peer;
use super::row::{AMPLE, DriverRow, LIMIT, MAX_BODY, PATIENCE, TOLERANCE};
use crate::background::Background;
use crate::error::SimulatorError;
use crate::server::Bound;
use crate::tls;

/// The thumbprint of no certificate that is shown.
const OTHER_THUMBPRINT: &str = "0123456789ABCDEF0123456789ABCDEF01234567";
/// The value of headers that carry a secret.
const SECRET: &str = "opens-nothing";
/// A length of the queue of connections that nobody accepts.
const SHORT_QUEUE: u32 = 1;
/// How many connections are made at most to fill that queue, and how long the first may take that no longer gets into it.
const MOST_WAITING: usize = 64;
const FILLED: Duration = Duration::from_millis(200);
/// How often is looked whether a connection has ended.
const SETTLING: Duration = Duration::from_millis(5);

/// A row whose peer is there and waits for the call.
pub struct Play {
    row: DriverRow,
    /// Why this row cannot be played here, if so.
    obstacle: Option<String>,
    call: DriverCall,
    seen: Arc<Mutex<Seen>>,
    started: Instant,
    _peers: Background,
}

impl DriverRow {
    /// Starts the peer of this row on a free port of 127.0.0.1.
    ///
    /// [`DriverRow::Proxy`] needs a process whose environment names a proxy on 127.0.0.1 where nobody listens
    /// (`HTTP_PROXY`); elsewhere the finding will be that it was not played.
    ///
    /// # Errors
    ///
    /// [`SimulatorError`] when a port or a certificate cannot be had.
    pub fn start(self) -> Result<Play, SimulatorError> {
        match self {
            Self::Redirect => self.start_beside(Some(Bound::new(0)?), None),
            Self::Proxy => match named_proxy() {
                Ok(proxy) => self.start_beside(Some(proxy), None),
                Err(obstacle) => self.start_beside(None, Some(obstacle)),
            },
            _ => self.start_beside(None, None),
        }
    }

    /// Starts the row [`DriverRow::Proxy`] for a driver whose environment names a proxy on this port.
    pub(crate) fn start_with_proxy(proxy: Bound) -> Result<Play, SimulatorError> {
        Self::Proxy.start_beside(Some(proxy), None)
    }

    /// `strayed` is where no call is for.
    fn start_beside(self, strayed: Option<Bound>, obstacle: Option<String>) -> Result<Play, SimulatorError> {
        let direct = Bound::new(0)?;
        let base_url = direct.base_url(self.is_secure());
        let (tls, thumbprint) = match self {
            DriverRow::Pinned | DriverRow::Pin => {
                let stranger = tls::expired_stranger()?;
                let pinned = if self == DriverRow::Pinned { stranger.thumbprint } else { OTHER_THUMBPRINT.to_owned() };
                (Some(TlsAcceptor::from(stranger.config)), Some(pinned))
            }
            DriverRow::Untrusted => (Some(TlsAcceptor::from(tls::self_signed()?.config)), None),
            _ => (None, None),
        };
        let seen = Arc::new(Mutex::new(Seen::default()));
        let elsewhere = strayed.as_ref().map(|bound| bound.base_url(false)).unwrap_or_default();
        let peer = Peer { row: self, elsewhere, seen: Arc::clone(&seen) };
        let peers = Background::start(move || async move {
            if let Some(strayed) = strayed {
                tokio::spawn(peer.clone().accept_strayed(strayed.listen()?));
            }
            match self {
                // Bound, but not listened on: whoever connects is refused.
                DriverRow::Refuse => drop(tokio::spawn(async move {
                    let _reserved = direct;
                    std::future::pending::<()>().await;
                })),
                DriverRow::Backlog => fill(direct).await?,
                _ => drop(tokio::spawn(peer.accept(direct.listen()?, tls))),
            }
            Ok(())
        });
        let peers = peers.map_err(|cause| SimulatorError::Listen { port: 0, cause })?;
        let call = self.call(&base_url, thumbprint);
        Ok(Play { row: self, obstacle, call, seen, started: Instant::now(), _peers: peers })
    }

    /// The call of this row, in the form of one to Service Fabric, Cloud Shell or App Service.
    fn call(self, base_url: &str, thumbprint: Option<String>) -> DriverCall {
        let resource = "resource=https%3A%2F%2Fvault.azure.net";
        let (method, path, header, body) = if self.is_secure() {
            let path = format!("/metadata/identity/oauth2/token?api-version=2019-07-01-preview&{resource}");
            ("GET", path, ("secret", SECRET), "")
        } else if self == Self::Post {
            ("POST", "/oauth2/token".to_owned(), ("metadata", "true"), resource)
        } else {
            ("GET", format!("/msi/token?api-version=2019-08-01&{resource}"), ("x-identity-header", SECRET), "")
        };
        let mut headers = vec![(header.0, header.1.to_owned())];
        if !body.is_empty() {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        }
        let limited = |by: &str| if self.limit() == Some(by) { LIMIT } else { AMPLE };
        DriverCall {
            method,
            url: format!("{base_url}{path}"),
            headers,
            body: body.to_owned(),
            trust: match thumbprint {
                Some(thumbprint) => DriverTrust::Pinned(thumbprint),
                None if self.is_secure() => DriverTrust::Roots,
                None => DriverTrust::Plain,
            },
            // A driver that cannot see when the connection is made adds both limits for the first byte.
            connect_timeout: if self == Self::Late { LIMIT } else { limited("connect") },
            read_timeout: limited("read"),
            total_timeout: limited("total"),
            max_body: MAX_BODY,
        }
    }
}

/// The port of the proxy that the environment of this process names, or why it cannot be played there.
fn named_proxy() -> Result<Bound, String> {
    let named = ["HTTP_PROXY", "http_proxy"].into_iter().find_map(|name| env::var(name).ok());
    let port = |url: String| url.strip_prefix("http://127.0.0.1:")?.trim_end_matches('/').parse().ok();
    let port = named.and_then(port).ok_or("start this process with HTTP_PROXY=http://127.0.0.1:PORT")?;
    Bound::new(port).map_err(|error| error.to_string())
}

/// Listens, accepts nothing, and makes connections until no more wait to be accepted.
async fn fill(bound: Bound) -> std::io::Result<()> {
    let address = bound.address();
    let listener = bound.listen_with(SHORT_QUEUE)?;
    let mut waiting = Vec::new();
    while waiting.len() < MOST_WAITING
        && let Ok(Ok(stream)) = timeout(FILLED, TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    tokio::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        drop((listener, waiting));
    });
    Ok(())
}

impl Play {
    /// The call to make.
    #[must_use]
    pub const fn call(&self) -> &DriverCall {
        &self.call
    }

    /// Ends the row: what the driver says of the call, beside what the peer has seen of it.
    #[must_use]
    pub fn judge(self, outcome: &DriverOutcome) -> Finding {
        let elapsed = self.started.elapsed();
        let verdict = match self.obstacle {
            Some(obstacle) => Verdict::NotPlayed(obstacle),
            None => {
                self.settle();
                judge(self.row, &self.call, outcome, elapsed, &self.seen())
            }
        };
        Finding { row: self.row, verdict }
    }

    /// Where no byte of a request may arrive, waits until the connection has ended: what the driver has sent may still be on
    /// its way.
    fn settle(&self) {
        let deadline = Instant::now() + TOLERANCE;
        while self.row.is_secure() && self.seen().open > 0 && Instant::now() < deadline {
            std::thread::sleep(SETTLING);
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
