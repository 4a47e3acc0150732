//! The reqwest clients of our own: one for each way to trust, to go and to wait; in practice one.

use std::sync::Arc;
use std::time::Duration;

use managed_identity_core::{HttpCall, HttpPolicy, Route, TransportError, TransportErrorKind, Trust};
use reqwest::redirect;
use tokio::sync::Mutex;

use crate::dns::Resolver;
use crate::failure::transport_error;
use crate::proxy::ProxySettings;

/// The certificates of a token proxy change now and then, and each change makes a client of its own.
const MOST_CLIENTS: usize = 8;

/// What all clients have in common.
#[derive(Debug)]
pub(crate) struct Settings {
    #[cfg_attr(not(feature = "tls-no-provider"), expect(dead_code, reason = "without TLS nobody has to be trusted"))]
    pub(crate) root_certificates: Vec<Vec<u8>>,
    pub(crate) proxy: ProxySettings,
}

#[derive(Debug)]
pub(crate) struct Clients {
    settings: Arc<Settings>,
    known: Mutex<Vec<(Promises, reqwest::Client)>>,
}

/// What is a promise of a reqwest client rather than of a request. Calls that agree in it share a client, and with it its
/// connections.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Promises {
    trust: Trust,
    route: Route,
    connect_timeout: Duration,
    /// The limit on a wait for bytes, where it is not the limit on the whole call.
    read_timeout: Option<Duration>,
    /// The host to go to where the name that is asked for is another one.
    host: Option<String>,
}

impl Promises {
    fn of(call: &HttpCall) -> Self {
        let HttpPolicy { trust, route, connect_timeout, read_timeout, total_timeout, .. } = call.policy();
        let host = match trust {
            // An IPv6 address is in brackets in a URL only.
            Trust::Anchors { server_name: Some(_), .. } => Some(call.request().url().host().trim_matches(['[', ']'])),
            _ => None,
        };
        Self {
            trust: trust.clone(),
            route: *route,
            connect_timeout: *connect_timeout,
            read_timeout: Some(*read_timeout).filter(|limit| limit < total_timeout),
            host: host.map(str::to_owned),
        }
    }
}

impl Clients {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), known: Mutex::default() }
    }

    /// The client for a call, made once however many want it. Where it needs the roots of the machine it is made on a thread
    /// on which that may take its time, since they are many.
    pub(crate) async fn client(&self, call: &HttpCall) -> Result<reqwest::Client, TransportError> {
        let promises = Promises::of(call);
        let mut known = self.known.lock().await;
        if let Some((_, client)) = known.iter().find(|(known, _)| *known == promises) {
            return Ok(client.clone());
        }
        let client = if promises.trust == Trust::Plain {
            made(&promises, &self.settings)?
        } else {
            let (settings, wanted) = (Arc::clone(&self.settings), promises.clone());
            let making = tokio::task::spawn_blocking(move || made(&wanted, &settings));
            making.await.map_err(|error| transport_error(TransportErrorKind::Broken, &error))??
        };
        if known.len() == MOST_CLIENTS {
            known.remove(0);
        }
        known.push((promises, client.clone()));
        Ok(client)
    }
}

/// A client that keeps these promises, and the others whatever features of reqwest somebody else switches on.
fn made(promises: &Promises, settings: &Settings) -> Result<reqwest::Client, TransportError> {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .http1_only()
        .dns_resolver(Resolver { fixed: promises.host.clone() })
        .connect_timeout(promises.connect_timeout)
        // An idle connection costs the endpoint more than a new one costs us once an hour.
        .pool_idle_timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(1)
        .user_agent(concat!("managed-identity/", env!("CARGO_PKG_VERSION")));
    let builder = match promises.read_timeout {
        Some(limit) => builder.read_timeout(limit),
        None => builder,
    };
    let builder = match promises.route {
        Route::AsConfigured => settings.proxy.apply(builder)?,
        // Direct, and any route that is not known here.
        _ => builder,
    };
    #[cfg(feature = "tls-no-provider")]
    let builder = builder.tls_backend_preconfigured(crate::tls::config(&promises.trust, &settings.root_certificates)?);
    #[cfg(not(feature = "tls-no-provider"))]
    if promises.trust != Trust::Plain {
        use managed_identity_core::PolicyField;
        return Err(TransportError::new(TransportErrorKind::Unsupported(PolicyField::Tls), ""));
    }
    builder.build().map_err(|error| transport_error(TransportErrorKind::Protocol, &error))
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::{Pin, pin};
    use std::task::Poll;

    use managed_identity_core::{Acquire, HttpCall, Source, Step, TokenRequest, UnixTime};

    use super::{Clients, Settings};
    use crate::proxy::ProxySettings;

    fn call(base: &str) -> Box<HttpCall> {
        let request = TokenRequest::for_resource("https://vault.azure.net").unwrap();
        let acquire = Acquire::new(Source::imds(base).unwrap(), request).unwrap();
        let Step::Http { call, .. } = acquire.start(1, UnixTime::default()) else { panic!("no request") };
        call
    }

    async fn is_pending<F: Future>(mut future: Pin<&mut F>) -> bool {
        poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
    }

    #[tokio::test]
    async fn a_client_is_made_on_another_thread_and_once_however_many_want_it() {
        let clients = Clients::new(Settings { root_certificates: Vec::new(), proxy: ProxySettings::none() });
        let (one, other) = (call("https://127.0.0.1:1"), call("https://127.0.0.1:2"));
        let (mut first, mut second) = (pin!(clients.client(&one)), pin!(clients.client(&other)));
        assert!(is_pending(first.as_mut()).await, "it is made elsewhere");
        assert!(is_pending(second.as_mut()).await, "it is being made");
        first.await.unwrap();
        second.await.unwrap();
        assert_eq!(clients.known.lock().await.len(), 1);
        assert!(!is_pending(pin!(clients.client(&one))).await, "it is there");
        assert!(!is_pending(pin!(clients.client(&call("http://127.0.0.1:1")))).await, "without roots it takes no time");
    }
}
