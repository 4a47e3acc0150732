//! The endpoint: what it answers to a request, and how a connection to it is spoken on.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;
use crate::fault::{AnswerBody, Delivery, Fault, FaultScript, deliver};
use crate::key_vault::KeyVault;
use crate::request::Request;
use crate::source::{Dialect, Refusal, Service, published};
use crate::storage::StorageAccount;

/// What all connections share.
pub(crate) struct Endpoint {
    pub(crate) base_url: String,
    pub(crate) dialect: Box<dyn Dialect>,
    pub(crate) service: Service,
    pub(crate) key_vault: KeyVault,
    pub(crate) storage: StorageAccount,
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
            .or_else(|| self.key_vault.answer(&request, &self.base_url, issuer))
            .or_else(|| self.storage.answer(&request, &self.base_url, issuer));
        if let Some(answer) = beside {
            self.service.recorder.add(&request, Some(answer.status.as_u16()), None);
            return Ok(response(answer, AnswerBody::whole));
        }
        let fault = self.next_fault();
        let delay = fault.as_ref().map(Fault::waiting_time).unwrap_or_default();
        tokio::time::sleep(delay).await;
        let normal = |request: &Request| match too_large {
            Some(status) => self.dialect.refuse(&Refusal::new(status, "invalid_request", "the body is too large")),
            None => self.normal_answer(request),
        };
        let name = fault.as_ref().map(Fault::name);
        let fault = fault.unwrap_or_else(Fault::pass);
        // A script is checked when it is taken over, so only a fault of this crate can end here.
        let delivery =
            deliver(&fault, &request, normal, |refusal| self.dialect.refuse(refusal)).unwrap_or(Delivery::Cut);
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

pub(crate) fn response(answer: Answer, body: impl FnOnce(Vec<u8>) -> AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    if let Some(reason) = answer.reason {
        response.extensions_mut().insert(reason);
    }
    response
}

/// Speaks with a client until it or a fault ends the connection.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    endpoint: Arc<Endpoint>,
    tls: Option<TlsAcceptor>,
) {
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
