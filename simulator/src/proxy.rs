//! An HTTP proxy beside the endpoint: the only way to an authority, and no way at all to an endpoint on this machine.
//!
//! Whatever it is asked is recorded. It leads to the simulated authority and nowhere else.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;
use crate::endpoint::{self, Endpoint, response};
use crate::fault::AnswerBody;
use crate::request::Request;

const REFUSAL: &str = "the simulated proxy leads to the simulated authority only; an endpoint on this machine has to be \
    asked directly, never through a proxy";

/// Where a request to a proxy is meant to go, without the query.
fn asked_for(uri: &Uri) -> String {
    let authority = uri.authority().map(Authority::as_str).unwrap_or_default();
    match uri.scheme_str() {
        Some(scheme) => format!("{scheme}://{authority}{}", uri.path()),
        None => format!("{authority}{}", uri.path()),
    }
}

pub(crate) struct Proxy {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) tls: Option<TlsAcceptor>,
    /// Host and port that a tunnel may lead to: those of the endpoint, when it is one that is asked through a proxy.
    pub(crate) leads_to: Option<String>,
}

impl Proxy {
    /// Speaks with a client until it ends the connection.
    pub(crate) async fn serve(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(|incoming| {
            let proxy = Arc::clone(&self);
            async move { Ok::<_, Infallible>(proxy.respond(incoming).await) }
        });
        // The client may hang up at any time.
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await;
    }

    async fn respond(&self, mut incoming: hyper::Request<Incoming>) -> Response<AnswerBody> {
        let upgrade = hyper::upgrade::on(&mut incoming);
        let asked_for = asked_for(incoming.uri());
        let tunnel = *incoming.method() == Method::CONNECT && self.leads_to.as_ref() == Some(&asked_for);
        let (Ok(mut request) | Err((mut request, _))) = Request::read(incoming).await;
        request.path = asked_for;
        let answer = if tunnel {
            let (endpoint, tls) = (Arc::clone(&self.endpoint), self.tls.clone());
            tokio::spawn(async move {
                if let Ok(stream) = upgrade.await {
                    endpoint::serve(TokioIo::new(stream), endpoint, tls).await;
                }
            });
            Answer::new(StatusCode::OK, "")
        } else {
            Answer::new(StatusCode::FORBIDDEN, REFUSAL)
                .with_header(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))
        };
        self.endpoint.service.recorder.add_proxied(&request, answer.status.as_u16());
        response(answer, AnswerBody::whole)
    }
}
