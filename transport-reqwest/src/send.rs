//! One HTTP call by reqwest, under its policy.

use bytes::Bytes;
use managed_identity_core::{
    Body, HttpCall, HttpPolicy, HttpResponse, PolicyField, TransportError, TransportErrorKind, Trust, http,
};
use reqwest::header::{HOST, HeaderValue};
use zeroize::Zeroizing;

use crate::failure::transport_error;

/// Refuses what a client of somebody else cannot promise.
pub(crate) fn check_foreign(policy: &HttpPolicy) -> Result<(), TransportError> {
    let field = match policy.trust {
        Trust::Plain | Trust::Roots => return Ok(()),
        Trust::Anchors { .. } => PolicyField::TrustAnchors,
        _ => PolicyField::CertificatePin,
    };
    Err(TransportError::new(TransportErrorKind::Unsupported(field), "the client was made by the caller"))
}

/// Sends by this client. `asks_only` says that it is known to ask nobody but whom it is told to.
pub(crate) async fn send(
    client: &reqwest::Client,
    call: HttpCall,
    asks_only: bool,
) -> Result<HttpResponse, TransportError> {
    let (request, policy) = call.into_http()?;
    let mut request = with_limits(request, &policy)?;
    if let Trust::Anchors { server_name: Some(name), .. } = &policy.trust {
        ask_for(&mut request, name)?;
    }
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

/// Asks for the server of this name, which is both what TLS says and what the certificate has to be for, at the host that
/// the URL had. That host is still what the request is for; the client's resolver knows where it is.
fn ask_for(request: &mut reqwest::Request, name: &str) -> Result<(), TransportError> {
    let failed = |detail| TransportError::new(TransportErrorKind::Protocol, detail);
    let host = HeaderValue::from_str(request.url().authority()).map_err(|_| failed("the host is none"))?;
    request.url_mut().set_host(Some(name)).map_err(|_| failed("the server's name is none"))?;
    request.headers_mut().insert(HOST, host);
    Ok(())
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
    #[cfg(feature = "tls-no-provider")]
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
