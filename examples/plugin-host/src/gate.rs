//! Every request of a plug-in comes through here.

use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::BodyExt;
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
        Box::pin(async move {
            let (response, io) = default_send_request(request, options).await?;
            Ok((response.map(BodyExt::boxed_unsync), Box::new(io) as Io))
        })
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
        Box::new(async move { sent.await.map_err(named) })
    }
}

/// Tells a refused certificate from other failures of TLS, which wasmtime 48 reports in the same way.
fn named(error: Error) -> Error {
    let is_certificate = |error: &std::io::Error| {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
    };
    match error {
        Error::Tls(cause) if is_certificate(&cause) => Error::TlsCertificateError,
        other => other,
    }
}
