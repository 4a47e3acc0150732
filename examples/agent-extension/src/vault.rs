//! Reads a secret from a Key Vault over `wasi:http`.
//!
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>

use crate::bindings::wasi::http::outgoing_handler::{OutgoingRequest, handle};
use crate::bindings::wasi::http::types::{ErrorCode, Fields, IncomingResponse, OutgoingBody, Scheme};
use crate::bindings::wasi::io::streams::StreamError;

/// A secret has at most 25,000 bytes.
const MOST_BYTES: usize = 256 * 1024;
const API_VERSION: &str = "7.4";

/// The secret's value.
pub(crate) fn read_secret(vault_url: &str, name: &str, token: &str) -> Result<String, String> {
    let is_legal = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if name.is_empty() || !name.chars().all(is_legal) {
        return Err("the name of a secret has letters, digits and hyphens only".to_owned());
    }
    let (scheme, authority) = match vault_url.trim_end_matches('/').split_once("://") {
        Some(("https", authority)) => (Scheme::Https, authority),
        Some(("http", authority)) => (Scheme::Http, authority),
        _ => return Err(format!("{vault_url} is not the address of a vault")),
    };
    let path = format!("/secrets/{name}?api-version={API_VERSION}");
    let response = get(scheme, authority, &path, token)?;
    let status = response.status();
    let body = body(&response)?;
    let document: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    match (status, document["value"].as_str()) {
        (200, Some(value)) => Ok(value.to_owned()),
        _ => Err(format!("the vault answered {status} {}", document["error"]["code"].as_str().unwrap_or_default())),
    }
}

fn get(scheme: Scheme, authority: &str, path: &str, token: &str) -> Result<IncomingResponse, String> {
    let authorization = ("authorization".to_owned(), format!("Bearer {token}").into_bytes());
    let headers = Fields::from_list(&[authorization]).map_err(|_| "the token is not legal in a header")?;
    let request = OutgoingRequest::new(headers);
    let unusable = || format!("{authority} is not the address of a vault");
    request.set_scheme(Some(&scheme)).map_err(|()| unusable())?;
    request.set_authority(Some(authority)).map_err(|()| unusable())?;
    request.set_path_with_query(Some(path)).map_err(|()| unusable())?;
    let outgoing = request.body().map_err(|()| "the request has no body to end")?;
    let answer = handle(request, None).map_err(|code| failed(authority, &code))?;
    OutgoingBody::finish(outgoing, None).map_err(|code| failed(authority, &code))?;
    loop {
        match answer.get() {
            Some(Ok(Ok(response))) => return Ok(response),
            Some(Ok(Err(code))) => return Err(failed(authority, &code)),
            Some(Err(())) => return Err("the answer was taken already".to_owned()),
            None => answer.subscribe().block(),
        }
    }
}

fn body(response: &IncomingResponse) -> Result<Vec<u8>, String> {
    let incoming = response.consume().map_err(|()| "the answer has no body")?;
    let mut content = Vec::new();
    let stream = incoming.stream().map_err(|()| "the answer has no body")?;
    loop {
        match stream.read(16 * 1024) {
            Ok(bytes) if bytes.is_empty() => stream.subscribe().block(),
            Ok(bytes) if content.len() + bytes.len() <= MOST_BYTES => content.extend(bytes),
            Ok(_) => return Err("the answer is too long".to_owned()),
            Err(StreamError::Closed) => return Ok(content),
            Err(StreamError::LastOperationFailed(_)) => return Err("the answer broke off".to_owned()),
        }
    }
}

fn failed(authority: &str, code: &ErrorCode) -> String {
    match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
            format!("not permitted: this extension may not call the vault at {authority}")
        }
        code => format!("the vault at {authority} does not answer: {code}"),
    }
}
