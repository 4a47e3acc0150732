//! One HTTP call by reqwest, under its policy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use managed_identity_core::{
    HttpCall, HttpPolicy, HttpResponse, PolicyField, TransportError, TransportErrorKind, Trust,
};
use reqwest::header::HeaderValue;
use reqwest::{Method, Url, redirect};
use zeroize::Zeroizing;

use crate::native::transport_error;

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
        .read_timeout(policy.read_timeout)
        // An idle connection costs the endpoint more than a new one costs us once an hour.
        .pool_idle_timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(1)
        .user_agent(concat!("managed-identity/", env!("CARGO_PKG_VERSION")));
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
    let policy = call.policy();
    let request = request(&call)?;
    let asked = (!asks_only).then(|| request.url().clone());
    let mut response = client.execute(request).await.map_err(failure)?;
    if asked.is_some_and(|asked| *response.url() != asked) {
        // A redirect was followed; the answer is of somebody who was not asked.
        return Err(TransportError::new(TransportErrorKind::Unsupported(PolicyField::NoRedirect), ""));
    }
    let body = read_body(&mut response, policy.max_body).await?;
    let answer = HttpResponse::new(response.status().as_u16(), body);
    let headers = response.headers().iter();
    Ok(headers.fold(answer, |answer, (name, value)| answer.with_header(name.as_str(), value.as_bytes())))
}

fn request(call: &HttpCall) -> Result<reqwest::Request, TransportError> {
    let malformed = |error: &dyn std::error::Error| transport_error(TransportErrorKind::Protocol, error);
    let request = call.request();
    let method = Method::from_bytes(request.method().as_str().as_bytes()).map_err(|error| malformed(&error))?;
    let url = Url::parse(request.url().as_str()).map_err(|error| malformed(&error))?;
    let mut built = reqwest::Request::new(method, url);
    for header in request.headers() {
        let mut value = HeaderValue::from_str(header.value()).map_err(|error| malformed(&error))?;
        value.set_sensitive(header.is_sensitive());
        built.headers_mut().insert(header.name(), value);
    }
    if !request.body().is_empty() {
        *built.body_mut() = Some(request.body().to_owned().into());
    }
    *built.timeout_mut() = Some(call.policy().total_timeout);
    Ok(built)
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

    use super::request;

    #[test]
    fn a_header_that_carries_a_secret_stays_marked() {
        let source = Source::app_service("http://127.0.0.1:1/token", "hunter2").unwrap();
        let acquire = Acquire::new(source, TokenRequest::for_resource("https://vault.azure.net").unwrap()).unwrap();
        let Step::Http { call, .. } = acquire.start(1, UnixTime::default()) else { panic!("no request") };
        let request = request(&call).unwrap();
        for (name, value) in request.headers() {
            assert_eq!(value.is_sensitive(), name == "x-identity-header", "{name}");
        }
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
