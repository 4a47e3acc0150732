//! The server: accepts connections until the simulator is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::background::Background;
use crate::endpoint::{self, Endpoint};
use crate::error::SimulatorError;
use crate::proxy::Proxy;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A loopback port that is reserved but not yet open: whoever connects is refused.
pub(crate) struct Bound {
    socket: TcpSocket,
    port: u16,
}

impl Bound {
    pub(crate) fn new(port: u16) -> Result<Self, SimulatorError> {
        let failed = |cause| SimulatorError::Listen { port, cause };
        let socket = TcpSocket::new_v4().map_err(failed)?;
        // So that a simulator can take the port of one that has just ended; on Windows this would mean something else.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true).map_err(failed)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).map_err(failed)?;
        let port = socket.local_addr().map_err(failed)?.port();
        Ok(Self { socket, port })
    }

    /// Opens the port.
    pub(crate) fn listen(self) -> io::Result<TcpListener> {
        self.listen_with(BACKLOG)
    }

    /// Opens the port, where so many connections may wait to be accepted.
    pub(crate) fn listen_with(self, backlog: u32) -> io::Result<TcpListener> {
        self.socket.listen(backlog)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    pub(crate) fn base_url(&self, https: bool) -> String {
        format!("{}://127.0.0.1:{}", if https { "https" } else { "http" }, self.port)
    }
}

/// What is served, and where.
pub(crate) struct Served {
    pub(crate) direct: Bound,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) proxy: Option<(Bound, Arc<Proxy>)>,
    /// Where Key Vault and storage account have an https address of their own.
    pub(crate) services: Option<(Bound, TlsAcceptor)>,
}

impl Served {
    /// Opens the ports and accepts connections on tasks of the runtime this is called in.
    fn open(self) -> io::Result<()> {
        let Self { direct, endpoint, tls, proxy, services } = self;
        let services = services.map(|(bound, tls)| (bound, Some(tls)));
        for (bound, tls) in [(direct, tls)].into_iter().chain(services) {
            let (listener, endpoint) = (bound.listen()?, Arc::clone(&endpoint));
            tokio::spawn(accept(listener, move |stream| {
                tokio::spawn(endpoint::serve(stream, Arc::clone(&endpoint), tls.clone()));
            }));
        }
        if let Some((bound, proxy)) = proxy {
            let listener = bound.listen()?;
            tokio::spawn(accept(listener, move |stream| {
                tokio::spawn(Arc::clone(&proxy).serve(stream));
            }));
        }
        Ok(())
    }

    /// Serves in the background, from `late` after now on.
    pub(crate) fn start(self, late: Duration) -> Result<Background, SimulatorError> {
        let port = self.direct.port;
        let begin = move || async move {
            if late.is_zero() {
                return self.open();
            }
            tokio::spawn(async move {
                tokio::time::sleep(late).await;
                // The port is ours; should it not open all the same, clients go on being refused, which a test shows.
                let _ = self.open();
            });
            Ok(())
        };
        Background::start(begin).map_err(|cause| SimulatorError::Listen { port, cause })
    }
}

async fn accept(listener: TcpListener, serve: impl Fn(TcpStream)) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small: waiting to fill a packet would only slow the client under test.
                let _ = stream.set_nodelay(true);
                serve(stream);
            }
            // Too many open files, say: pause instead of spinning, connections may end meanwhile.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
