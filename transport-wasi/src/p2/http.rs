//! One HTTP call over `wasi:http`, under its policy.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use managed_identity_core::{
    HttpCall, HttpMethod, HttpPolicy, HttpRequest, HttpResponse, TransportError, TransportErrorKind, Trust,
};
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingRequest, RequestOptions, Scheme, http_error_code,
};
use wasip2::io::poll::{Pollable, poll};
use wasip2::io::streams::{self, InputStream, StreamError};
use zeroize::Zeroizing;

use super::duration::nanoseconds;
use super::failure;
use super::upload::Upload;
use crate::request::{beyond, check, headers};

/// Where no Content-Length says how large the body is going to be. Nearly every token fits.
const USUAL_BODY: usize = 8 * 1024;

pub(super) fn send(call: HttpCall) -> Result<HttpResponse, TransportError> {
    let (request, policy) = call.into_parts();
    check(&policy)?;
    // Begins before the host gets the request: what the host makes of the limits below is its own affair.
    let total = subscribe_duration(nanoseconds(policy.total_timeout));
    let (future, upload) = begin(&request, &policy)?;
    let mut exchange = Exchange { policy: &policy, total, upload };
    let response = exchange.head(&future)?;
    drop(future);
    exchange.answer(&response)
}

fn begin<'a>(
    request: &'a HttpRequest,
    policy: &HttpPolicy,
) -> Result<(FutureIncomingResponse, Upload<'a>), TransportError> {
    let refused = |what| move |()| malformed(what);
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
    let read_timeout = beyond(policy.read_timeout);
    let _ = options.set_connect_timeout(Some(nanoseconds(policy.connect_timeout)));
    let _ = options.set_first_byte_timeout(Some(nanoseconds(read_timeout)));
    let _ = options.set_between_bytes_timeout(Some(nanoseconds(read_timeout)));

    let body = outgoing.body().map_err(refused("the host refuses the body"))?;
    let future = handle(outgoing, Some(options)).map_err(|code| failure::of_code(&code))?;
    Ok((future, Upload::new(body, request.body().as_bytes())?))
}

/// A request that is on its way, and the limits it is under.
struct Exchange<'a> {
    policy: &'a HttpPolicy,
    total: Pollable,
    upload: Upload<'a>,
}

impl Exchange<'_> {
    /// The head of the answer, which a peer may send before it has read all of the request.
    fn head(&mut self, future: &FutureIncomingResponse) -> Result<IncomingResponse, TransportError> {
        let arrival = future.subscribe();
        let limit = self.policy.connect_timeout.saturating_add(self.policy.read_timeout);
        let limit = subscribe_duration(nanoseconds(limit));
        loop {
            match future.get() {
                Some(Ok(Ok(response))) => return Ok(response),
                Some(Ok(Err(code))) => return Err(failure::of_code(&code)),
                Some(Err(())) => return Err(malformed("there is no second answer")),
                None => self.arrive(&arrival, &limit)?,
            }
        }
    }

    /// Sends on while it waits for something to arrive, and no longer than each of the limits allows.
    fn arrive(&mut self, arrival: &Pollable, limit: &Pollable) -> Result<(), TransportError> {
        loop {
            self.upload.advance()?;
            let ready = match self.upload.room() {
                Some(room) => poll(&[arrival, limit, &self.total, &room]),
                None => poll(&[arrival, limit, &self.total]),
            };
            // What has arrived counts even if a limit has passed meanwhile; what could be sent does not.
            if ready.contains(&0) {
                return Ok(());
            }
            if ready.contains(&1) || ready.contains(&2) {
                return Err(TransportError::new(TransportErrorKind::Timeout, ""));
            }
        }
    }

    fn answer(&mut self, response: &IncomingResponse) -> Result<HttpResponse, TransportError> {
        let fields = response.headers().entries();
        let announced = announced_length(&fields);
        if announced.is_some_and(|announced| announced > self.policy.max_body) {
            return Err(too_large());
        }
        // Children before parents, or the host ends the component: the stream is dropped before the body.
        let body = response.consume().map_err(|()| malformed("the host gives no body"))?;
        let stream = body.stream().map_err(|()| malformed("the host gives no body"))?;
        let content = self.read(&stream, announced.unwrap_or(USUAL_BODY));
        drop(stream);
        drop(body);
        let answer = HttpResponse::new(response.status(), content?);
        Ok(fields.iter().fold(answer, |answer, (name, value)| answer.with_header(name, value)))
    }

    /// Reads at most `max_body` bytes, and stops reading at the first byte beyond.
    fn read(&mut self, stream: &InputStream, expected: usize) -> Result<Vec<u8>, TransportError> {
        let arrival = stream.subscribe();
        // Wiped if reading fails; a body of announced length is never moved while it grows.
        let mut content = Zeroizing::new(Vec::with_capacity(expected.min(self.policy.max_body)));
        let mut limit = subscribe_duration(nanoseconds(self.policy.read_timeout));
        loop {
            // One byte more than is left tells a body that is too large.
            let room = (self.policy.max_body - content.len()).saturating_add(1);
            match stream.read(u64::try_from(room).unwrap_or(u64::MAX)) {
                Ok(chunk) if chunk.is_empty() => self.arrive(&arrival, &limit)?,
                Ok(chunk) => {
                    let chunk = Zeroizing::new(chunk);
                    if chunk.len() >= room {
                        return Err(too_large());
                    }
                    content.extend_from_slice(&chunk);
                    limit = subscribe_duration(nanoseconds(self.policy.read_timeout));
                }
                Err(StreamError::Closed) => return Ok(core::mem::take(&mut *content)),
                Err(StreamError::LastOperationFailed(error)) => return Err(broken(&error)),
            }
        }
    }
}

fn announced_length(fields: &[(String, Vec<u8>)]) -> Option<usize> {
    let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    core::str::from_utf8(value).ok()?.parse().ok()
}

fn broken(error: &streams::Error) -> TransportError {
    match http_error_code(error) {
        Some(code) => failure::of_code(&code),
        None => TransportError::new(TransportErrorKind::Broken, ""),
    }
}

fn malformed(what: &str) -> TransportError {
    TransportError::new(TransportErrorKind::Protocol, what)
}

fn too_large() -> TransportError {
    TransportError::new(TransportErrorKind::BodyTooLarge, "")
}
