//! The server: a thread of its own that accepts connections until the simulator is dropped.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::fault::{AnswerBody, Delivery, Fault, FaultScript, deliver};
use crate::key_vault::KeyVault;
use crate::request::Request;
use crate::source::{Dialect, Refusal, Service, published};

/// What all connections share.
pub(crate) struct Endpoint {
    pub(crate) base_url: String,
    pub(crate) dialect: Box<dyn Dialect>,
    pub(crate) service: Service,
    pub(crate) key_vault: KeyVault,
    pub(crate) faults: Mutex<FaultScript>,
}

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct CutConnection;

impl Endpoint {
    async fn respond(&self, incoming: hyper::Request<Incoming>) -> Result<Response<AnswerBody>, CutConnection> {
        let (request, too_large) = match Request::read(incoming).await {
            Ok(request) => (request, None),
            Err((request, status)) => (request, Some(status)),
        };
        let issuer = &self.service.issuer;
        let beside = published(&request, &self.base_url, issuer)
            .or_else(|| self.key_vault.answer(&request, &self.base_url, issuer));
        if let Some(answer) = beside {
            self.service.recorder.add(&request, Some(answer.status.as_u16()), None);
            return Ok(response(answer, AnswerBody::whole));
        }
        let fault = self.next_fault();
        let delay = fault.as_ref().map(Fault::waiting_time).unwrap_or_default();
        tokio::time::sleep(delay).await;
        let normal = || match too_large {
            Some(status) => self.dialect.refuse(&Refusal::new(status, "invalid_request", "the body is too large")),
            None => self.normal_answer(&request),
        };
        let name = fault.as_ref().map(Fault::name);
        let fault = fault.unwrap_or_else(Fault::pass);
        // A script is checked when it is taken over, so only a fault of this crate can end here.
        let delivery = deliver(&fault, normal, |refusal| self.dialect.refuse(refusal)).unwrap_or(Delivery::Cut);
        match delivery {
            Delivery::Answer(answer, transfer) => {
                self.service.recorder.add(&request, Some(answer.status.as_u16()), name);
                Ok(response(answer, |bytes| transfer.body(bytes)))
            }
            Delivery::Cut => {
                self.service.recorder.add(&request, None, name);
                Err(CutConnection)
            }
        }
    }

    fn normal_answer(&self, request: &Request) -> Answer {
        self.dialect.grant(request, &self.service).unwrap_or_else(|refusal| self.dialect.refuse(&refusal))
    }

    fn next_fault(&self) -> Option<Fault> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

fn response(answer: Answer, body: impl FnOnce(Vec<u8>) -> AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

/// A loopback port that is listened on but not yet served.
pub(crate) struct Bound {
    listener: TcpListener,
    port: u16,
}

impl Bound {
    pub(crate) fn new(port: u16) -> Result<Self, SimulatorError> {
        let failed = |cause| SimulatorError::Listen { port, cause };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, port })
    }

    pub(crate) fn base_url(&self, https: bool) -> String {
        format!("{}://127.0.0.1:{}", if https { "https" } else { "http" }, self.port)
    }

    /// Serves on a thread of its own.
    pub(crate) fn serve(
        self,
        endpoint: Arc<Endpoint>,
        tls: Option<Arc<ServerConfig>>,
    ) -> Result<RunningServer, SimulatorError> {
        let port = self.port;
        let failed = |cause| SimulatorError::Listen { port, cause };
        let (stop, stopped) = oneshot::channel::<()>();
        let (report, started) = mpsc::channel();
        // The runtime lives and ends on this thread: one that ends inside the caller's runtime would panic.
        let serve = move || match listen(self.listener) {
            Err(cause) => drop(report.send(Err(cause))),
            Ok((runtime, listener)) => {
                runtime.spawn(accept(listener, endpoint, tls.map(TlsAcceptor::from)));
                drop(report.send(Ok(())));
                // Ends when the sender is dropped; dropping the runtime then ends every connection.
                let _ = runtime.block_on(stopped);
            }
        };
        let name = "managed-identity-simulator".to_owned();
        let thread = std::thread::Builder::new().name(name).spawn(serve).map_err(failed)?;
        let server = RunningServer { stop: Some(stop), thread: Some(thread) };
        started.recv().map_err(|_| failed(io::ErrorKind::BrokenPipe.into()))?.map_err(failed)?;
        Ok(server)
    }
}

fn listen(listener: TcpListener) -> io::Result<(Runtime, tokio::net::TcpListener)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _context = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
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

async fn accept(listener: tokio::net::TcpListener, endpoint: Arc<Endpoint>, tls: Option<TlsAcceptor>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&endpoint), tls.clone()));
            }
            // Too many open files, say: pause instead of spinning, connections may end meanwhile.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(stream: TcpStream, endpoint: Arc<Endpoint>, tls: Option<TlsAcceptor>) {
    // Answers are small: waiting to fill a packet would only slow the client under test.
    let _ = stream.set_nodelay(true);
    match tls {
        None => speak(stream, endpoint).await,
        Some(acceptor) => {
            // A client that does not trust the certificate ends the handshake; that is its right.
            if let Ok(stream) = acceptor.accept(stream).await {
                speak(stream, endpoint).await;
            }
        }
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, endpoint: Arc<Endpoint>) {
    let service = service_fn(|request| {
        let endpoint = Arc::clone(&endpoint);
        async move { endpoint.respond(request).await }
    });
    // The client may hang up at any time, and faults break connections on purpose.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
