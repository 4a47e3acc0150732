//! Every request of a plug-in comes through here.

use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::BodyExt;
use rustls::crypto::{CryptoProvider, ring};
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks, default_send_request};

use crate::policy::Policy;

/// A response, and what has to run for its body to arrive.
pub type Sent = Result<(Response<WasiBody>, Io)>;
/// Drives a connection until it ends.
pub type Io = Box<dyn Future<Output = Result<()>> + Send>;

/// Sends what the gate lets through.
pub trait Sender: Send + Sync {
    /// Sends a request directly, not through a proxy, and without following redirects.
    fn send(
        &self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Pin<Box<dyn Future<Output = Sent> + Send>>;
}

/// Sends as wasmtime does by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct WasmtimeSender;

impl Sender for WasmtimeSender {
    fn send(
        &self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Pin<Box<dyn Future<Output = Sent> + Send>> {
        choose_a_provider();
        Box::pin(async move {
            let (response, io) = default_send_request(request, options).await?;
            Ok((response.map(BodyExt::boxed_unsync), Box::new(io) as Io))
        })
    }
}

/// wasmtime takes the provider of TLS that the process has chosen. Where none is chosen and two are built in, as by wasmtime
/// and by the native client, rustls would panic.
fn choose_a_provider() {
    if CryptoProvider::get_default().is_none() {
        // Another thread may have been quicker, which is as good.
        let _ = ring::default_provider().install_default();
    }
}

/// Lets through what a [`Policy`] allows. Anything else is answered with `HTTP-request-denied`, and nothing is sent.
pub struct Gate {
    policy: Policy,
    sender: Arc<dyn Sender>,
}

impl Gate {
    /// A gate that sends through `sender` what `policy` allows.
    #[must_use]
    pub fn new(policy: Policy, sender: Arc<dyn Sender>) -> Self {
        Self { policy, sender }
    }
}

impl WasiHttpHooks for Gate {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Io,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        if !self.policy.allows(request.method(), request.uri()) {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        let sent = self.sender.send(request, options);
        Box::new(async move {
            let (response, io) = sent.await.map_err(named)?;
            Ok((response.map(|body| body.map_err(named).boxed_unsync()), io))
        })
    }
}

/// Tells a refused certificate from other failures of TLS, and a connection that ended too soon from a peer that does not
/// speak HTTP: wasmtime 48 reports either pair in one way, and only the second of each is for good.
fn named(error: Error) -> Error {
    let is_certificate = |error: &std::io::Error| {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
    };
    match error {
        Error::Hyper(cause) if cause.is_incomplete_message() || ended_early(&cause) => Error::HttpResponseIncomplete,
        Error::Tls(cause) if is_certificate(&cause) => Error::TlsCertificateError,
        other => other,
    }
}

/// Whether the connection ended within a body.
fn ended_early(error: &dyn std::error::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.is_some_and(|cause| matches!(cause.kind(), ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof))
}
