//! A registry of containers that speaks https, and gives its manifests to whoever comes with the registry's own token.
//!
//! <https://distribution.github.io/distribution/spec/auth/token/>, with the exchange of an Azure Container Registry before it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::rt::TokioIo;
use managed_identity_simulator::Simulator;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

const RESOURCE: &str = "https://containerregistry.azure.net";
const USER: &str = "00000000-0000-0000-0000-000000000000";
const KIND: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// The only blob: a configuration without members.
const BLOB: &str = "{}";
const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// A running registry, which ends with this value.
pub(crate) struct Registry {
    pub(crate) host: String,
    /// Its certificate, in PEM.
    pub(crate) certificate: String,
    _runtime: Runtime,
}

impl Registry {
    /// Starts one that takes the tokens of this simulator.
    pub(crate) fn start(authority: &Arc<Simulator>) -> Self {
        let made = rcgen::generate_simple_self_signed([String::from("127.0.0.1")]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))).unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let desk = Arc::new(Desk {
            authority: Arc::clone(authority),
            host: host.clone(),
            refresh_token: format!("{:032x}", fastrand::u128(..)),
            access_token: format!("{:032x}", fastrand::u128(..)),
        });
        runtime.spawn(listen(listener, TlsAcceptor::from(Arc::new(tls)), desk));
        Self { host, certificate: made.cert.pem(), _runtime: runtime }
    }
}

/// What its manifests say.
pub(crate) fn manifest() -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": KIND,
        "config": { "mediaType": "application/vnd.docker.container.image.v1+json", "size": BLOB.len(), "digest": DIGEST },
        "layers": [],
    })
}

async fn listen(listener: TcpListener, acceptor: TlsAcceptor, desk: Arc<Desk>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, desk) = (acceptor.clone(), Arc::clone(&desk));
        tokio::spawn(async move {
            // A client may hang up at any time.
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = service_fn(|request| desk.answer(request));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Who looks at the tokens.
struct Desk {
    authority: Arc<Simulator>,
    host: String,
    /// What a token of the authority is exchanged for.
    refresh_token: String,
    /// What the manifests are given for.
    access_token: String,
}

impl Desk {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, io::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let answer = match (&head.method, head.uri.path()) {
            (&Method::POST, "/oauth2/exchange") => self.exchanged(&body).map(|it| (it, "application/json")),
            (&Method::GET, "/oauth2/token") => self.let_in(&head.headers).map(|it| (it, "application/json")),
            (_, path) => self.stored(path, &head.headers),
        };
        let response = match answer {
            Some((content, kind)) => {
                Response::builder().header("content-type", kind).body(Full::new(Bytes::from(content)))
            }
            None => {
                let challenge = format!(r#"Bearer realm="https://{0}/oauth2/token",service="{0}""#, self.host);
                Response::builder().status(401).header("www-authenticate", challenge).body(Full::default())
            }
        };
        response.map_err(io::Error::other)
    }

    /// The registry's own token for one of the authority.
    fn exchanged(&self, form: &[u8]) -> Option<String> {
        let member = |name: &str| form_urlencoded::parse(form).find(|(it, _)| it == name).map(|(_, value)| value);
        let is_for_us = member("grant_type")? == "access_token" && member("service")? == self.host;
        let is_known = is_for_us && member("tenant")? == self.authority.tenant_id();
        self.authority.verify_token(&member("access_token")?, RESOURCE).ok().filter(|_| is_known)?;
        Some(json!({ "refresh_token": self.refresh_token }).to_string())
    }

    /// What opens the manifests, for the registry's own token as a password.
    fn let_in(&self, headers: &HeaderMap) -> Option<String> {
        let expected = format!("Basic {}", STANDARD.encode(format!("{USER}:{}", self.refresh_token)));
        let is_right = headers.get("authorization")?.as_bytes() == expected.as_bytes();
        is_right.then(|| json!({ "token": self.access_token, "access_token": self.access_token }).to_string())
    }

    fn stored(&self, path: &str, headers: &HeaderMap) -> Option<(String, &'static str)> {
        let expected = format!("Bearer {}", self.access_token);
        let is_right = headers.get("authorization")?.as_bytes() == expected.as_bytes();
        is_right.then(|| match path {
            _ if path.contains("/manifests/") => (manifest().to_string(), KIND),
            _ => (BLOB.to_owned(), "application/octet-stream"),
        })
    }
}
