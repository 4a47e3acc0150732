//! Sends a component's requests to the vector's own server.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use managed_identity_tests::loopback::certificates;
use managed_identity_tests::transcript::Answer;
use managed_identity_wasmtime::{Sender, Sending, Sent, WasmtimeSender};
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use crate::script::Script;

/// Sends as wasmtime does, while the server answers what the transcript says. What no server can bring about is told as a
/// host would tell it.
pub(crate) struct ScriptSender(pub(crate) Arc<Script>);

impl Sender for ScriptSender {
    fn send(&self, request: Request<WasiBody>, options: Option<RequestOptions>) -> Sending {
        let script = Arc::clone(&self.0);
        script.set_in_flight(true);
        Box::pin(async move {
            let sent = exchanged(&script, request, options).await.unwrap_or_else(|difference| {
                script.note(difference);
                Err(Error::HttpRequestDenied)
            });
            match sent {
                Ok((response, io)) => {
                    let response = response.map(|body| Watched { body, script }.boxed_unsync());
                    Ok((response, io))
                }
                Err(error) => {
                    script.set_in_flight(false);
                    Err(error)
                }
            }
        })
    }
}

async fn exchanged(
    script: &Arc<Script>,
    request: Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Result<Sent, String> {
    let answer = script.http().await?;
    script.prepare()?;
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    if authority != Some(script.server.authority()) {
        return Err(format!("a request to another address than the vector's own server: {}", request.uri()));
    }
    let is_https = request.uri().scheme_str() == Some("https");
    let send =
        async { if is_https { send_encrypted(request).await } else { WasmtimeSender.send(request, options).await } };
    let sent = match answer {
        Answer::TransportError(kind) => match kind.as_str() {
            // Nobody listens.
            "connect" => send.await,
            "timeout" => Err(Error::ConnectionReadTimeout),
            "denied" => Err(Error::HttpRequestDenied),
            "certificate" if !is_https => Err(Error::TlsCertificateError),
            _ => served(script, send).await?,
        },
        _ => served(script, send).await?,
    };
    Ok(sent)
}

/// Sends while the server answers. What is left of the answer when its head is there comes while the component reads.
async fn served(script: &Arc<Script>, send: impl Future<Output = Sent>) -> Result<Sent, String> {
    let mut serving = Arc::clone(script).serve();
    let mut send = pin!(send);
    let sent = tokio::select! {
        biased;
        seen = &mut serving => {
            seen?;
            send.await
        }
        sent = &mut send => {
            script.finish_later(serving);
            sent
        }
    };
    Ok(sent)
}

/// Sends over TLS, trusting the authority of the loopback servers.
async fn send_encrypted(mut request: Request<WasiBody>) -> Sent {
    let authority = request.uri().authority().ok_or(Error::HttpRequestUriInvalid)?.clone();
    let roots = certificates::get().map_err(|error| Error::InternalError(Some(error)))?;
    let mut trusted = RootCertStore::empty();
    trusted.add(roots.root.clone().into()).map_err(|_| Error::TlsCertificateError)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::TlsProtocolError)?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let stream = TcpStream::connect(authority.as_str()).await.map_err(Error::Connect)?;
    let name = ServerName::try_from(authority.host().to_owned())?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(Error::Tls)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    *request.uri_mut() = path.parse().map_err(|_| Error::HttpRequestUriInvalid)?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let io = async move {
        // A task that was not aborted ends with the connection.
        connection.await.map_or(Ok(()), |ended| ended.map_err(Error::from))
    };
    Ok((response.map(|body| body.map_err(Error::from).boxed_unsync()), Box::new(io)))
}

/// A body that tells the script when the component is done with it.
struct Watched {
    body: WasiBody,
    script: Arc<Script>,
}

impl Body for Watched {
    type Data = <WasiBody as Body>::Data;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.script.set_in_flight(false);
    }
}
