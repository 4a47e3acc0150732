//! The server: a thread of its own that accepts connections until the simulator is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

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
}

impl Served {
    /// Opens the ports and accepts connections on tasks of the runtime this is called in.
    fn open(self) -> io::Result<()> {
        let Self { direct, endpoint, tls, proxy } = self;
        let listener = direct.socket.listen(BACKLOG)?;
        tokio::spawn(accept(listener, move |stream| {
            tokio::spawn(endpoint::serve(stream, Arc::clone(&endpoint), tls.clone()));
        }));
        if let Some((bound, proxy)) = proxy {
            let listener = bound.socket.listen(BACKLOG)?;
            tokio::spawn(accept(listener, move |stream| {
                tokio::spawn(Arc::clone(&proxy).serve(stream));
            }));
        }
        Ok(())
    }

    /// Serves on a thread of its own, from `late` after now on.
    pub(crate) fn start(self, late: Duration) -> Result<RunningServer, SimulatorError> {
        let port = self.direct.port;
        let failed = |cause| SimulatorError::Listen { port, cause };
        let (stop, stopped) = oneshot::channel();
        let (report, started) = mpsc::channel();
        // The runtime lives and ends on this thread: one that ends inside the caller's runtime would panic.
        let serve = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Err(cause) => drop(report.send(Err(cause))),
            // Dropping the runtime at the end ends every connection.
            Ok(runtime) => runtime.block_on(self.run(late, report, stopped)),
        };
        let name = "managed-identity-simulator".to_owned();
        let thread = std::thread::Builder::new().name(name).spawn(serve).map_err(failed)?;
        let server = RunningServer { stop: Some(stop), thread: Some(thread) };
        started.recv().map_err(|_| failed(io::ErrorKind::BrokenPipe.into()))?.map_err(failed)?;
        Ok(server)
    }

    /// Returns when the sender of `stopped` is dropped.
    async fn run(self, late: Duration, report: mpsc::Sender<io::Result<()>>, mut stopped: oneshot::Receiver<()>) {
        if late.is_zero() {
            let _ = report.send(self.open());
        } else {
            let _ = report.send(Ok(()));
            tokio::select! {
                _ = &mut stopped => return,
                () = tokio::time::sleep(late) => {}
            }
            // The port is ours; should it not open all the same, clients go on being refused, which a test shows.
            let _ = self.open();
        }
        let _ = stopped.await;
    }
}

/// A server that runs until it is dropped.
pub(crate) struct RunningServer {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on the server's thread has been reported there already.
            let _ = thread.join();
        }
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
