//! One HTTP call over `wasi:http`, under its policy.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use managed_identity_core::{
    HttpCall, HttpMethod, HttpPolicy, HttpRequest, HttpResponse, TransportError, TransportErrorKind, Trust,
};
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
    http_error_code,
};
use wasip2::io::poll::{Pollable, poll};
use wasip2::io::streams::{InputStream, StreamError};
use zeroize::Zeroizing;

use super::failure;
use super::wasi::nanoseconds;
use crate::request::{check, headers};

/// A host's stream takes at most this much in one write that waits.
const MAX_WRITE: usize = 4096;

/// Where no Content-Length says how large the body is going to be. Nearly every token fits.
const USUAL_BODY: usize = 8 * 1024;

pub(super) fn send(call: HttpCall) -> Result<HttpResponse, TransportError> {
    let (request, policy) = call.into_parts();
    check(&policy)?;
    // Begins before the host gets the request: what the host makes of the limits below is its own affair.
    let total = subscribe_duration(nanoseconds(policy.total_timeout));
    let future = begin(&request, &policy)?;
    let response = wait(&future, &total, &policy)?;
    drop(future);
    receive(&response, &total, &policy)
}

fn begin(request: &HttpRequest, policy: &HttpPolicy) -> Result<FutureIncomingResponse, TransportError> {
    let refused = |what| move |()| TransportError::new(TransportErrorKind::Protocol, what);
    let headers = Fields::from_list(&headers(request)).map_err(|error| failure::of_header(&error))?;
    let outgoing = OutgoingRequest::new(headers);
    let method = match request.method() {
        HttpMethod::Get => Method::Get,
        HttpMethod::Post => Method::Post,
        other => Method::Other(other.as_str().to_string()),
    };
    outgoing.set_method(&method).map_err(refused("the host refuses the method"))?;
    // Always set: hosts differ in what they take for the default.
    let scheme = if policy.trust == Trust::Plain { Scheme::Http } else { Scheme::Https };
    outgoing.set_scheme(Some(&scheme)).map_err(refused("the host refuses the scheme"))?;
    let url = request.url();
    outgoing.set_authority(Some(url.authority())).map_err(refused("the host refuses the authority"))?;
    outgoing.set_path_with_query(Some(url.path_and_query())).map_err(refused("the host refuses the path"))?;

    // A host may refuse limits, and one that accepts them may not keep them, so they only add to those of our own.
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(Some(nanoseconds(policy.connect_timeout)));
    let _ = options.set_first_byte_timeout(Some(nanoseconds(policy.read_timeout)));
    let _ = options.set_between_bytes_timeout(Some(nanoseconds(policy.read_timeout)));

    let body = outgoing.body().map_err(refused("the host refuses the body"))?;
    let future = handle(outgoing, Some(options)).map_err(|code| failure::of_code(&code))?;
    write(&body, request.body().as_bytes())?;
    OutgoingBody::finish(body, None).map_err(|code| failure::of_code(&code))?;
    Ok(future)
}

fn write(body: &OutgoingBody, content: &[u8]) -> Result<(), TransportError> {
    if content.is_empty() {
        return Ok(());
    }
    let stream =
        body.write().map_err(|()| TransportError::new(TransportErrorKind::Protocol, "the host takes no body"))?;
    content.chunks(MAX_WRITE).try_for_each(|chunk| stream.blocking_write_and_flush(chunk)).map_err(broken)
}

/// Waits for the head of the answer.
fn wait(
    future: &FutureIncomingResponse,
    total: &Pollable,
    policy: &HttpPolicy,
) -> Result<IncomingResponse, TransportError> {
    let arrival = future.subscribe();
    let limit = subscribe_duration(nanoseconds(policy.connect_timeout.saturating_add(policy.read_timeout)));
    loop {
        match future.get() {
            Some(Ok(Ok(response))) => return Ok(response),
            Some(Ok(Err(code))) => return Err(failure::of_code(&code)),
            Some(Err(())) => {
                return Err(TransportError::new(TransportErrorKind::Protocol, "there is no second answer"));
            }
            None => arrive(&arrival, &limit, total)?,
        }
    }
}

/// Waits for something to arrive, and no longer than either limit allows.
fn arrive(arrival: &Pollable, limit: &Pollable, total: &Pollable) -> Result<(), TransportError> {
    // What has arrived counts even if a limit has passed meanwhile.
    if poll(&[arrival, limit, total]).contains(&0) {
        Ok(())
    } else {
        Err(TransportError::new(TransportErrorKind::Timeout, ""))
    }
}

fn receive(response: &IncomingResponse, total: &Pollable, policy: &HttpPolicy) -> Result<HttpResponse, TransportError> {
    let malformed = |what| TransportError::new(TransportErrorKind::Protocol, what);
    let fields = response.headers().entries();
    let announced = announced_length(&fields);
    if announced.is_some_and(|announced| announced > policy.max_body) {
        return Err(too_large());
    }
    // Children before parents, or the host ends the component: the stream is dropped before the body.
    let body = response.consume().map_err(|()| malformed("the host gives no body"))?;
    let stream = body.stream().map_err(|()| malformed("the host gives no body"))?;
    let content = read(&stream, total, announced.unwrap_or(USUAL_BODY), policy);
    drop(stream);
    drop(body);
    let answer = HttpResponse::new(response.status(), content?);
    Ok(fields.iter().fold(answer, |answer, (name, value)| answer.with_header(name, value)))
}

fn announced_length(fields: &[(String, Vec<u8>)]) -> Option<usize> {
    let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    core::str::from_utf8(value).ok()?.parse().ok()
}

/// Reads at most `max_body` bytes, and stops reading at the first byte beyond.
fn read(
    stream: &InputStream,
    total: &Pollable,
    expected: usize,
    policy: &HttpPolicy,
) -> Result<Vec<u8>, TransportError> {
    let arrival = stream.subscribe();
    // Wiped if reading fails; a body of announced length is never moved while it grows.
    let mut content = Zeroizing::new(Vec::with_capacity(expected.min(policy.max_body)));
    let mut limit = subscribe_duration(nanoseconds(policy.read_timeout));
    loop {
        // One byte more than is left tells a body that is too large.
        let room = (policy.max_body - content.len()).saturating_add(1);
        match stream.read(u64::try_from(room).unwrap_or(u64::MAX)) {
            Ok(chunk) if chunk.is_empty() => arrive(&arrival, &limit, total)?,
            Ok(chunk) => {
                let chunk = Zeroizing::new(chunk);
                if chunk.len() >= room {
                    return Err(too_large());
                }
                content.extend_from_slice(&chunk);
                limit = subscribe_duration(nanoseconds(policy.read_timeout));
            }
            Err(StreamError::Closed) => return Ok(core::mem::take(&mut *content)),
            Err(error) => return Err(broken(error)),
        }
    }
}

fn broken(error: StreamError) -> TransportError {
    match error {
        StreamError::Closed => TransportError::new(TransportErrorKind::Broken, ""),
        StreamError::LastOperationFailed(error) => match http_error_code(&error) {
            Some(code) => failure::of_code(&code),
            None => TransportError::new(TransportErrorKind::Broken, ""),
        },
    }
}

fn too_large() -> TransportError {
    TransportError::new(TransportErrorKind::BodyTooLarge, "")
}
