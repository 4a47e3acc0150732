//! One HTTP call by reqwest, under its policy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use managed_identity_core::{
    Body, HttpCall, HttpPolicy, HttpResponse, PolicyField, TransportError, TransportErrorKind, Trust, http,
};
use reqwest::redirect;
use zeroize::Zeroizing;

use crate::failure::transport_error;

/// What `localhost` means. The port is that of the URL.
const LOCALHOST: [SocketAddr; 2] =
    [SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0)];

/// A client that keeps the promises which reqwest makes for a client rather than for a request.
pub(crate) fn own_client(
    policy: &HttpPolicy,
    root_certificates: &[Vec<u8>],
) -> Result<reqwest::Client, TransportError> {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        // An endpoint of this name passes for one on this machine, so that nobody else may say where it is: neither a
        // hosts file nor a name server (RFC 6761, section 6.3).
        .resolve_to_addrs("localhost", &LOCALHOST)
        .connect_timeout(policy.connect_timeout)
        // An idle connection costs the endpoint more than a new one costs us once an hour.
        .pool_idle_timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(1)
        .user_agent(concat!("managed-identity/", env!("CARGO_PKG_VERSION")));
    let builder = match silence(policy) {
        Some(limit) => builder.read_timeout(limit),
        None => builder,
    };
    #[cfg(feature = "tls")]
    let builder = builder.tls_backend_preconfigured(crate::tls::config(policy.trust, root_certificates)?);
    #[cfg(not(feature = "tls"))]
    {
        let _ = root_certificates;
        if policy.trust != Trust::Plain {
            return Err(TransportError::new(TransportErrorKind::Unsupported(PolicyField::Tls), ""));
        }
    }
    builder.build().map_err(|error| transport_error(TransportErrorKind::Protocol, &error))
}

/// The limit on a wait for bytes, where it is not the limit on the whole call.
pub(crate) fn silence(policy: &HttpPolicy) -> Option<Duration> {
    (policy.read_timeout < policy.total_timeout).then_some(policy.read_timeout)
}

/// Refuses what a client of somebody else cannot promise.
pub(crate) fn check_foreign(policy: &HttpPolicy) -> Result<(), TransportError> {
    match policy.trust {
        Trust::Leaf(_) => Err(TransportError::new(
            TransportErrorKind::Unsupported(PolicyField::CertificatePin),
            "the client was made by the caller",
        )),
        _ => Ok(()),
    }
}

/// Sends by this client. `asks_only` says that it is known to ask nobody but whom it is told to.
pub(crate) async fn send(
    client: &reqwest::Client,
    call: HttpCall,
    asks_only: bool,
) -> Result<HttpResponse, TransportError> {
    let (request, policy) = call.into_http()?;
    let request = with_limits(request, &policy)?;
    let asked = (!asks_only).then(|| request.url().clone());
    let mut response = client.execute(request).await.map_err(failure)?;
    if asked.is_some_and(|asked| *response.url() != asked) {
        // A redirect was followed; the answer is of somebody who was not asked.
        return Err(TransportError::new(TransportErrorKind::Unsupported(PolicyField::NoRedirect), ""));
    }
    let mut answer = http::Response::new(read_body(&mut response, policy.max_body).await?);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(HttpResponse::from(answer).with_reason(reason(&response).unwrap_or_default()))
}

/// The reason phrase of the status line, which the HTTP library keeps where it is not the standard one.
fn reason(response: &reqwest::Response) -> Option<&str> {
    str::from_utf8(response.extensions().get::<hyper::ext::ReasonPhrase>()?.as_bytes()).ok()
}

/// The request as reqwest sends it. Its body is lent, not copied, and wiped when the last part of it has been sent.
fn with_limits(request: http::Request<Body>, policy: &HttpPolicy) -> Result<reqwest::Request, TransportError> {
    let has_body = !request.body().is_empty();
    let request = request.map(|body| reqwest::Body::from(Bytes::from_owner(body)));
    let mut request =
        reqwest::Request::try_from(request).map_err(|error| transport_error(TransportErrorKind::Protocol, &error))?;
    if !has_body {
        // Else a GET would say that its body is empty.
        *request.body_mut() = None;
    }
    *request.timeout_mut() = Some(policy.total_timeout);
    Ok(request)
}

/// Reads at most `max_body` bytes, and stops reading at the first byte beyond.
async fn read_body(response: &mut reqwest::Response, max_body: usize) -> Result<Vec<u8>, TransportError> {
    let too_large = || TransportError::new(TransportErrorKind::BodyTooLarge, &format!("more than {max_body} bytes"));
    let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if announced > max_body {
        return Err(too_large());
    }
    // Wiped if reading fails; a body of announced length is never moved while it grows.
    let mut body = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > max_body {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(std::mem::take(&mut *body))
}

fn failure(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    #[cfg(feature = "tls")]
    if let Some(certificate) = crate::tls::certificate_error(&error) {
        return TransportError::new(TransportErrorKind::Certificate, &certificate.to_string());
    }
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if is_parse_error(&error) {
        TransportErrorKind::Protocol
    } else {
        TransportErrorKind::Broken
    };
    transport_error(kind, &error)
}

/// Whether the peer answered with something that is not HTTP.
fn is_parse_error(error: &reqwest::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<hyper::Error>() {
            return error.is_parse();
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use managed_identity_core::{Acquire, Source, Step, TokenRequest, UnixTime};

    use super::with_limits;

    #[test]
    fn a_header_that_carries_a_secret_stays_marked() {
        let source = Source::app_service("http://127.0.0.1:1/token", "hunter2").unwrap();
        let acquire = Acquire::new(source, TokenRequest::for_resource("https://vault.azure.net").unwrap()).unwrap();
        let Step::Http { call, .. } = acquire.start(1, UnixTime::default()) else { panic!("no request") };
        let (request, policy) = call.into_http().unwrap();
        let request = with_limits(request, &policy).unwrap();
        for (name, value) in request.headers() {
            assert_eq!(value.is_sensitive(), name == "x-identity-header", "{name}");
        }
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
