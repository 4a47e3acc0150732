//! Sends what the gate lets through.

use core::pin::Pin;

use http::{Request, Response};
use http_body_util::BodyExt;
use rustls::crypto::{CryptoProvider, ring};
use wasmtime_wasi_http::{RequestOptions, Result, WasiBody, default_send_request};

/// A response, and what has to run for its body to arrive.
pub type Sent = Result<(Response<WasiBody>, Io)>;
/// Drives a connection until it ends.
pub type Io = Box<dyn Future<Output = Result<()>> + Send>;
/// A request on its way.
pub type Sending = Pin<Box<dyn Future<Output = Sent> + Send>>;

/// Sends what the gate lets through.
pub trait Sender: Send + Sync {
    /// Sends a request directly, not through a proxy, and without following redirects.
    fn send(&self, request: Request<WasiBody>, options: Option<RequestOptions>) -> Sending;
}

/// Sends as wasmtime does by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct WasmtimeSender;

impl Sender for WasmtimeSender {
    fn send(&self, request: Request<WasiBody>, options: Option<RequestOptions>) -> Sending {
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
