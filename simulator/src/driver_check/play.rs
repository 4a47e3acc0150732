//! A row that is being played.

use std::env;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::call::{DriverCall, DriverTrust};
use super::finding::{Finding, Verdict};
use super::judge::{Seen, judge};
use super::outcome::DriverOutcome;
use super::peer::Peer;
use super::row::{AMPLE, DriverRow, LIMIT, MAX_BODY, PATIENCE};
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

/// A row whose peer is there and waits for the call.
pub struct Play {
    row: DriverRow,
    call: DriverCall,
    seen: Arc<Mutex<Seen>>,
    started: Instant,
    _peers: Background,
}

impl DriverRow {
    /// Starts the peer of this row on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// [`SimulatorError`] when a port or a certificate cannot be had. For [`DriverRow::Proxy`] the port is that of the proxy
    /// that `HTTP_PROXY` names; when it names none on 127.0.0.1, the finding will say so.
    pub fn start(self) -> Result<Play, SimulatorError> {
        let direct = Bound::new(0)?;
        let base_url = direct.base_url(self.is_secure());
        let strayed = match self {
            DriverRow::Redirect => Some(Bound::new(0)?),
            DriverRow::Proxy => proxy_port().map(Bound::new).transpose()?,
            _ => None,
        };
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
        Ok(Play { row: self, call: self.call(&base_url, thumbprint), seen, started: Instant::now(), _peers: peers })
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
            connect_timeout: limited("connect"),
            read_timeout: limited("read"),
            total_timeout: limited("total"),
            max_body: MAX_BODY,
        }
    }
}

/// The port of a proxy on 127.0.0.1 that the environment of this process names.
fn proxy_port() -> Option<u16> {
    let named = ["HTTP_PROXY", "http_proxy"].into_iter().find_map(|name| env::var(name).ok())?;
    named.strip_prefix("http://127.0.0.1:")?.trim_end_matches('/').parse().ok()
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
        let verdict = if self.row == DriverRow::Proxy && proxy_port().is_none() {
            let reason = "start this process with HTTP_PROXY=http://127.0.0.1:PORT, a port where nobody listens";
            Verdict::NotPlayed(reason.to_owned())
        } else {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            judge(self.row, &self.call, outcome, elapsed, &seen)
        };
        Finding { row: self.row, verdict }
    }
}
