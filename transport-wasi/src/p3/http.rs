//! One HTTP call over `wasi:http` 0.3, under its policy.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use managed_identity_core::{
    HttpCall, HttpMethod, HttpPolicy, HttpRequest, HttpResponse, TransportError, TransportErrorKind, Trust,
};
use wasip3::http::client;
use wasip3::http::types::{ErrorCode, Fields, Method, Request, RequestOptions, Response, Scheme, Trailers};
use wasip3::wit_bindgen::rt::async_support::StreamResult;
use wasip3::{wit_future, wit_stream};
use zeroize::Zeroizing;

use super::failure;
use super::race::{beside, nanoseconds, within};
use crate::request::{beyond, check, headers};

/// How much is read at a time.
const CHUNK: usize = 8 * 1024;

pub(super) async fn send(call: HttpCall) -> Result<HttpResponse, TransportError> {
    let (request, policy) = call.into_parts();
    check(&policy)?;
    within(policy.total_timeout, exchange(&request, &policy)).await?
}

async fn exchange(request: &HttpRequest, policy: &HttpPolicy) -> Result<HttpResponse, TransportError> {
    // Dropping the writer sends the value of the closure: a request without trailers.
    let (_, trailers) = wit_future::new::<Result<Option<Trailers>, ErrorCode>>(|| Ok(None));
    let (mut writer, contents) = wit_stream::new::<u8>();
    let content = request.body().as_bytes().to_vec();
    let contents = (!content.is_empty()).then_some(contents);
    let fields = Fields::from_list(&headers(request)).map_err(|error| failure::of_header(&error))?;
    let (outgoing, _sent) = Request::new(fields, contents, trailers, Some(options(policy)));
    address(&outgoing, request, policy)?;
    let body = async move {
        // What the peer does not want to read is no failure; its answer says what it thinks of the request.
        let _ = writer.write_all(content).await;
    };
    let answer = async {
        let limit = policy.connect_timeout.saturating_add(policy.read_timeout);
        let response = within(limit, client::send(outgoing)).await?.map_err(|code| failure::of_code(&code))?;
        receive(response, policy).await
    };
    // Until the answer has been read: hosts end the connection of a body that breaks off.
    beside(answer, body).await
}

/// A host may refuse limits, and one that accepts them may not keep them, so they only add to those of our own.
fn options(policy: &HttpPolicy) -> RequestOptions {
    let options = RequestOptions::new();
    let read_timeout = beyond(policy.read_timeout);
    let _ = options.set_connect_timeout(Some(nanoseconds(policy.connect_timeout)));
    let _ = options.set_first_byte_timeout(Some(nanoseconds(read_timeout)));
    let _ = options.set_between_bytes_timeout(Some(nanoseconds(read_timeout)));
    options
}

fn address(outgoing: &Request, request: &HttpRequest, policy: &HttpPolicy) -> Result<(), TransportError> {
    let refused = |what| move |()| TransportError::new(TransportErrorKind::Protocol, what);
    let method = match request.method() {
        HttpMethod::Get => Method::Get,
        HttpMethod::Post => Method::Post,
        other => Method::Other(other.as_str().to_string()),
    };
    // Always set: hosts differ in what they take for the default.
    let scheme = if policy.trust == Trust::Plain { Scheme::Http } else { Scheme::Https };
    let url = request.url();
    outgoing.set_method(&method).map_err(refused("the host refuses the method"))?;
    outgoing.set_scheme(Some(&scheme)).map_err(refused("the host refuses the scheme"))?;
    outgoing.set_authority(Some(url.authority())).map_err(refused("the host refuses the authority"))?;
    outgoing.set_path_with_query(Some(url.path_and_query())).map_err(refused("the host refuses the path"))
}

async fn receive(response: Response, policy: &HttpPolicy) -> Result<HttpResponse, TransportError> {
    let (status, fields) = (response.get_status_code(), response.get_headers().copy_all());
    let answer = HttpResponse::new(status, read(response, policy).await?);
    Ok(fields.iter().fold(answer, |answer, (name, value)| answer.with_header(name, value)))
}

/// Reads at most `max_body` bytes, and stops reading at the first byte beyond.
async fn read(response: Response, policy: &HttpPolicy) -> Result<Vec<u8>, TransportError> {
    let (_, consumed) = wit_future::new::<Result<(), ErrorCode>>(|| Ok(()));
    let (mut stream, trailers) = Response::consume_body(response, consumed);
    let mut content = Zeroizing::new(Vec::new());
    loop {
        // One byte more than is left tells a body that is too large.
        let room = (policy.max_body - content.len()).saturating_add(1);
        let (result, chunk) = within(policy.read_timeout, stream.read(Vec::with_capacity(room.min(CHUNK)))).await?;
        let chunk = Zeroizing::new(chunk);
        if chunk.len() >= room {
            return Err(TransportError::new(TransportErrorKind::BodyTooLarge, ""));
        }
        content.extend_from_slice(&chunk);
        match result {
            StreamResult::Complete(_) => {}
            StreamResult::Dropped | StreamResult::Cancelled => break,
        }
    }
    // Only now it shows whether the body ended or broke off.
    within(policy.read_timeout, trailers.into_future()).await?.map_err(|code| failure::of_code(&code))?;
    Ok(core::mem::take(&mut *content))
}
